// ICC profiles (ICC.1) rebuilt from an allow-list. The colours stay; names of screens and their
// serial numbers, calibration dates, free text, private tags and gaps between tags go.

/// Rebuilds an ICC profile so that it only says how to convert colours.
struct ColorProfile {
  /// The tags that a colour engine needs, in the order in which they are written.
  static let keptTags = [
    "rXYZ", "gXYZ", "bXYZ", "wtpt", "bkpt", "chad", "rTRC", "gTRC", "bTRC", "kTRC",
    "A2B0", "A2B1", "A2B2", "B2A0", "B2A1", "B2A2", "D2B0", "D2B1", "D2B2", "D2B3",
    "B2D0", "B2D1", "B2D2", "B2D3", "gamt", "cicp", "lumi", "tech",
  ].map { Array($0.utf8) }

  /// The description that each rebuilt profile carries instead of its own.
  static let neutralName = Array("Colour profile".utf8)

  private static let tagsMax = 200
  private static let classes = ["mntr", "scnr", "prtr", "spac", "abst"].map { Array($0.utf8) }
  private let profile: [UInt8]

  /// Returns the rebuilt profile; `malformed-profile` if it cannot be read.
  /// - Parameter text: Whether it gets a neutral description and copyright, which a profile should
  ///   have and colour engines do without: left out where there is no room.
  static func rebuild(_ profile: [UInt8], text: Bool = true) throws(ScrubError) -> [UInt8] {
    try ColorProfile(profile: profile).rebuilt(text: text)
  }

  /// Whether any engine can make something of a profile: it is marked as one, and its table names at
  /// least one tag about colours. `rebuild` asks for more.
  static func isUsable(_ profile: [UInt8]) -> Bool {
    let profile = ColorProfile(profile: profile)
    guard profile.field(36, 4).elementsEqual("acsp".utf8), let count = profile.uint32(128) else {
      return false
    }
    let entries = min(count, (profile.profile.count - 132) / 12)
    return (0..<entries).contains { keptTags.contains(profile.field(132 + 12 * $0, 4)) }
  }

  private func rebuilt(text: Bool) throws(ScrubError) -> [UInt8] {
    guard profile.count >= 132, field(36, 4) == Array("acsp".utf8),
      let claimed = uint32(0), claimed >= 132, ColorProfile.classes.contains(field(12, 4))
    else { throw malformed("header") }
    // Engines read a profile that is cut short as far as its tags are whole.
    let size = min(claimed, profile.count)
    let tags = try keptTags(size: size)
    let isMatrix = ["rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"].allSatisfy { name in
      tags.contains { $0.name == Array(name.utf8) }
    }
    let isTable = tags.contains {
      ["A2B0", "D2B0", "kTRC"].map { Array($0.utf8) }.contains($0.name)
    }
    guard isMatrix || isTable else { throw malformed("tag list") }
    return assemble(text ? tags + neutralTags() : tags)
  }

  private struct Tag {
    let name: [UInt8]
    let data: [UInt8]
  }

  private func keptTags(size: Int) throws(ScrubError) -> [Tag] {
    guard let count = uint32(128), count <= ColorProfile.tagsMax, 132 + 12 * count <= size else {
      throw malformed("tag table")
    }
    var places: [[UInt8]: Range<Int>] = [:]
    for index in 0..<count {
      let entry = 132 + 12 * index
      let name = field(entry, 4)
      guard ColorProfile.keptTags.contains(name) else { continue }
      guard let offset = uint32(entry + 4), let length = uint32(entry + 8), offset >= 128,
        length >= 8, offset + length <= size
      else { throw malformed("tag table") }
      // Engines take the first entry of a name.
      if places[name] == nil { places[name] = offset..<(offset + length) }
    }
    var tags: [Tag] = []
    for name in ColorProfile.keptTags {
      guard let place = places[name] else { continue }
      tags.append(Tag(name: name, data: try element(place)))
    }
    return tags
  }

  /// The bytes of a tag, cut to the length that its type needs.
  private func element(_ place: Range<Int>) throws(ScrubError) -> [UInt8] {
    let start = place.lowerBound
    let length: Int
    switch String(decoding: field(start, 4), as: UTF8.self) {
    case "XYZ ": length = 20
    case "sig ", "cicp": length = 12
    case "sf32": length = 8 + 4 * 9
    case "curv": length = 12 + 2 * (uint32(start + 8) ?? Int(UInt32.max))
    case "para":
      let parameters = [1, 3, 4, 5, 7]
      guard let kind = uint16(start + 8), parameters.indices.contains(kind) else {
        throw malformed("curve")
      }
      length = 12 + 4 * parameters[kind]
    case "mft1": length = try tableLength(start, header: 48, entryBytes: 1)
    case "mft2": length = try tableLength(start, header: 52, entryBytes: 2)
    case "mAB ", "mBA ", "mpet": length = place.count
    default: throw malformed("tag type")
    }
    guard length <= place.count else { throw malformed("tag length") }
    var data = Array(profile[start..<(start + length)])
    // Reserved bytes behind the type signature are zero by the specification.
    data.replaceSubrange(4..<8, with: repeatElement(0, count: 4))
    return data
  }

  /// ICC.1 section 10.10 and 10.11: matrix, input tables, colour grid, output tables.
  private func tableLength(
    _ start: Int, header: Int, entryBytes: Int
  ) throws(ScrubError) -> Int {
    let shape = field(start + 8, 3).map(Int.init)
    guard shape.count == 3, (1...15).contains(shape[0]), (1...15).contains(shape[1]) else {
      throw malformed("table")
    }
    var grid = 1
    for _ in 0..<shape[0] {
      grid *= shape[2]
      guard grid <= profile.count else { throw malformed("table") }
    }
    var entries = (256, 256)
    if entryBytes == 2 {
      guard let input = uint16(start + 48), let output = uint16(start + 50) else {
        throw malformed("table")
      }
      entries = (input, output)
    }
    return header + entryBytes
      * (entries.0 * shape[0] + grid * shape[1] + entries.1 * shape[1])
  }

  /// Description and copyright are required; version 2 and 4 spell text differently.
  private func neutralTags() -> [Tag] {
    let text = ColorProfile.neutralName
    if profile[8] >= 4 {
      var wide: [UInt8] = []
      for letter in text { wide += [0, letter] }
      var localized = Array("mluc".utf8)
      localized += ColorProfile.big([0, 1, 12])
      localized += Array("enUS".utf8)
      localized += ColorProfile.big([UInt32(wide.count), 28])
      localized += wide
      return ["desc", "cprt"].map { Tag(name: Array($0.utf8), data: localized) }
    }
    var description = Array("desc".utf8)
    description += ColorProfile.big([0, UInt32(text.count + 1)])
    description += text
    description += [UInt8](repeating: 0, count: 1 + 8 + 3 + 67)
    let copyright = Array("text".utf8) + ColorProfile.big([0]) + text + [0]
    return [
      Tag(name: Array("desc".utf8), data: description),
      Tag(name: Array("cprt".utf8), data: copyright),
    ]
  }

  private func assemble(_ tags: [Tag]) -> [UInt8] {
    var table = ColorProfile.big([UInt32(tags.count)])
    var data: [UInt8] = []
    var places: [[UInt8]: Int] = [:]
    for tag in tags {
      let offset = places[tag.data] ?? 132 + 12 * tags.count + data.count
      if places[tag.data] == nil {
        places[tag.data] = offset
        data += tag.data + [UInt8](repeating: 0, count: (4 - tag.data.count % 4) % 4)
      }
      table += tag.name + ColorProfile.big([UInt32(offset), UInt32(tag.data.count)])
    }
    return header(size: 128 + table.count + data.count) + table + data
  }

  /// ICC.1 section 7.2 with everything zero that is not needed to convert colours.
  private func header(size: Int) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 128)
    func put(_ bytes: [UInt8], at offset: Int) {
      header.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
    }
    put(ColorProfile.big([UInt32(size)]), at: 0)
    put(field(8, 2), at: 8)
    put(field(12, 12), at: 12)
    put(Array("acsp".utf8), at: 36)
    if let intent = uint32(64), intent <= 3 { header[67] = UInt8(intent) }
    // The illuminant of the connection space is always D50.
    put(ColorProfile.big([0xf6d6, 0x10000, 0xd32d]), at: 68)
    return header
  }

  private func field(_ offset: Int, _ count: Int) -> [UInt8] {
    offset + count <= profile.count ? Array(profile[offset..<(offset + count)]) : []
  }

  private func uint16(_ offset: Int) -> Int? {
    guard offset + 2 <= profile.count else { return nil }
    return Int(profile[offset]) << 8 | Int(profile[offset + 1])
  }

  private func uint32(_ offset: Int) -> Int? {
    guard let high = uint16(offset), let low = uint16(offset + 2) else { return nil }
    return high << 16 | low
  }

  private func malformed(_ part: String) -> ScrubError {
    ScrubError(.malformedProfile, "The \(part) of the embedded ICC profile is not valid.")
  }

  private static func big(_ values: [UInt32]) -> [UInt8] {
    values.flatMap { value in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
  }
}
