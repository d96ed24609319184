// What a scrubber is told: the named rules it follows and the limits it stops at.

/// A named set of rules; the name is written into every receipt.
public struct ScrubPolicy: Sendable, Hashable {
  /// The name of the rules, such as `strict-1`; a change of what is kept changes the name.
  public let name: String

  /// Where reading stops.
  public let limits: ScrubLimits

  /// Creates a policy.
  public init(name: String, limits: ScrubLimits) {
    self.name = name
    self.limits = limits
  }

  /// Everything goes but what a decoder needs to show the same picture.
  public static let strict = ScrubPolicy(name: "strict-1", limits: .standard)
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

  /// Creates the default limits; change the properties that differ.
  public init() {}

  /// The default limits.
  public static let standard = ScrubLimits()
}
