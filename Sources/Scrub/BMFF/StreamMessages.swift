// Messages of user data between the coded pictures of an H.264 or HEVC track. They stay, as captions are
// among them and nothing in the samples moves; they are counted, as some recorders write there.

import ScrubContract

/// Counts the messages of one track.
struct StreamMessages {
  /// Units of all tracks that are looked at; what lies behind is not counted.
  static let unitsMax = 1 << 20
  /// Bytes of one unit that are looked at.
  private static let unitBytesMax = 64 * 1024

  /// Samples of H.264; those with a configuration of HEVC are HEVC.
  private static let advanced: Set<BoxType> = ["avc1", "avc2", "avc3", "avc4", "dva1", "dvav"]

  private let file: FileWindow
  private let isHEVC: Bool
  /// Bytes of the length in front of each unit (ISO 14496-15 section 5.3.3).
  private let lengthBytes: Int

  /// Nothing for a track of another coding.
  /// - Parameter layout: The tables of the track (`stbl`).
  init?(_ layout: Box, _ reader: BoxReader) throws(ScrubError) {
    file = reader.file
    guard
      let descriptions = try reader.children(of: layout.content).boxes.first(where: {
        $0.type == "stsd"
      }), descriptions.content.count > 8
    else { return nil }
    let start = descriptions.content.lowerBound + 8
    for entry in try reader.children(of: start..<descriptions.content.upperBound).boxes
    where entry.content.count > 78 {
      let fields = (entry.content.lowerBound + 78)..<entry.content.upperBound
      let isAVC = StreamMessages.advanced.contains(entry.type)
      let place = isAVC ? 4 : 21
      for box in try reader.children(of: fields).boxes
      where box.type == (isAVC ? "avcC" : "hvcC") && box.content.count > place {
        isHEVC = !isAVC
        lengthBytes =
          (try file.integer(at: box.content.lowerBound + place, width: 1)) & 3 + 1
        return
      }
    }
    return nil
  }

  /// How many messages lie in some samples that follow each other; what is no unit ends the count.
  /// - Parameter unitsLeft: Goes down by the units that were looked at.
  func count(in range: Range<Int>, unitsLeft: inout Int) throws(ScrubError) -> Int {
    var (count, place) = (0, range.lowerBound)
    while unitsLeft > 0, range.upperBound - place > lengthBytes {
      unitsLeft -= 1
      // The length and the first byte of the header.
      let head = try file.glance(at: place, width: lengthBytes + 1)
      let (length, start) = (Int(head >> 8), place + lengthBytes)
      guard length > 0, length <= range.upperBound - start else { break }
      if isMessage(UInt8(truncatingIfNeeded: head)) {
        let end = start + min(length, StreamMessages.unitBytesMax)
        let body = min(end, start + (isHEVC ? 2 : 1))
        count += FreeMessages.userDataCount(in: try file.copy(body..<end))
      }
      place = start + length
    }
    return count
  }

  /// Supplemental enhancement information: type 6 of H.264; 39 and 40 of HEVC, before and behind the
  /// picture.
  private func isMessage(_ header: UInt8) -> Bool {
    isHEVC ? [39, 40].contains(header >> 1 & 0x3f) : header & 0x1f == 6
  }
}
