// The records of a ZIP: the end of the directory, an entry of it, and the header before a member.

import ScrubContract

/// Reads numbers of a ZIP, which are little-endian.
extension FileBytes {
  fileprivate func zip(_ offset: Int, _ width: Int) throws(ScrubError) -> Int {
    let value = try number(at: offset, width: width, isLittleEndian: true)
    guard let number = Int(exactly: value) else { throw ZipReader.malformed("number") }
    return number
  }
}

/// Where the directory lies (sections 4.3.14 to 4.3.16).
struct ZipDirectory {
  let start: Int
  let end: Int
  let count: Int
  let hasComment: Bool
  /// What the directory and the records of its end occupy.
  let ranges: [Range<Int>]

  init(_ file: FileBytes) throws(ScrubError) {
    let place = try ZipDirectory.endRecord(file)
    let commentBytes = try file.zip(place + 20, 2)
    hasComment = commentBytes > 0
    var ranges = [place..<(place + 22 + commentBytes)]
    var (count, size, offset) = (
      try file.zip(place + 10, 2), try file.zip(place + 12, 4), try file.zip(place + 16, 4)
    )
    guard try file.zip(place + 4, 4) == 0, try file.zip(place + 8, 2) == count else {
      throw ZipReader.malformed("end")
    }
    if count == 0xffff || size == 0xffff_ffff || offset == 0xffff_ffff {
      guard place >= 20, try file.zip(place - 20, 4) == 0x0706_4b50 else {
        throw ZipReader.malformed("end")
      }
      let wide = try file.zip(place - 12, 8)
      guard try file.zip(wide, 4) == 0x0606_4b50 else { throw ZipReader.malformed("end") }
      let wideBytes = try file.zip(wide + 4, 8)
      (count, size, offset) = (
        try file.zip(wide + 32, 8), try file.zip(wide + 40, 8), try file.zip(wide + 48, 8)
      )
      guard wideBytes <= place, wide <= place - 20 - wideBytes else {
        throw ZipReader.malformed("end")
      }
      ranges += [wide..<(wide + 12 + wideBytes), (place - 20)..<place]
    }
    guard size <= place, offset <= place - size, count <= size / 46 else {
      throw ZipReader.malformed("end")
    }
    (start, end) = (offset, offset + size)
    self.count = count
    self.ranges = ranges + [start..<end]
  }

  /// The last record in the file: a comment of at most 64 KiB may follow it.
  private static func endRecord(_ file: FileBytes) throws(ScrubError) -> Int {
    var place = file.count - 22
    let last = max(0, file.count - 22 - 0xffff)
    while place >= last {
      if try file.byte(at: place) == 0x50, try file.zip(place, 4) == 0x0605_4b50,
        try place + 22 + file.zip(place + 20, 2) <= file.count
      {
        return place
      }
      place -= 1
    }
    throw ScrubError(.truncated, "The archive has no end.")
  }
}

/// One entry of the directory (section 4.3.12).
struct ZipEntry {
  let flags: Int
  let method: Int
  let crc: UInt32
  let packedBytes: Int
  let bytes: Int
  let disk: Int
  let offset: Int
  let nameRange: Range<Int>
  let headerBytes: Int
  /// True if a time, a comment, an attribute or an extra field says more than is needed.
  let hasDetails: Bool

  init(_ file: FileBytes, at place: Int) throws(ScrubError) {
    guard try file.zip(place, 4) == 0x0201_4b50 else { throw ZipReader.malformed("directory") }
    flags = try file.zip(place + 8, 2)
    method = try file.zip(place + 10, 2)
    crc = UInt32(try file.zip(place + 16, 4))
    let (nameBytes, extraBytes, commentBytes) = (
      try file.zip(place + 28, 2), try file.zip(place + 30, 2), try file.zip(place + 32, 2)
    )
    disk = try file.zip(place + 34, 2)
    nameRange = (place + 46)..<(place + 46 + nameBytes)
    headerBytes = 46 + nameBytes + extraBytes + commentBytes
    var wide = try ZipWideNumbers(
      file, nameRange.upperBound..<(nameRange.upperBound + extraBytes))
    bytes = try wide.number(try file.zip(place + 24, 4))
    packedBytes = try wide.number(try file.zip(place + 20, 4))
    offset = try wide.number(try file.zip(place + 42, 4))
    let isDated = try file.zip(place + 12, 4) != ZipWriter.dosTime
    hasDetails = isDated || extraBytes + commentBytes > 0
    guard packedBytes <= file.count, offset <= file.count else {
      throw ScrubError(.truncated, "The archive ends in the middle of a member.")
    }
  }
}

/// The values that did not fit into 32 bits (section 4.5.3).
private struct ZipWideNumbers {
  private var values: [Int] = []

  init(_ file: FileBytes, _ extra: Range<Int>) throws(ScrubError) {
    var place = extra.lowerBound
    while place + 4 <= extra.upperBound {
      let size = try file.zip(place + 2, 2)
      guard place + 4 + size <= extra.upperBound else { return }
      if try file.zip(place, 2) == 1 {
        for index in 0..<min(size / 8, 3) {
          values.insert(try file.zip(place + 4 + 8 * index, 8), at: 0)
        }
        return
      }
      place += 4 + size
    }
  }

  mutating func number(_ narrow: Int) throws(ScrubError) -> Int {
    guard narrow == 0xffff_ffff else { return narrow }
    guard let wide = values.popLast() else { throw ZipReader.malformed("size") }
    return wide
  }
}

/// The header before the bytes of a member (section 4.3.7), which must agree with the directory.
struct ZipLocalHeader {
  let data: Range<Int>
  /// Behind the bytes and their descriptor, if there is one.
  let end: Int
  let hasDetails: Bool

  init(_ file: FileBytes, _ entry: ZipEntry) throws(ScrubError) {
    let place = entry.offset
    guard try file.zip(place, 4) == 0x0403_4b50 else { throw ZipReader.malformed("member") }
    let (nameBytes, extraBytes) = (try file.zip(place + 26, 2), try file.zip(place + 28, 2))
    let start = place + 30 + nameBytes + extraBytes
    data = start..<(start + entry.packedBytes)
    hasDetails = extraBytes > 0
    let (crc, packed, bytes) = (
      try file.zip(place + 14, 4), try file.zip(place + 18, 4), try file.zip(place + 22, 4)
    )
    let isDescribed = entry.flags & 8 != 0
    func agrees(_ local: Int, _ central: Int) -> Bool {
      local == central || (isDescribed && local == 0) || (local == 0xffff_ffff && extraBytes > 0)
    }
    guard data.upperBound <= file.count,
      try file.copy((place + 30)..<(place + 30 + nameBytes)) == file.copy(entry.nameRange),
      try file.zip(place + 8, 2) == entry.method,
      try file.zip(place + 6, 2) & 0x2049 == entry.flags & 0x2049,
      agrees(crc, Int(entry.crc)), agrees(packed, entry.packedBytes), agrees(bytes, entry.bytes)
    else { throw ZipReader.malformed("member: its header and the directory differ") }
    end =
      isDescribed
      ? try ZipLocalHeader.descriptorEnd(file, data.upperBound, entry) : data.upperBound
  }

  /// With or without its signature, with sizes of 32 or of 64 bits (section 4.3.9).
  private static func descriptorEnd(
    _ file: FileBytes, _ place: Int, _ entry: ZipEntry
  ) throws(ScrubError) -> Int {
    let room = file.count - place
    for signature in [4, 0] {
      for width in [4, 8] where room >= signature + 4 + 2 * width {
        let start = place + signature
        let isSigned = try file.zip(place, 4) == 0x0807_4b50
        if signature == 0 || isSigned, try file.zip(start, 4) == Int(entry.crc),
          try file.number(at: start + 4, width: width, isLittleEndian: true)
            == UInt64(entry.packedBytes),
          try file.number(at: start + 4 + width, width: width, isLittleEndian: true)
            == UInt64(entry.bytes)
        {
          return start + 4 + 2 * width
        }
      }
    }
    throw ZipReader.malformed("descriptor")
  }
}
