// What stands before the first scan of a JPEG: tables as they were, and in place of all application
// segments at most four of our own, each with one fixed shape: JFIF density, orientation, colour
// profile, Adobe colour transform. Where a segment repeats, the one that decoders obey is taken.

import ScrubContract

/// Gathers the header of one JPEG and writes the new one.
struct JPEGHeader {
  private static let jfifName = Array("JFIF\0".utf8)
  private static let exifName = Array("Exif\0\0".utf8)
  private static let adobeName = Array("Adobe".utf8)
  private static let profileName = Array("ICC_PROFILE\0".utf8)
  private static let profilePartBytes = 65_519

  private let rules: ScrubRules
  private var density: [UInt8]?
  private var hasSeenExif = false
  private var exif: [UInt8]?
  private var adobeTransform: UInt8?
  private var profileParts: [UInt8: [UInt8]] = [:]
  private var profilePartCount: UInt8?
  private var isProfileBroken = false
  private var profileBytes = 0
  private var tables: [UInt8] = []

  init(rules: ScrubRules) { self.rules = rules }

  /// Bytes of the kept tables.
  var tableBytes: Int { tables.count }

  /// Keeps a table segment as it is.
  mutating func append(_ marker: UInt8, _ payload: [UInt8]) {
    tables += JPEGHeader.segment(marker, payload)
  }

  /// A whole segment: marker, length, payload.
  static func segment(_ marker: UInt8, _ payload: [UInt8]) -> [UInt8] {
    let length = payload.count + 2
    return [0xff, marker, UInt8(length >> 8), UInt8(length & 255)] + payload
  }

  /// Takes note of an application segment or comment before the first scan.
  mutating func gather(
    _ marker: UInt8, _ payload: [UInt8], tally: inout CarrierTally, profileBytesMax: Int
  ) throws(ScrubError) {
    switch marker {
    case 0xe0 where payload.starts(with: JPEGHeader.jfifName) && payload.count >= 14:
      density = Array(payload[7..<12])
      if payload.count > 14 { tally.add(.thumbnail) }
    case 0xe1 where payload.starts(with: JPEGHeader.exifName):
      let block = ExifBlock(tiff: payload[6...])
      if !hasSeenExif { exif = block.kept(rules) }
      if hasSeenExif || exif != Array(payload[6...]) {
        block.count(in: &tally)
      }
      hasSeenExif = true
    case 0xe2 where payload.starts(with: JPEGHeader.profileName) && payload.count >= 14:
      try gatherProfile(payload, bytesMax: profileBytesMax)
    case 0xee where payload.starts(with: JPEGHeader.adobeName) && payload.count >= 12:
      adobeTransform = payload[11]
    default:
      JPEGHeader.count(marker, payload, tally: &tally)
    }
  }

  /// The header behind the start marker: our segments, then the tables in their order.
  func assembled(components: Int, tally: inout CarrierTally) throws(ScrubError) -> [UInt8] {
    var bytes: [UInt8] = []
    if let density {
      bytes += JPEGHeader.segment(0xe0, JPEGHeader.jfif(density: density))
    }
    if let exif { bytes += JPEGHeader.segment(0xe1, JPEGHeader.exifName + exif) }
    if let profile = try rebuiltProfile(tally: &tally) {
      bytes += JPEGHeader.profileSegments(profile)
    }
    if let adobeTransform {
      bytes += JPEGHeader.segment(
        0xee, JPEGHeader.adobe(transform: adobeTransform, components: components))
    }
    return bytes + tables
  }

  private static func jfif(density: [UInt8]) -> [UInt8] {
    let unit = density[0] <= 2 ? density[0] : 0
    let isSet = (density[1] | density[2]) != 0 && (density[3] | density[4]) != 0
    let pair = isSet ? Array(density[1..<5]) : [0, 1, 0, 1]
    return jfifName + [1, 1, unit] + pair + [0, 0]
  }

  /// Version 100, no flags. Values above 2 mean what libjpeg takes them for.
  private static func adobe(transform: UInt8, components: Int) -> [UInt8] {
    let known = transform <= 2 ? transform : components == 4 ? 2 : 1
    return adobeName + [0, 100, 0, 0, 0, 0, known]
  }

  private mutating func gatherProfile(_ payload: [UInt8], bytesMax: Int) throws(ScrubError) {
    let (sequence, count) = (payload[12], payload[13])
    profileBytes += payload.count - 14
    guard profileBytes <= bytesMax else {
      throw ScrubError(.tooLarge, "The ICC profile has more than \(bytesMax) bytes.")
    }
    let isConsistent =
      sequence >= 1 && sequence <= count && count == profilePartCount ?? count
      && profileParts[sequence] == nil
    if !isConsistent { isProfileBroken = true }
    profilePartCount = count
    profileParts[sequence] = Array(payload[14...])
  }

  /// Decoders ignore an incomplete profile, so it can go; a complete one is rebuilt.
  private func rebuiltProfile(tally: inout CarrierTally) throws(ScrubError) -> [UInt8]? {
    guard let profilePartCount else { return nil }
    guard !isProfileBroken, profileParts.count == Int(profilePartCount) else {
      tally.add(.profileDetails)
      return nil
    }
    let profile = profileParts.sorted { $0.key < $1.key }.flatMap(\.value)
    let rebuilt = try ColorProfile.rebuild(profile)
    if rebuilt != profile { tally.add(.profileDetails) }
    return rebuilt
  }

  private static func profileSegments(_ profile: [UInt8]) -> [UInt8] {
    let count = (profile.count + profilePartBytes - 1) / profilePartBytes
    var bytes: [UInt8] = []
    for index in 0..<count {
      let end = min(profile.count, (index + 1) * profilePartBytes)
      let part = profile[(index * profilePartBytes)..<end]
      bytes += segment(0xe2, profileName + [UInt8(index + 1), UInt8(count)] + part)
    }
    return bytes
  }

  /// Counts a dropped segment by what it usually holds.
  static func count(_ marker: UInt8, _ payload: [UInt8], tally: inout CarrierTally) {
    func isNamed(_ name: String) -> Bool { payload.starts(with: name.utf8) }
    switch marker {
    case JPEGMarker.comment: tally.add(.comment, showing: payload)
    case 0xe0 where isNamed("JFXX\0"): tally.add(.thumbnail)
    case 0xe0 where isNamed("JFIF\0"), 0xee where isNamed("Adobe"): tally.add(.misplaced)
    case 0xe1 where isNamed("Exif\0"): ExifBlock(tiff: payload.dropFirst(6)).count(in: &tally)
    case 0xe1 where isNamed("http://ns.adobe.com/"):
      // Behind the name and its zero byte.
      tally.add(.xmp, showing: payload.drop { $0 != 0 }, as: .markup)
    case 0xe2 where isNamed("MPF\0"): tally.add(.secondImage)
    case 0xe2 where isNamed("ICC_PROFILE\0"): tally.add(.profileDetails)
    case 0xeb where isNamed("JP"): tally.add(.provenance)
    case 0xed: tally.add(.iptc, showing: payload)
    default: tally.add(.vendor, showing: payload)
    }
  }
}
