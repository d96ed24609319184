// The entry of the library: one call takes a file apart and writes it anew without metadata. The
// caller proves the output with `ResidueVerifier`, best in another process, before it is used.

/// Scrubs files one after the other.
///
/// ```swift
/// let scrubber = try MetadataScrubber(policy: .strict)
/// let report = try scrubber.scrub(.descriptor(input), to: output, fileName: "photo.jpg")
/// ```
///
/// The output depends on the input and the policy only, and scrubbing it again changes nothing. Use
/// one scrubber per thread.
public final class MetadataScrubber {
  /// The media types that can be scrubbed.
  public static var mediaTypes: [String] { TypeDetector.Format.allCases.map(\.rawValue) }

  /// The rules that are followed; may be changed between two files.
  public var policy: ScrubPolicy
  private let detector: TypeDetector

  /// Loads the type database of the machine, which takes some milliseconds.
  /// - Throws: `type-database`.
  public init(policy: ScrubPolicy = .strict) throws(ScrubError) {
    self.policy = policy
    detector = try TypeDetector()
  }

  /// Reads a regular file and writes the scrubbed one to an empty regular file.
  /// - Parameters:
  ///   - input: Descriptor or bytes; 2 GiB at most by default.
  ///   - output: A descriptor open for writing. Stays unfinished if the file is refused.
  ///   - fileName: The name that was claimed for the file; its extension is a second vote.
  /// - Throws: The refusal; every code but `residue-found`.
  public func scrub(
    _ input: ScrubInput, to output: Int32, fileName: String? = nil
  ) throws(ScrubError) -> ScrubReport {
    try run(input, .descriptor(output), fileName: fileName).report
  }

  /// Scrubs bytes in memory.
  /// - Throws: The refusal; every code but `residue-found`.
  public func scrub(
    _ input: ScrubInput, fileName: String? = nil
  ) throws(ScrubError) -> (bytes: [UInt8], report: ScrubReport) {
    try run(input, .memory, fileName: fileName)
  }

  private func run(
    _ input: ScrubInput, _ target: ByteTarget, fileName: String?
  ) throws(ScrubError) -> (bytes: [UInt8], report: ScrubReport) {
    let limits = policy.limits
    // What we add is small: four segments, and a profile that is at most as large as it was. A PDF
    // may grow where rare filters are replaced.
    let sink = ByteSink(target, bytesMax: limits.inputBytesMax + limits.profileBytesMax)
    let context = ScrubContext(policy, detector: detector)
    let run = try FormatScrub(context, input, to: sink, fileName: fileName)
    let after = try sink.finish()
    let report = ScrubReport(
      mediaType: run.format.rawValue, pages: run.pages, removed: run.tally.removed,
      bytesIn: run.bytesIn, bytesOut: sink.bytesWritten, sha256Before: run.sha256,
      sha256After: after, policy: policy.name, isKept: run.isKept, staying: run.tally.staying,
      excerpts: run.tally.excerpts)
    return (sink.memory, report)
  }
}
