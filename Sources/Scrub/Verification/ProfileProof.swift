// ICC profiles as the verifier sees them: known tags only, our own description, zero where a device,
// a date or a maker would stand, and no byte that belongs to no tag.

/// Checks a rebuilt profile.
enum ProfileProof {
  private static let colourTags = Set(
    ("rXYZ gXYZ bXYZ wtpt bkpt chad rTRC gTRC bTRC kTRC A2B0 A2B1 A2B2 B2A0 B2A1 B2A2 "
      + "D2B0 D2B1 D2B2 D2B3 B2D0 B2D1 B2D2 B2D3 gamt cicp lumi tech")
      .split(separator: " ").map(String.init))

  /// Passes if the profile says nothing but how to convert colours.
  static func check(_ profile: [UInt8]) throws(ScrubError) {
    guard profile.count >= 132, number(profile, 0) == profile.count else {
      throw ResidueVerifier.residue("a profile of another length")
    }
    // ICC.1 section 7.2: CMM, date, platform, flags, manufacturer, model, attributes, creator, ID.
    let silent = [4..<8, 10..<12, 24..<36, 40..<64, 80..<128]
    guard silent.allSatisfy({ profile[$0].allSatisfy { $0 == 0 } }) else {
      throw ResidueVerifier.residue("origin fields in a profile header")
    }
    var covered: [(start: Int, end: Int)] = []
    let count = number(profile, 128)
    guard count <= 64, 132 + 12 * count <= profile.count else {
      throw ResidueVerifier.residue("a broken profile")
    }
    for entry in stride(from: 132, to: 132 + 12 * count, by: 12) {
      let name = String(decoding: profile[entry..<(entry + 4)], as: UTF8.self)
      let start = number(profile, entry + 4)
      let end = start + number(profile, entry + 8)
      guard start >= 132 + 12 * count, end <= profile.count, start + 8 <= end else {
        throw ResidueVerifier.residue("a broken profile")
      }
      if name == "desc" || name == "cprt" {
        try checkText(profile[start..<end])
      } else if !colourTags.contains(name) {
        throw ResidueVerifier.residue("a profile tag that is not about colours")
      }
      covered.append((start, end))
    }
    try checkCoverage(profile, covered, from: 132 + 12 * count)
  }

  /// The text tags may hold the neutral name, ASCII or UTF-16, and structure bytes.
  private static func checkText(_ data: ArraySlice<UInt8>) throws(ScrubError) {
    let name = Array("Colour profile".utf8)
    // Length bytes below 0x20 are structure; the size of the UTF-16 text (28) is one of them.
    let allowed =
      [Array("desc".utf8) + name, Array("text".utf8) + name]
      + [Array("mlucenUS".utf8) + name]
    guard data.count <= 128, allowed.contains(data.filter { $0 >= 0x20 }) else {
      throw ResidueVerifier.residue("a description in a profile")
    }
  }

  /// Gaps between tags are at most three zero bytes, for alignment.
  private static func checkCoverage(
    _ profile: [UInt8], _ ranges: [(start: Int, end: Int)], from start: Int
  ) throws(ScrubError) {
    var place = start
    for range in ranges.sorted(by: { $0.start < $1.start }) {
      try checkGap(profile, place, range.start)
      place = max(place, range.end)
    }
    try checkGap(profile, place, profile.count)
  }

  private static func checkGap(
    _ profile: [UInt8], _ start: Int, _ end: Int
  ) throws(ScrubError) {
    guard start < end else { return }
    guard end - start < 4, profile[start..<end].allSatisfy({ $0 == 0 }) else {
      throw ResidueVerifier.residue("bytes between the tags of a profile")
    }
  }

  private static func number(_ bytes: [UInt8], _ offset: Int) -> Int {
    (0..<4).reduce(0) { $0 << 8 | Int(bytes[offset + $1]) }
  }
}
