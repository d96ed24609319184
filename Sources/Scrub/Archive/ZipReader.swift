// ZIP (APPNOTE 6.3.10) read strictly: the central directory and the local headers must say the same,
// no two members share a name or bytes, and nothing but stored and deflated members is read. Bytes
// that belong to no member are noticed and never copied.

import ScrubContract

/// The members of an archive.
final class ZipReader {
  /// One file in the archive.
  struct Member {
    /// The name with `/` between its parts.
    let name: String
    /// Where the packed bytes lie.
    let packed: Range<Int>
    /// Bytes when unpacked.
    let bytes: Int
    let crc: UInt32
    let isDeflated: Bool
  }

  /// Members at most; more cannot be written without the extensions of ZIP64.
  static let membersMax = 65_000
  private static let nameBytesMax = 1024

  let file: FileBytes
  /// The members in the order of the directory, without folders.
  private(set) var members: [Member] = []
  /// Bytes before, between or behind the members, times, comments and extra fields.
  private(set) var hasForeignBytes = false
  private(set) var hasDetails = false
  private var places: [String: Int] = [:]
  private var covered: [Range<Int>] = []

  /// Reads the directory.
  init(_ file: FileBytes, budget: ScrubBudget) throws(ScrubError) {
    self.file = file
    let directory = try ZipDirectory(file)
    guard directory.count <= ZipReader.membersMax else {
      throw ScrubError(.tooManyParts, "The archive has too many members.")
    }
    try budget.take(parts: directory.count)
    covered = directory.ranges
    hasDetails = directory.hasComment
    var offset = directory.start
    for _ in 0..<directory.count { try readEntry(&offset) }
    guard offset == directory.end else { throw ZipReader.malformed("directory") }
    try checkRanges()
  }

  /// The member of a name; upper and lower case are the same (ECMA-376 part 2, section 6.3.5).
  func member(_ name: String) -> Member? {
    places[ZipReader.key(name)].map { members[$0] }
  }

  /// All bytes of a member, which must be at most `bytesMax`.
  func bytes(of member: Member, bytesMax: Int, budget: ScrubBudget) throws(ScrubError) -> [UInt8] {
    guard member.bytes <= bytesMax else {
      throw ScrubError(.tooLarge, "A part of the file has more than \(bytesMax) bytes.")
    }
    if member.bytes <= budget.wholeBytesMax { return try whole(member, budget) }
    let stream = try ZipStream(self, member, budget: budget)
    var result = [UInt8](repeating: 0, count: member.bytes)
    var done = 0
    while done < result.count {
      let count = try stream.read(into: &result, from: done)
      guard count > 0 else { break }
      done += count
    }
    try stream.finish()
    return result
  }

  /// A member in one step: its size and its checksum must be what the directory says.
  private func whole(_ member: Member, _ budget: ScrubBudget) throws(ScrubError) -> [UInt8] {
    try budget.take(unpackedBytes: member.bytes)
    let bytes =
      member.isDeflated
      ? try unsafe file.withBytes { (all) throws(ScrubError) in
        // The local header was checked against the end of the file.
        try unsafe Deflate.unpacked(
          UnsafeRawBufferPointer(rebasing: all[member.packed]), count: member.bytes)
      } : try file.copy(member.packed)
    guard let bytes, bytes.count == member.bytes, Deflate.crc32(0, bytes.span) == member.crc else {
      throw ZipReader.malformed("member: it is not what the directory says")
    }
    return bytes
  }

  private func readEntry(_ offset: inout Int) throws(ScrubError) {
    let entry = try ZipEntry(file, at: offset)
    offset += entry.headerBytes
    guard entry.flags & 0x2041 == 0 else {
      throw ScrubError(.encrypted, "The archive is encrypted.")
    }
    guard entry.method == 0 || entry.method == 8, entry.disk == 0,
      entry.nameRange.count <= ZipReader.nameBytesMax
    else { throw ScrubError(.encodingNotSupported, "The archive is packed in an unusual way.") }
    let local = try ZipLocalHeader(file, entry)
    covered.append(entry.offset..<local.end)
    hasDetails = hasDetails || entry.hasDetails || local.hasDetails
    let name = try name(entry)
    if name.hasSuffix("/") {
      guard entry.bytes == 0 else { throw ZipReader.malformed("name") }
      return
    }
    guard places.updateValue(members.count, forKey: ZipReader.key(name)) == nil else {
      throw ZipReader.malformed("directory: a name twice")
    }
    guard entry.method == 8 || entry.packedBytes == entry.bytes else {
      throw ZipReader.malformed("member")
    }
    members.append(
      Member(
        name: name, packed: local.data, bytes: entry.bytes, crc: entry.crc,
        isDeflated: entry.method == 8))
  }

  private func name(_ entry: ZipEntry) throws(ScrubError) -> String {
    let bytes = try file.copy(entry.nameRange)
    guard let text = String(validating: bytes, as: UTF8.self),
      bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }), !bytes.isEmpty
    else { throw ZipReader.malformed("name") }
    // Some producers write the separator of Windows.
    let name = String(text.map { $0 == "\\" ? "/" : $0 })
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    let folders = parts.last == "" ? parts.dropLast() : parts[...]
    guard folders.allSatisfy({ $0 != "" && $0 != "." && $0 != ".." }) else {
      throw ZipReader.malformed("name")
    }
    return name
  }

  /// Nothing may overlap; what nothing covers is foreign.
  private func checkRanges() throws(ScrubError) {
    var end = 0
    for range in covered.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      guard range.lowerBound >= end else { throw ZipReader.malformed("member: shared bytes") }
      if range.lowerBound > end { hasForeignBytes = true }
      end = range.upperBound
    }
    if end < file.count { hasForeignBytes = true }
  }

  private static func key(_ name: String) -> String { name.lowercased() }

  static func malformed(_ what: String) -> ScrubError {
    ScrubError(.malformedFile, "The archive has a broken \(what).")
  }
}
