// What a scrubber is told: the named rules it follows and the limits it stops at.

/// Rules and limits.
public struct ScrubPolicy: Sendable, Hashable {
  /// What is done where dropping something changes what a document means.
  public let rules: ScrubRules

  /// Where reading stops.
  public let limits: ScrubLimits

  /// Whether the report shows pieces of what was removed; only for the person who owns the file.
  public let collectsExcerpts: Bool

  /// The name of the rules, which is written into every receipt.
  public var name: String { rules.name }

  /// Creates a policy.
  public init(
    rules: ScrubRules = .standard, limits: ScrubLimits = .standard, collectsExcerpts: Bool = false
  ) {
    self.rules = rules
    self.limits = limits
    self.collectsExcerpts = collectsExcerpts
  }

  /// Everything goes but what a program needs to show the same.
  public static let strict = ScrubPolicy()
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
  /// Segments, chunks, blocks or strips of a picture; 1,048,576 by default.
  public var partsMax = 1 << 20
  /// Frames of an animation or pages of a TIFF; 10,000 by default.
  public var framesMax = 10_000

  /// Bytes of a PDF, which is mapped as a whole; 256 MiB by default.
  public var pdfBytesMax = 256 << 20
  /// Objects of a PDF that are written; 250,000 by default.
  public var objectsMax = 250_000
  /// Bytes that all streams of a PDF may unpack to; 1 GiB by default.
  public var unpackedBytesMax = 1 << 30
  /// Bytes of one PDF stream that is unpacked in memory, or of all fields of a TIFF; 64 MiB by default.
  public var streamBytesMax = 64 << 20
  /// Bytes of one member of an archive that may lie in memory as a whole; a larger one is worked on in
  /// pieces, which is slower and packs its bytes differently. 80 MiB by default, thrice of which fit
  /// into a worker beside the files around a file.
  public var wholeBytesMax = 80 << 20

  /// Bytes that all texts of an office document may unpack to; 256 MiB by default, which two readings
  /// take some seconds for.
  public var textBytesMax = 256 << 20

  /// Creates the default limits; change the properties that differ.
  public init() {}

  /// The default limits.
  public static let standard = ScrubLimits()
}
