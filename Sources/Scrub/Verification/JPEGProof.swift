// A scrubbed JPEG as the verifier expects it, read by a grammar and not by the scrubber's walker:
// SOI, at most one JFIF, EXIF, profile and Adobe segment in this order, then tables and scans only.

/// Reads one JPEG against the grammar.
struct JPEGProof {
  /// How far the header has come; application segments must appear in this order.
  private enum Stage: Int, Comparable {
    case start, density, orientation, profile, adobe, tables, scans

    static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }
  }

  private let source: ByteSource
  private let limits: ScrubLimits
  private let rules: ScrubRules
  private var stage = Stage.start
  private var profile: [UInt8] = []
  private var profileParts = 0
  private var profilePartsExpected = 0

  init(_ source: ByteSource, limits: ScrubLimits, rules: ScrubRules = .standard) {
    self.source = source
    self.limits = limits
    self.rules = rules
  }

  /// Passes over the whole picture; the source then stands behind the end marker.
  mutating func run() throws(ScrubError) {
    guard try source.uint16() == 0xffd8 else { throw ResidueVerifier.residue("no JPEG") }
    var segments = 0
    while true {
      let marker = try source.uint16()
      segments += 1
      guard segments <= limits.partsMax else { throw ResidueVerifier.residue("too many segments") }
      if marker == 0xffd9 {
        guard stage == .scans else { throw ResidueVerifier.residue("no picture") }
        return
      }
      guard marker > 0xff00, marker < 0xffff else { throw ResidueVerifier.residue("fill bytes") }
      let length = try source.uint16()
      guard length >= 2 else { throw ResidueVerifier.residue("a broken segment") }
      try accept(marker, source.bytes(length - 2))
    }
  }

  private mutating func accept(_ marker: Int, _ payload: [UInt8]) throws(ScrubError) {
    switch marker {
    case 0xffe0:
      try enter(.density, after: .start)
      guard payload.count == 14, payload[..<7].elementsEqual("JFIF\0\u{1}\u{1}".utf8),
        payload[7] <= 2, payload[12...] == [0, 0]
      else { throw ResidueVerifier.residue("a JFIF segment with more than the density") }
    case 0xffe1:
      try enter(.orientation, after: .density)
      guard payload.starts(with: "Exif\0\0".utf8) else {
        throw ResidueVerifier.residue("an application segment")
      }
      try ExifProof.check(tiff: Array(payload.dropFirst(6)), rules)
    case 0xffe2: try addProfilePart(payload)
    case 0xffee:
      try enter(.adobe, after: .profile)
      guard payload.count == 12, payload[..<11].elementsEqual("Adobe\0d\0\0\0\0".utf8),
        payload[11] <= 2
      else { throw ResidueVerifier.residue("an Adobe segment with more than the transform") }
    case 0xffc0, 0xffc1, 0xffc2, 0xffc9, 0xffca, 0xffc4, 0xffcc, 0xffdb, 0xffdd:
      try enterTables()
    case 0xffdc where stage == .scans: break
    case 0xffda:
      try enterTables()
      stage = .scans
      try skipEntropy()
    default: throw ResidueVerifier.residue("a segment that is not needed to decode the picture")
    }
  }

  private mutating func enter(_ next: Stage, after last: Stage) throws(ScrubError) {
    guard stage <= last else { throw ResidueVerifier.residue("an application segment too many") }
    stage = next
  }

  private mutating func enterTables() throws(ScrubError) {
    guard stage < .tables else { return }
    stage = .tables
    guard profileParts == profilePartsExpected else {
      throw ResidueVerifier.residue("an incomplete profile")
    }
    if profileParts > 0 { try ProfileProof.check(profile) }
  }

  private mutating func addProfilePart(_ payload: [UInt8]) throws(ScrubError) {
    guard stage <= .profile, payload.count > 14,
      payload[..<12].elementsEqual("ICC_PROFILE\0".utf8),
      Int(payload[12]) == profileParts + 1,
      profileParts == 0 || Int(payload[13]) == profilePartsExpected,
      profile.count + payload.count <= limits.profileBytesMax + 65_536
    else { throw ResidueVerifier.residue("a profile part out of place") }
    stage = .profile
    profileParts += 1
    profilePartsExpected = Int(payload[13])
    profile += payload[14...]
  }

  /// Passes for tables without a picture, as the strips of a TIFF share them.
  static func checkTables(_ stream: [UInt8]) throws(ScrubError) {
    let source = ByteSource(.bytes(stream), bytesMax: stream.count)
    guard try source.uint16() == 0xffd8 else { throw ResidueVerifier.residue("no JPEG tables") }
    while case let marker = try source.uint16(), marker != 0xffd9 {
      let length = try source.uint16()
      guard [0xffc4, 0xffcc, 0xffdb, 0xffdd].contains(marker), length > 2 else {
        throw ResidueVerifier.residue("a segment that is not needed to decode the picture")
      }
      _ = try source.bytes(length - 2)
    }
    guard try source.drain() == 0 else { throw ResidueVerifier.residue("bytes behind JPEG tables") }
  }

  /// Entropy-coded data: 0xFF may be followed by zero or a restart marker; fill bytes are gone.
  private func skipEntropy() throws(ScrubError) {
    var isInScan = true
    while isInScan {
      try source.advance(atLeast: 2) { (window: Span<UInt8>) throws(ScrubError) in
        var place = 0
        while place + 1 < window.count {
          if window[place] != 0xff {
            place += 1
            continue
          }
          let next = window[place + 1]
          if next == 0xff { throw ResidueVerifier.residue("fill bytes") }
          guard next == 0 || (next >= 0xd0 && next <= 0xd7) else {
            isInScan = false
            return place
          }
          place += 2
        }
        return place
      }
    }
  }
}
