// What a scrubber is told: the named rules it follows and the limits it stops at.

/// A named set of rules; the name is written into every receipt.
public struct ScrubPolicy: Sendable, Hashable {
  /// The name of the rules, such as `strict-1`; a change of what is kept changes the name.
  public let name: String

  /// Where reading stops.
  public let limits: ScrubLimits

  /// What is removed from a PDF rather than refused.
  public let pdf: PDFRules

  /// Creates a policy.
  public init(name: String, limits: ScrubLimits, pdf: PDFRules = .strict) {
    self.name = name
    self.limits = limits
    self.pdf = pdf
  }

  /// Everything goes but what a decoder needs to show the same picture.
  public static let strict = ScrubPolicy(name: "strict-1", limits: .standard)
}

/// What is done with a PDF whose meaning a rewrite changes. The default refuses each of them.
public struct PDFRules: Sendable, Hashable {
  /// Takes signatures out, which are worth nothing after the rewrite, instead of refusing.
  public var removesSignatures = false
  /// Takes the XFA program of a form out, which leaves what is printed, instead of refusing.
  public var removesXFA = false
  /// Writes a file that opens without a password, but restricts what may be done with it, without
  /// the restriction, instead of refusing.
  public var removesRestrictions = false

  /// Creates the default rules; change the properties that differ.
  public init() {}

  /// The default rules.
  public static let strict = PDFRules()
}

/// The limits of one file; each is checked before memory or time is spent.
public struct ScrubLimits: Sendable, Hashable {
  /// Bytes of the input; 2 GiB by default.
  public var inputBytesMax = 2 << 30
  /// Width times height; 100 million by default.
  public var pixelsMax = 100_000_000
  /// Bytes of the JPEG tables before the first scan, or of one small PNG chunk; 1 MiB by default.
  public var headerBytesMax = 1 << 20
  /// Bytes of an ICC profile after decompression; 4 MiB by default.
  public var profileBytesMax = 4 << 20
  /// Segments of a JPEG or chunks of a PNG; 1,048,576 by default.
  public var partsMax = 1 << 20
  /// Frames of an animated PNG; 10,000 by default.
  public var framesMax = 10_000

  /// Bytes of a PDF, which is mapped as a whole; 256 MiB by default.
  public var pdfBytesMax = 256 << 20
  /// Objects of a PDF that are written; 250,000 by default.
  public var objectsMax = 250_000
  /// Bytes that all streams of a PDF may unpack to; 1 GiB by default.
  public var unpackedBytesMax = 1 << 30
  /// Bytes of one PDF stream that is unpacked in memory; 64 MiB by default.
  public var streamBytesMax = 64 << 20

  /// Creates the default limits; change the properties that differ.
  public init() {}

  /// The default limits.
  public static let standard = ScrubLimits()
}
