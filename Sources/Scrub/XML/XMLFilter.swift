// XML filtered while it streams through libxml2: names are kept with their prefixes, since documents
// name prefixes in values; comments, instructions and what a judge says go. Document types, entities
// and encodings that are not built into libxml2 are refused. Memory does not grow with the document.

import CXML
import ScrubContract
import XMLText

/// Filters one document.
enum XMLFilter {
  /// Reads a document piece by piece and writes what stays.
  /// - Parameters:
  ///   - read: Fills a buffer; 0 at the end of the document.
  ///   - emit: Takes pieces of the result.
  /// - Returns: What was removed.
  /// - Throws: `malformed-file`, `encoding-not-supported`, `too-many-parts`, `too-large`, and what
  ///   the closures and the judge throw.
  static func run(
    judge: any XMLJudge,
    read: @escaping (UnsafeMutableRawBufferPointer) throws(ScrubError) -> Int,
    emit: @escaping (UnsafeBufferPointer<UInt8>) throws(ScrubError) -> Void
  ) throws(ScrubError) -> CarrierTally {
    let source = try unsafe XMLSource(read)
    var run = XMLFilterRun(judge: judge, source: source, output: unsafe XMLOutput(emit))
    try run.parse()
    return run.tally
  }

  /// Filters a document in memory if it is plain; nothing, and pieces that mean nothing, if it is not.
  static func runPlain(
    judge: any XMLJudge, _ bytes: [UInt8],
    emit: @escaping (UnsafeBufferPointer<UInt8>) throws(ScrubError) -> Void
  ) throws(ScrubError) -> CarrierTally? {
    // The strings outlive both, which hold addresses of them.
    let strings = XMLStrings()
    var run = XMLFilterRun(judge: judge, source: nil, output: unsafe XMLOutput(emit))
    var reader = XMLPlainReader(names: XMLPlainNames(strings))
    guard try reader.read(bytes.span, into: &run) else { return nil }
    try run.output.finish()
    return run.tally
  }

  /// Filters a document in memory.
  static func run(
    judge: any XMLJudge, _ bytes: [UInt8]
  ) throws(ScrubError) -> (bytes: [UInt8], tally: CarrierTally) {
    var result: [UInt8] = []
    let tally = try unsafe run(judge: judge, bytes) { (piece) throws(ScrubError) in
      unsafe result.append(contentsOf: piece)
    }
    return (result, tally)
  }

  /// Filters a document in memory piece by piece.
  static func run(
    judge: any XMLJudge, _ bytes: [UInt8],
    emit: @escaping (UnsafeBufferPointer<UInt8>) throws(ScrubError) -> Void
  ) throws(ScrubError) -> CarrierTally {
    var place = 0
    return try unsafe run(
      judge: judge,
      read: { (target) throws(ScrubError) in
        let count = min(target.count, bytes.count - place)
        unsafe target.copyBytes(from: bytes[place..<(place + count)])
        place += count
        return count
      }, emit: emit)
  }
}

/// The bytes of a document, with its first ones looked at before libxml2 sees any.
@safe struct XMLSource {
  /// Equals signs without any event between them, as a bound for the attributes of one tag: libxml2
  /// compares each attribute with all others.
  private static let attributesMax = 20_000
  private static let sampleBytes = 1024
  private static let encodings: Set<String> = [
    "utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii", "iso-8859-1",
  ]

  private let read: (UnsafeMutableRawBufferPointer) throws(ScrubError) -> Int
  private var sample: [UInt8]
  private var pending = 0
  /// What stopped the reading.
  private(set) var error: ScrubError?

  init(
    _ read: @escaping (UnsafeMutableRawBufferPointer) throws(ScrubError) -> Int
  ) throws(ScrubError) {
    unsafe self.read = read
    sample = [UInt8](repeating: 0, count: XMLSource.sampleBytes)
    var count = 0
    while count < XMLSource.sampleBytes {
      let added = try unsafe XMLSource.fill(&sample, from: count, read)
      if added == 0 { break }
      count += added
    }
    sample.removeLast(sample.count - count)
    try checkEncoding()
  }

  /// Says that the parser reported something: what it holds back is no tag of before.
  mutating func noteEvent() { pending = 0 }

  /// What libxml2 calls; -1 stops it.
  mutating func fill(_ target: UnsafeMutableRawBufferPointer) -> Int32 {
    if error != nil { return -1 }
    do throws(ScrubError) {
      let count: Int
      if sample.isEmpty {
        count = try unsafe read(target)
      } else {
        count = min(target.count, sample.count)
        unsafe target.copyBytes(from: sample.prefix(count))
        sample.removeFirst(count)
      }
      pending += unsafe target.prefix(count).count { $0 == UInt8(ascii: "=") }
      guard pending <= XMLSource.attributesMax else {
        throw ScrubError(.tooManyParts, "An element has too many attributes.")
      }
      return Int32(count)
    } catch {
      self.error = error
      return -1
    }
  }

  private static func fill(
    _ target: inout [UInt8], from start: Int,
    _ read: (UnsafeMutableRawBufferPointer) throws(ScrubError) -> Int
  ) throws(ScrubError) -> Int {
    let result = unsafe target.withUnsafeMutableBytes { bytes in
      // The rest of the array.
      Result { () throws(ScrubError) in
        try unsafe read(UnsafeMutableRawBufferPointer(rebasing: bytes[start...]))
      }
    }
    return try result.get()
  }

  /// Only what is built into libxml2: another encoding would load modules of the system.
  private func checkEncoding() throws(ScrubError) {
    // In UTF-16 every second byte of a declaration is zero.
    let text = String(decoding: sample.filter { $0 != 0 }, as: UTF8.self)
    guard let start = text.firstRange(of: "<?xml"), text[..<start.lowerBound].utf8.count <= 4
    else { return try checkMark() }
    let declaration = text[start.upperBound...].prefix { $0 != ">" }
    guard let range = declaration.firstRange(of: "encoding") else { return try checkMark() }
    let name = declaration[range.upperBound...].drop { " \t\r\n='\"".contains($0) }
      .prefix { !"'\" ?\t\r\n".contains($0) }
    guard XMLSource.encodings.contains(name.lowercased()) else {
      throw ScrubError(.encodingNotSupported, "A text is in an unusual encoding.")
    }
    try checkMark()
  }

  /// Without a declaration the first bytes tell: EBCDIC and UTF-32 are not for us.
  private func checkMark() throws(ScrubError) {
    let first = Array(sample.prefix(4))
    let isWide = first.count == 4 && first.count { $0 == 0 } >= 2
    guard !isWide, first != [0x4c, 0x6f, 0xa7, 0x94] else {
      throw ScrubError(.encodingNotSupported, "A text is in an unusual encoding.")
    }
  }
}
