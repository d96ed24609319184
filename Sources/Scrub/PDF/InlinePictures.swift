// Pictures inside page descriptions (ISO 32000-2 section 8.9.7) that are coded as JPEG: they may
// carry all that a JPEG file carries, and no program writes them any more, so they are refused. The
// search starts at every `BI`, also in texts and data, so that none is overlooked.

import ScrubContract

/// A search in pieces.
struct InlinePictures {
  /// What is seen behind a `BI`.
  private enum Finding {
    case none, coded, cut
  }

  /// Bytes of one piece that are searched again with the next: a dictionary is not larger.
  private static let overlapBytes = 8192
  private static let pieceBytes = 64 * 1024

  private var kept: [UInt8] = []
  /// True if a picture coded as JPEG has been seen.
  private(set) var hasCoded = false
  /// True if the last piece ends within the dictionary of a picture.
  private(set) var isCut = false
  /// True if a dictionary has been seen that is larger than any.
  private(set) var isLong = false

  /// Searches the next bytes.
  mutating func search(_ bytes: UnsafeRawBufferPointer) {
    var place = 0
    while place < bytes.count {
      let end = min(place + InlinePictures.pieceBytes, bytes.count)
      unsafe search(piece: UnsafeRawBufferPointer(rebasing: bytes[place..<end]))
      place = end
    }
  }

  private mutating func search(piece: UnsafeRawBufferPointer) {
    unsafe kept += unsafe piece
    // The copy keeps the array's buffer alive and is not changed.
    let bytes = kept
    isCut = false
    unsafe bytes.withUnsafeBytes { buffer in
      var place = 0
      while let found = unsafe PDFEdges.find("BI", in: buffer, from: place) {
        place = found + 2
        let end = min(found + InlinePictures.overlapBytes, buffer.count)
        let part = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<end])
        switch unsafe InlinePictures.finding(behind: found, part) {
        case .none: break
        case .coded: hasCoded = true
        case .cut where end < buffer.count: isLong = true
        case .cut: isCut = true
        }
      }
    }
    kept = Array(bytes.suffix(InlinePictures.overlapBytes))
  }

  /// Reads names, numbers, texts and brackets until something else comes.
  private static func finding(
    behind start: Int, _ bytes: UnsafeRawBufferPointer
  ) -> Finding {
    if start > 0, unsafe !isBreak(bytes[start - 1]) { return .none }
    var place = start + 2
    if unsafe place < bytes.count && !isBreak(bytes[place]) { return .none }
    while place < bytes.count {
      let byte = unsafe bytes[place]
      switch byte {
      case 0x2f:
        let name = unsafe name(at: &place, bytes)
        if name == "DCT" || name == "DCTDecode" { return .coded }
      case 0x25:
        while place < bytes.count, unsafe bytes[place] != 0x0a, unsafe bytes[place] != 0x0d {
          place += 1
        }
      case 0x28: unsafe skipText(&place, bytes)
      case _ where isBreak(byte), 0x2b, 0x2d, 0x2e, 0x30...0x39: place += 1
      case 0x61...0x7a, 0x41...0x46:
        // `true`, `false`, `null` and hexadecimal digits; an operator has another end.
        place += 1
      default: return .none
      }
    }
    return .cut
  }

  private static func isBreak(_ byte: UInt8) -> Bool {
    switch byte {
    case 0, 0x09, 0x0a, 0x0c, 0x0d, 0x20, 0x25, 0x28, 0x29, 0x2f, 0x3c, 0x3e, 0x5b, 0x5d: true
    default: false
    }
  }

  /// A name with its escapes undone.
  private static func name(at place: inout Int, _ bytes: UnsafeRawBufferPointer) -> String {
    var name: [UInt8] = []
    place += 1
    while place < bytes.count, unsafe !isBreak(bytes[place]) {
      if unsafe bytes[place] == 0x23, place + 2 < bytes.count,
        let high = unsafe PDFText.nibble(bytes[place + 1]),
        let low = unsafe PDFText.nibble(bytes[place + 2])
      {
        name.append(high << 4 | low)
        place += 3
      } else {
        unsafe name.append(bytes[place])
        place += 1
      }
    }
    return String(decoding: name, as: UTF8.self)
  }

  private static func skipText(_ place: inout Int, _ bytes: UnsafeRawBufferPointer) {
    var depth = 0
    while place < bytes.count {
      switch unsafe bytes[place] {
      case 0x28: depth += 1
      case 0x29: depth -= 1
      case 0x5c: place += 1
      default: break
      }
      place += 1
      if depth == 0 { return }
    }
    place = bytes.count
  }
}
