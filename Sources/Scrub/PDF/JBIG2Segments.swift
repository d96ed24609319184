// JBIG2 as it stands in a PDF (ISO 14492 section 7.2): a row of segments without a file header. The
// segments that a decoder needs stay; extensions, which hold comments, go.

import ScrubContract

/// Rewrites one row of segments.
struct JBIG2Segments {
  /// Dictionaries, regions, pages with their ends, profiles and tables.
  private static let known: Set<UInt8> = [
    0, 4, 6, 7, 16, 20, 22, 23, 36, 38, 39, 40, 42, 43, 48, 49, 50, 51, 52, 53,
  ]
  private static let fileEnd: UInt8 = 51
  private static let `extension`: UInt8 = 62
  private static let referencesMax = 1 << 16

  private let bytes: [UInt8]
  private(set) var tally = CarrierTally()

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private static var malformed: ScrubError {
    ScrubError(.malformedPDF, "A JBIG2 picture is damaged.")
  }

  private static var unsupported: ScrubError {
    ScrubError(.encodingNotSupported, "A JBIG2 picture has a part that is not supported.")
  }

  /// The segments without extensions and without what follows the last.
  mutating func scrubbed() throws(ScrubError) -> [UInt8] {
    var result: [UInt8] = []
    var place = 0
    // Line ends before `endstream` do not count.
    while bytes[place...].contains(where: { $0 != 0x0a && $0 != 0x0d }) {
      let (type, end) = try segment(at: place)
      if type == JBIG2Segments.extension {
        tally.add(.comment)
      } else {
        guard JBIG2Segments.known.contains(type) else { throw JBIG2Segments.unsupported }
        result += bytes[place..<end]
      }
      place = end
      if type == JBIG2Segments.fileEnd {
        if place < bytes.count { tally.add(.trailer) }
        break
      }
    }
    return result
  }

  /// The type of a segment and where it ends.
  private func segment(at start: Int) throws(ScrubError) -> (UInt8, Int) {
    let number = try self.number(start, bytes: 4)
    let flags = UInt8(truncatingIfNeeded: try self.number(start + 4, bytes: 1))
    var place = start + 5
    var references = try self.number(place, bytes: 1) >> 5
    guard references <= 4 || references == 7 else { throw JBIG2Segments.malformed }
    if references == 7 {
      references = try self.number(place, bytes: 4) & 0x1fff_ffff
      guard references <= JBIG2Segments.referencesMax else { throw JBIG2Segments.unsupported }
      place += 4 + (references + 8) / 8
    } else {
      place += 1
    }
    place += references * (number <= 256 ? 1 : number <= 65_536 ? 2 : 4)
    place += flags & 0x40 == 0 ? 1 : 4
    let length = try self.number(place, bytes: 4)
    // Of unknown length: only its own decoder finds the end.
    guard length != 0xffff_ffff else { throw JBIG2Segments.unsupported }
    guard place + 4 + length <= bytes.count else { throw JBIG2Segments.malformed }
    return (flags & 0x3f, place + 4 + length)
  }

  private func number(_ place: Int, bytes count: Int) throws(ScrubError) -> Int {
    guard place + count <= bytes.count else { throw JBIG2Segments.malformed }
    return bytes[place..<(place + count)].reduce(0) { $0 << 8 | Int($1) }
  }
}
