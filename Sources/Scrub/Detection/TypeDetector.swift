// What is this file? Its own first bytes decide. libmagic has a second vote: it names what is
// refused, and a vote for another family (a web page against `.jpg`) refuses the file.

import CMagic

/// Detects types from bytes; holds the type database of the machine, so create it once.
///
/// Not thread-safe: libmagic keeps its last result inside.
@safe final class TypeDetector {
  /// How many bytes of a file are looked at.
  static let sampleBytes = 64 * 1024

  // Created in `init`, closed in `deinit`, never handed out.
  private let cookie: magic_t

  /// Loads the database; `type-database` if that fails.
  init() throws(ScrubError) {
    // No parsers of containers: the name is enough, and the one of compound documents reads the time
    // zone, which the sandbox of a worker answers with death.
    let flags =
      MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR | MAGIC_NO_CHECK_CDF
    guard let cookie = unsafe magic_open(flags) else {
      throw ScrubError(.typeDatabase, "The type database cannot be created.")
    }
    guard unsafe magic_load(cookie, nil) == 0 else {
      unsafe magic_close(cookie)
      throw ScrubError(.typeDatabase, "The type database cannot be loaded.")
    }
    unsafe self.cookie = cookie
  }

  deinit {
    unsafe magic_close(cookie)
  }

  /// The format of a file by its first bytes and, as a second vote, by its name.
  /// - Parameters:
  ///   - isTagged: Whether an ID3v2 tag stood in front of the sample.
  ///   - package: What an archive that begins with these bytes holds.
  func format(
    of sample: [UInt8], fileName: String?, isTagged: Bool = false,
    package: () throws(ScrubError) -> Format?
  ) throws(ScrubError) -> Format {
    guard !sample.isEmpty else { throw ScrubError(.emptyFile, "The file has no bytes.") }
    let vote = secondVote(sample)
    let own = try isTagged ? taggedVote(sample) : ownVote(sample, package)
    // Text is whatever nothing else claims.
    let isClaimed = own == .text && !Family.text.agrees(with: vote)
    guard let format = own, !isClaimed else {
      throw ScrubError(
        .typeNotSupported, "Files of this type cannot be scrubbed.",
        detectedType: TextStart.otherType(sample) ?? vote)
    }
    guard format.family.agrees(with: vote) else {
      throw ScrubError(
        .typeMismatch, "The content can be read as two types.", detectedType: vote)
    }
    if let fileName, format.family.contradicts(fileName) {
      throw ScrubError(
        .typeMismatch, "The file name does not fit the content.", detectedType: format.rawValue)
    }
    return format
  }

  private func ownVote(
    _ sample: [UInt8], _ package: () throws(ScrubError) -> Format?
  ) throws(ScrubError) -> Format? {
    if sample.starts(with: [0xff, 0xd8, 0xff]) { return .jpeg }
    if sample.starts(with: PNGScrubber.signature) { return .png }
    if sample.starts(with: "GIF87a".utf8) || sample.starts(with: "GIF89a".utf8) { return .gif }
    if sample.starts(with: "RIFF".utf8), sample.dropFirst(8).starts(with: "WEBP".utf8) {
      return .webp
    }
    let isTIFF = [
      [0x49, 0x49, 42, 0], [0x4d, 0x4d, 0, 42], [0x49, 0x49, 43, 0], [0x4d, 0x4d, 0, 43],
    ]
    .contains { sample.starts(with: $0) }
    // A raw file of a camera says so behind the header.
    if isTIFF, !sample.dropFirst(8).starts(with: "CR".utf8) { return .tiff }
    // Strictly at the start: a header further in would make the file one of two types.
    if sample.starts(with: "%PDF-".utf8) { return .pdf }
    if sample.starts(with: [0x50, 0x4b, 3, 4]) || sample.starts(with: CompoundFile.signature) {
      return try package()
    }
    if sample.starts(with: "fLaC".utf8) { return .flac }
    if sample.starts(with: OggPage.mark) { return .ogg }
    let isWave = ["RIFF", "RF64", "BW64"].contains { sample.starts(with: $0.utf8) }
    if isWave, sample.dropFirst(8).starts(with: "WAVE".utf8) { return .wav }
    if MPEGFrameHeader.starts(sample.span) { return .mpeg }
    return MovieBrand.format(of: sample) ?? markupVote(sample)
      ?? (isText(sample) ? .text : nil)
  }

  /// By the name of the first element; XML that is no drawing must say that it is XML.
  private func markupVote(_ sample: [UInt8]) -> Format? {
    guard let root = MarkupStart.rootName(sample) else { return nil }
    if root == "svg" { return .svg }
    return root.lowercased() != "html" && TextStart.otherType(sample) == "text/xml" ? .xml : nil
  }

  /// Text has no character that texts lack, and no beginning on which something acts.
  private func isText(_ sample: [UInt8]) -> Bool {
    var scan = TextScan()
    scan.add(sample.span)
    return scan.isText && TextStart.otherType(sample) == nil
  }

  /// An ID3v2 tag stands in front of sound only.
  private func taggedVote(_ sample: [UInt8]) -> Format? {
    if sample.starts(with: "fLaC".utf8) { return .flac }
    return MPEGFrameHeader.starts(sample.span) ? .mpeg : nil
  }

  private func secondVote(_ sample: [UInt8]) -> String {
    let unknown = "application/octet-stream"
    let count = min(sample.count, TypeDetector.sampleBytes)
    // The result belongs to the cookie and is copied before the next call.
    return unsafe sample.withUnsafeBytes { bytes in
      unsafe magic_buffer(cookie, bytes.baseAddress, count).map { unsafe String(cString: $0) }
    } ?? unknown
  }
}
