// A scrubbed archive as the verifier expects it: members one behind the other from the first byte on, a
// directory that says the same again, one fixed time, and not a byte besides. What is packed differently
// is residue, whatever a more tolerant reader would make of it.

import CZlib
import ScrubContract

/// Reads one archive strictly in its order.
struct ZipProof {
  /// One member.
  struct Member {
    let name: String
    let packed: Range<Int>
    let bytes: Int
    let crc: UInt32
    let isDeflated: Bool
  }

  let file: FileBytes
  private(set) var members: [Member] = []
  private var offset = 0

  init(_ file: FileBytes, partsMax: Int) throws(ScrubError) {
    self.file = file
    var directory: [UInt8] = []
    while try value(offset, 4) == 0x0403_4b50 {
      directory += try readMember()
      guard members.count <= partsMax else { throw ResidueVerifier.residue("too many members") }
    }
    guard Set(members.map { $0.name.lowercased() }).count == members.count else {
      throw ResidueVerifier.residue("two members of one name")
    }
    let count = members.count
    var end: [UInt8] = [0x50, 0x4b, 5, 6, 0, 0, 0, 0]
    for (value, width) in [(count, 2), (count, 2), (directory.count, 4), (offset, 4), (0, 2)] {
      end += (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    guard file.count == offset + directory.count + end.count,
      try file.copy(offset..<file.count) == directory + end
    else { throw ResidueVerifier.residue("a directory that says more than the members") }
  }

  /// The bytes of a member, shown in pieces.
  func read(
    _ member: Member, _ body: (ArraySlice<UInt8>) throws(ScrubError) -> Void
  ) throws(ScrubError) {
    var crc: UInt32 = 0
    var count = 0
    func show(_ piece: ArraySlice<UInt8>) throws(ScrubError) {
      crc = Zlib.crc32(crc, piece.span)
      count += piece.count
      guard count <= member.bytes else { throw ResidueVerifier.residue("a member of another size") }
      try body(piece)
    }
    if member.isDeflated {
      try inflate(member.packed, show)
    } else {
      var place = member.packed.lowerBound
      while place < member.packed.upperBound {
        let end = min(place + 256 * 1024, member.packed.upperBound)
        try show(file.copy(place..<end)[...])
        place = end
      }
    }
    guard count == member.bytes, crc == member.crc else {
      throw ResidueVerifier.residue("a member that is not what its header says")
    }
  }

  /// All bytes of a small member.
  func bytes(of member: Member, bytesMax: Int) throws(ScrubError) -> [UInt8] {
    guard member.bytes <= bytesMax else {
      throw ResidueVerifier.residue("a member that is too large")
    }
    var result: [UInt8] = []
    result.reserveCapacity(member.bytes)
    try read(member) { (piece) throws(ScrubError) in result += piece }
    return result
  }

  /// Checks one header and returns the directory entry that must go with it.
  private mutating func readMember() throws(ScrubError) -> [UInt8] {
    let header = try file.copy(offset..<(offset + 30))
    let (flags, method) = (try value(offset + 6, 2), try value(offset + 8, 2))
    let (packed, bytes) = (try value(offset + 18, 4), try value(offset + 22, 4))
    let nameBytes = try value(offset + 26, 2)
    let start = offset + 30 + nameBytes
    let name = try file.copy((offset + 30)..<start)
    let isPlain = name.allSatisfy { $0 < 0x80 }
    guard header[4] == 20, header[5] == 0, header[10..<14] == [0, 0, 0x21, 0],
      flags == (isPlain ? 0 : 0x0800), method == 8 || (method == 0 && packed == bytes),
      header[28..<30] == [0, 0], packed <= file.count - start,
      let text = String(validating: name, as: UTF8.self), !text.isEmpty
    else { throw ResidueVerifier.residue("an unusual member of an archive") }
    members.append(
      Member(
        name: text, packed: start..<(start + packed), bytes: bytes,
        crc: UInt32(try value(offset + 14, 4)), isDeflated: method == 8))
    let place = (0..<4).map { UInt8(truncatingIfNeeded: offset >> (8 * $0)) }
    offset = start + packed
    return [0x50, 0x4b, 1, 2, 20, 0] + header[4..<28]
      + [UInt8](repeating: 0, count: 12) + place + name
  }

  private func inflate(
    _ range: Range<Int>, _ show: (ArraySlice<UInt8>) throws(ScrubError) -> Void
  ) throws(ScrubError) {
    var stream = unsafe z_stream()
    guard unsafe postern_inflate_raw_init(&stream) == Z_OK else {
      throw ScrubError(.inputOutput, "No memory for the second reading.")
    }
    defer { unsafe inflateEnd(&stream) }
    var piece = [UInt8](repeating: 0, count: 256 * 1024)
    try unsafe file.withBytes { (bytes) throws(ScrubError) in
      // The mapping outlives the stream; zlib does not change what it reads.
      let packed = unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
      unsafe stream.next_in = UnsafeMutablePointer(
        mutating: packed.baseAddress?.assumingMemoryBound(to: UInt8.self))
      unsafe stream.avail_in = UInt32(packed.count)
      var code = Z_OK
      while code == Z_OK {
        code = unsafe piece.withUnsafeMutableBufferPointer { target in
          unsafe stream.next_out = target.baseAddress
          unsafe stream.avail_out = UInt32(target.count)
          return unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
        }
        let count = unsafe piece.count - Int(stream.avail_out)
        if count > 0 { try show(piece[..<count]) }
      }
      guard code == Z_STREAM_END, unsafe stream.avail_in == 0 else {
        throw ResidueVerifier.residue("bytes behind packed data")
      }
    }
  }

  private func value(_ place: Int, _ width: Int) throws(ScrubError) -> Int {
    Int(try file.number(at: place, width: width, isLittleEndian: true))
  }
}
