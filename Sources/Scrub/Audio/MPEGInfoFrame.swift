// The first frame of most MP3 files holds no sound but numbers: how many frames and bytes follow, a
// table for seeking, and how many samples the encoder put before and behind the music, which players
// cut off. These stay, so that it sounds the same. The encoder's name, version and settings go.

/// The information frame of an MP3 file.
enum MPEGInfoFrame {
  /// Fields of the extension, by their distance from its start.
  private enum Extension {
    static let bytes = 36
    /// Loudness: a peak and two gains, by which players turn the volume.
    static let gains = 11..<19
    /// Samples before and behind the music, twelve bits each.
    static let delays = 21..<24
    static let checksum = 34..<36
  }

  /// Who wrote the extension decides for some players whether they obey it. One of these three does;
  /// it is always written as the last, so that it tells nothing.
  private static let obeyed = ["LAME", "Lavc", "Lavf"].map { Array($0.utf8) }

  /// The frame as it is written; nothing if it is a frame of sound.
  /// - Parameter isFirst: Whether players look for the numbers in it. Elsewhere, where files were
  ///   joined, a frame counts only if it has no sound.
  static func neutral(_ frame: [UInt8], _ header: MPEGFrameHeader, isFirst: Bool) -> [UInt8]? {
    guard header.isLayerThree, let start = place(in: frame, header, isFirst: isFirst) else {
      return nil
    }
    // The checksum of the header, if any, stays: it covers the zeros behind it as well.
    var kept = [0..<(header.hasChecksum ? 6 : 4)]
    var result = [UInt8](repeating: 0, count: frame.count)
    if frame[start...].starts(with: "VBRI".utf8) {
      kept.append(start..<min(frame.count, tableEnd(frame, start)))
    } else {
      kept += numbers(frame, start, &result)
    }
    for range in kept { result.replaceSubrange(range, with: frame[range]) }
    return result
  }

  /// Where the name of the numbers stands.
  private static func place(
    in frame: [UInt8], _ header: MPEGFrameHeader, isFirst: Bool
  ) -> Int? {
    func isNamed(_ names: [String], at place: Int) -> Bool {
      names.contains { frame.dropFirst(place).starts(with: $0.utf8) }
    }
    let side = 4 + header.sideBytes
    // Behind a checksum some encoders move the name on and some do not.
    for start in header.hasChecksum ? [side, side + 2] : [side]
    where isNamed(["Xing", "Info"], at: start) {
      let isSilent = frame[(header.hasChecksum ? 6 : 4)..<start].allSatisfy { $0 == 0 }
      return isFirst || isSilent ? start : nil
    }
    return isFirst && isNamed(["VBRI"], at: 36) ? 36 : nil
  }

  /// Fraunhofer's table: 26 bytes of numbers, then as many entries of as many bytes as they say.
  private static func tableEnd(_ frame: [UInt8], _ start: Int) -> Int {
    guard start + 26 <= frame.count else { return frame.count }
    func field(_ offset: Int) -> Int {
      Int(frame[start + offset]) << 8 | Int(frame[start + offset + 1])
    }
    return start + 26 + field(18) * field(22)
  }

  /// The ranges of Xing's numbers that stay; the extension is written into `result` at once.
  private static func numbers(
    _ frame: [UInt8], _ start: Int, _ result: inout [UInt8]
  ) -> [Range<Int>] {
    guard start + 8 <= frame.count else { return [] }
    let flags = frame[start + 7]
    result[start + 7] = flags & 15
    var kept = [start..<(start + 4)]
    var place = start + 8
    // Frames, bytes, table; the quality is a setting of the encoder.
    for (bit, bytes) in [(1, 4), (2, 4), (4, 100), (8, 4)] where Int(flags) & bit != 0 {
      guard place + bytes <= frame.count else { return kept }
      if bit != 8 { kept.append(place..<(place + bytes)) }
      place += bytes
    }
    guard place + Extension.bytes <= frame.count,
      frame[place..<(place + Extension.bytes)].contains(where: { $0 != 0 })
    else { return kept }
    if obeyed.contains(where: { frame[place...].starts(with: $0) }) {
      result.replaceSubrange(place..<(place + 4), with: obeyed[2])
    }
    for range in [Extension.gains, Extension.delays] {
      let range = (place + range.lowerBound)..<(place + range.upperBound)
      result.replaceSubrange(range, with: frame[range])
    }
    // The checksum covers the frame up to itself, so everything else must be in place.
    for range in [0..<4] + kept { result.replaceSubrange(range, with: frame[range]) }
    let end = place + Extension.checksum.lowerBound
    let code = checksum(result[..<end])
    result[end] = UInt8(code >> 8)
    result[end + 1] = UInt8(code & 255)
    return kept
  }

  /// The code that LAME writes: x^16 + x^15 + x^2 + 1, least significant bit first.
  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt16 {
    bytes.reduce(0) { code, byte in
      (0..<8).reduce(code ^ UInt16(byte)) { value, _ in
        value & 1 != 0 ? value >> 1 ^ 0xa001 : value >> 1
      }
    }
  }
}
