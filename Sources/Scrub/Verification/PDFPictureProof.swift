// The picture formats that stand in PDFs only, as the verifier expects them: JPEG 2000 and JBIG2.

/// JPEG 2000: four boxes, a header of known boxes, a codestream of known markers and nothing behind.
enum JPXProof {
  private static let once: Set<String> = [
    "jP  ", "ftyp", "jp2h", "ihdr", "bpcc", "pclr", "cmap", "cdef", "jp2c",
  ]
  /// Markers that carry no settings: comments, lengths of tile parts, and the range of the unknown.
  private static let settings: Set<UInt8> = [
    0x50, 0x51, 0x52, 0x53, 0x57, 0x58, 0x5c, 0x5d, 0x5e, 0x5f, 0x60, 0x61, 0x63,
  ]
  private static let foreign = ResidueVerifier.residue(
    "a part that a JPEG 2000 decoder does not need")

  static func check(_ bytes: [UInt8]) throws(ScrubError) {
    if bytes.starts(with: [0xff, 0x4f]) {
      return try checkCodestream(bytes[...])
    }
    var seen: Set<String> = []
    var place = 0
    while place < bytes.count {
      guard place + 8 <= bytes.count else { throw foreign }
      let length = try number(bytes[...], place, 4)
      guard length >= 8, place + length <= bytes.count else { throw foreign }
      let type = String(decoding: bytes[(place + 4)..<(place + 8)], as: UTF8.self)
      guard type == "colr" || once.contains(type), seen.insert(type).inserted || type == "colr"
      else { throw foreign }
      switch type {
      // The boxes inside follow; they are checked like those outside.
      case "jp2h": place += 8
      case "colr":
        if length > 15 { try ProfileProof.check(Array(bytes[(place + 11)..<(place + length)])) }
        place += length
      case "jp2c":
        try checkCodestream(bytes[(place + 8)..<(place + length)])
        place += length
      case "jP  " where length != 12, "ftyp" where length > 80, "ihdr" where length != 22:
        throw foreign
      default: place += length
      }
    }
  }

  private static func checkCodestream(_ bytes: ArraySlice<UInt8>) throws(ScrubError) {
    var place = bytes.startIndex + 2
    // Where the tile part ends that is being read; nothing in the main header.
    var partEnd: Int?
    while true {
      let marker = try number(bytes, place, 2)
      switch marker {
      case 0xff90:
        guard partEnd == nil || partEnd == place else { throw foreign }
        partEnd = place + (try number(bytes, place + 6, 4))
        place += 12
      case 0xff93:
        // Data of the part, up to its end.
        guard let end = partEnd, end > place, end <= bytes.endIndex else { throw foreign }
        place = end
      case 0xffd9:
        guard place + 2 == bytes.endIndex else { throw foreign }
        return
      default:
        guard marker >> 8 == 0xff, settings.contains(UInt8(truncatingIfNeeded: marker)) else {
          throw foreign
        }
        place += 2 + max(2, try number(bytes, place + 2, 2))
      }
    }
  }

  private static func number(
    _ bytes: ArraySlice<UInt8>, _ place: Int, _ count: Int
  ) throws(ScrubError) -> Int {
    guard place + count <= bytes.endIndex else { throw foreign }
    return bytes[place..<(place + count)].reduce(0) { $0 << 8 | Int($1) }
  }
}

/// JBIG2: segments to the last byte, none of them an extension.
enum JBIG2Proof {
  static func check(_ bytes: [UInt8]) throws(ScrubError) {
    let foreign = ResidueVerifier.residue("a part that a JBIG2 decoder does not need")
    var rest = bytes[...]
    func take(_ count: Int) throws(ScrubError) -> Int {
      guard count >= 0, rest.count >= count else { throw foreign }
      defer { rest = rest.dropFirst(count) }
      // Of long pieces the value does not matter.
      return rest.prefix(min(count, 4)).reduce(0) { $0 << 8 | Int($1) }
    }
    while !rest.isEmpty {
      let number = try take(4)
      let flags = try take(1)
      // Types: dictionaries, regions, pages; not 62, the extension.
      guard flags & 0x3f < 54 else { throw foreign }
      var references = try take(1) >> 5
      if references > 4 {
        rest = bytes[(rest.startIndex - 1)...]
        references = try take(4) & 0x1fff_ffff
        _ = try take(references / 8 + 1)
      }
      _ = try take(references * (number > 65_536 ? 4 : number > 256 ? 2 : 1))
      _ = try take(flags & 0x40 == 0 ? 1 : 4)
      _ = try take(try take(4))
    }
  }
}
