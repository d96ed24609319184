// What every format's scrubber is told, and the one way by which a file inside a file is scrubbed: by
// the same code, one level deeper, against limits that all levels share.

import ScrubContract

/// The rules and limits of one file, and what is left of the limits.
struct ScrubContext {
  /// Files in files in a file: three levels.
  static let depthMax = 3

  /// Where reading stops.
  let limits: ScrubLimits
  /// What is done where dropping changes the meaning.
  let rules: ScrubRules
  /// Whether a signed document stays as it is; only a file by itself does, never one inside another.
  let keepsSigned: Bool
  /// Whether pieces of what is removed are collected.
  let collectsExcerpts: Bool
  /// Tells types.
  let detector: TypeDetector
  /// What all levels have used up.
  let budget: ScrubBudget
  /// 0 for the file itself, 1 for a file inside it.
  let depth: Int

  /// Begins with a file.
  init(_ policy: ScrubPolicy, detector: TypeDetector) {
    limits = policy.limits
    self.detector = detector
    collectsExcerpts = policy.collectsExcerpts
    keepsSigned = policy.rules[.signed] == .keep
    var rules = policy.rules
    // A format that cannot keep a signed document whole refuses it.
    if keepsSigned { rules[.signed] = .refuse }
    self.rules = rules
    budget = ScrubBudget(limits)
    depth = 0
  }

  /// The context of a file inside the file.
  private init(inside outer: ScrubContext) {
    limits = outer.limits
    rules = outer.rules
    keepsSigned = false
    collectsExcerpts = outer.collectsExcerpts
    detector = outer.detector
    budget = outer.budget
    depth = outer.depth + 1
  }

  /// An empty tally, which collects pieces of what is removed if they are wanted.
  var tally: CarrierTally { CarrierTally(collectsExcerpts: collectsExcerpts) }

  /// A file inside the file, scrubbed as it would be alone.
  struct Part {
    let format: TypeDetector.Format
    let bytes: [UInt8]
    let tally: CarrierTally
  }

  /// Scrubs a file that lies inside the file.
  /// - Parameter fileName: What the container calls it; its extension is a second vote.
  /// - Throws: The refusal; `too-many-parts` if it lies too deep.
  func scrubbed(part bytes: [UInt8], fileName: String? = nil) throws(ScrubError) -> Part {
    guard depth < ScrubContext.depthMax else {
      throw ScrubError(.tooManyParts, "Files lie in files in files.")
    }
    try budget.take(parts: 1)
    let inner = ScrubContext(inside: self)
    let sink = ByteSink(
      .memory, bytesMax: bytes.count + limits.profileBytesMax, isHashed: false)
    let run = try FormatScrub(inner, .bytes(bytes), to: sink, fileName: fileName)
    _ = try sink.finish()
    return Part(format: run.format, bytes: sink.memory, tally: run.tally)
  }
}

/// What is left of the limits that all levels of a file share.
final class ScrubBudget {
  /// Bytes of one member that may lie in memory as a whole.
  let wholeBytesMax: Int
  private var partsLeft: Int
  private var unpackedBytesLeft: Int
  private var textBytesLeft: Int

  init(_ limits: ScrubLimits) {
    wholeBytesMax = limits.wholeBytesMax
    partsLeft = limits.objectsMax
    unpackedBytesLeft = limits.unpackedBytesMax
    textBytesLeft = limits.textBytesMax
  }

  /// Counts members of containers; `too-many-parts` once there are too many.
  func take(parts count: Int) throws(ScrubError) {
    guard count <= partsLeft else {
      throw ScrubError(.tooManyParts, "The file has too many parts.")
    }
    partsLeft -= count
  }

  /// Counts bytes of XML that will be read; `decompression-bomb` once there are too many.
  func take(textBytes count: Int) throws(ScrubError) {
    guard count <= textBytesLeft else {
      throw ScrubError(.decompressionBomb, "The texts of the file unpack to too many bytes.")
    }
    textBytesLeft -= count
  }

  /// Counts bytes that were unpacked; `decompression-bomb` once there are too many.
  func take(unpackedBytes count: Int) throws(ScrubError) {
    guard count <= unpackedBytesLeft else {
      throw ScrubError(.decompressionBomb, "The file unpacks to too many bytes.")
    }
    unpackedBytesLeft -= count
  }
}
