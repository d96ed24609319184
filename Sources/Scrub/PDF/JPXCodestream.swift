// The codestream of JPEG 2000 (ISO 15444-1 annex A): the markers that a decoder needs, without the
// comments in the main header and in those of the tile parts, and nothing behind the end.

import ScrubContract

/// Rewrites one codestream.
struct JPXCodestream {
  private static let tilePart: UInt8 = 0x90
  private static let comment: UInt8 = 0x64
  private static let data: UInt8 = 0x93
  private static let end: [UInt8] = [0xff, 0xd9]
  /// Lengths of tile parts, which are not needed and change with the comments.
  private static let lengths: UInt8 = 0x55
  /// SIZ COD COC QCD QCC RGN POC PPM PLM CRG, and CAP for the variant with a block coder of its own.
  private static let mainHeader: Set<UInt8> = [
    0x50, 0x51, 0x52, 0x53, 0x5c, 0x5d, 0x5e, 0x5f, 0x60, 0x57, 0x63,
  ]
  /// COD COC QCD QCC RGN POC PPT PLT.
  private static let partHeader: Set<UInt8> = [0x52, 0x53, 0x5c, 0x5d, 0x5e, 0x5f, 0x61, 0x58]
  /// The marker with its eight bytes of content and its length.
  private static let partStartBytes = 12

  private let bytes: ArraySlice<UInt8>
  private(set) var tally = CarrierTally()
  private var result: [UInt8] = []

  init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

  private static var malformed: ScrubError {
    ScrubError(.malformedPDF, "A JPEG 2000 picture is damaged.")
  }

  /// The codestream without what is not needed to show it.
  mutating func scrubbed() throws(ScrubError) -> [UInt8] {
    guard bytes.starts(with: [0xff, 0x4f]) else { throw JPXCodestream.malformed }
    result = [0xff, 0x4f]
    var place = bytes.startIndex + 2
    try copyMarkers(&place, limit: bytes.endIndex, known: JPXCodestream.mainHeader) {
      $0 == JPXCodestream.tilePart
    }
    // A picture that was cut between two parts is shown, so its end is added.
    while place < bytes.endIndex {
      if bytes[place...].starts(with: JPXCodestream.end) {
        if place + 2 < bytes.endIndex { tally.add(.trailer) }
        break
      }
      try copyPart(&place)
    }
    return result + JPXCodestream.end
  }

  /// Copies the markers that are known and leaves comments out, up to the first that stops it.
  private mutating func copyMarkers(
    _ place: inout Int, limit: Int, known: Set<UInt8>, isLast: (UInt8) -> Bool
  ) throws(ScrubError) {
    while true {
      guard place + 2 <= limit, bytes[place] == 0xff else { throw JPXCodestream.malformed }
      let marker = bytes[place + 1]
      if isLast(marker) { return }
      guard place + 4 <= limit else { throw JPXCodestream.malformed }
      let end = place + 2 + number(place + 2, bytes: 2)
      guard end >= place + 4, end <= limit else { throw JPXCodestream.malformed }
      if marker == JPXCodestream.comment {
        tally.add(.comment)
      } else if known.contains(marker) {
        result += bytes[place..<end]
      } else if marker != JPXCodestream.lengths {
        throw ScrubError(
          .encodingNotSupported, "A JPEG 2000 picture has a part that is not supported.")
      }
      place = end
    }
  }

  /// Copies a tile part, its length anew.
  private mutating func copyPart(_ place: inout Int) throws(ScrubError) {
    let start = place
    guard start + JPXCodestream.partStartBytes <= bytes.endIndex,
      bytes[start...].starts(with: [0xff, JPXCodestream.tilePart, 0, 10])
    else { throw JPXCodestream.malformed }
    let length = number(start + 6, bytes: 4)
    let limit = length == 0 ? bytes.endIndex : start + length
    guard limit >= start + JPXCodestream.partStartBytes, limit <= bytes.endIndex else {
      throw JPXCodestream.malformed
    }
    let written = result.count
    result += bytes[start..<(start + JPXCodestream.partStartBytes)]
    place = start + JPXCodestream.partStartBytes
    try copyMarkers(&place, limit: limit, known: JPXCodestream.partHeader) {
      $0 == JPXCodestream.data
    }
    // The last part may leave its length open; coded data never contain the marker of the end.
    var end = limit
    if length == 0 {
      end = place
      while end < limit, !bytes[end...].starts(with: JPXCodestream.end) { end += 1 }
    }
    result += bytes[place..<end]
    place = end
    let size = result.count - written
    for (index, shift) in [24, 16, 8, 0].enumerated() {
      result[written + 6 + index] = UInt8(truncatingIfNeeded: size >> shift)
    }
  }

  private func number(_ place: Int, bytes count: Int) -> Int {
    bytes[place..<(place + count)].reduce(0) { $0 << 8 | Int($1) }
  }
}
