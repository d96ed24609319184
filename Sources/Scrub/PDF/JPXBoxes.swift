// JPEG 2000 as it stands in a PDF (ISO 15444-1): the boxes that a decoder needs and the codestream.
// Metadata boxes (`xml `, `uuid`, `uinf`, `res `) and unknown ones go.

import ScrubContract

/// Rewrites one JPEG 2000 picture.
struct JPXBoxes {
  private static let partsMax = 10_000
  /// A brand, a version and the brands that it is compatible with.
  private static let typeBytesMax = 72
  private static let signature: [UInt8] = [0x6a, 0x50, 0x20, 0x20, 0x0d, 0x0a, 0x87, 0x0a]
  private static let kept: Set<String> = ["jP  ", "ftyp", "jp2h", "jp2c"]
  private static let keptInHeader: Set<String> = [
    "ihdr", "bpcc", "colr", "pclr", "cmap", "cdef",
  ]

  private let bytes: [UInt8]
  private(set) var tally = CarrierTally()
  private var seen: Set<String> = []

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The picture without what is not needed to show it.
  mutating func scrubbed() throws(ScrubError) -> [UInt8] {
    if bytes.starts(with: [0xff, 0x4f]) { return try codestream(0..<bytes.count) }
    guard bytes.count >= 12, bytes[4..<12].elementsEqual(JPXBoxes.signature) else {
      throw JPXBoxes.malformed
    }
    return try boxes(0..<bytes.count, kept: JPXBoxes.kept)
  }

  private static var malformed: ScrubError {
    ScrubError(.malformedPDF, "A JPEG 2000 picture is damaged.")
  }

  private mutating func boxes(
    _ range: Range<Int>, kept: Set<String>
  ) throws(ScrubError) -> [UInt8] {
    var result: [UInt8] = []
    var place = range.lowerBound
    var parts = 0
    while place < range.upperBound {
      parts += 1
      guard parts <= JPXBoxes.partsMax, place + 8 <= range.upperBound else {
        throw JPXBoxes.malformed
      }
      let (body, end) = try extent(at: place, limit: range.upperBound)
      let type = String(decoding: bytes[(place + 4)..<(place + 8)], as: UTF8.self)
      place = end
      guard kept.contains(type) else {
        tally.add(type == "xml " ? .xmp : .vendor)
        continue
      }
      guard type == "colr" || seen.insert(type).inserted else { throw JPXBoxes.malformed }
      let payload: [UInt8]
      switch type {
      case "jp2h": payload = try boxes(body..<end, kept: JPXBoxes.keptInHeader)
      case "jp2c": payload = try codestream(body..<end)
      case "colr": payload = try color(Array(bytes[body..<end]))
      default:
        payload = Array(bytes[body..<end])
        try check(type, payload)
      }
      result += JPXBoxes.big(payload.count + 8) + Array(type.utf8) + payload
    }
    return result
  }

  /// Where the content of a box begins and ends; length 0 means to the end, 1 a length of 64 bits.
  private func extent(at place: Int, limit: Int) throws(ScrubError) -> (Int, Int) {
    let length = number(place, bytes: 4)
    switch length {
    case 0: return (place + 8, limit)
    case 1:
      guard place + 16 <= limit, number(place + 8, bytes: 4) == 0 else { throw JPXBoxes.malformed }
      let long = number(place + 12, bytes: 4)
      guard long >= 16, place + long <= limit else { throw JPXBoxes.malformed }
      return (place + 16, place + long)
    default:
      guard length >= 8, place + length <= limit else { throw JPXBoxes.malformed }
      return (place + 8, place + length)
    }
  }

  /// Method 2 and 3 hold a profile behind three bytes.
  private mutating func color(_ payload: [UInt8]) throws(ScrubError) -> [UInt8] {
    guard payload.count >= 3 else { throw JPXBoxes.malformed }
    guard payload[0] == 2 || payload[0] == 3 else { return Array(payload.prefix(7)) }
    let profile = Array(payload[3...])
    let rebuilt = try ColorProfile.rebuild(profile)
    if rebuilt != profile { tally.add(.profileDetails) }
    return Array(payload[..<3]) + rebuilt
  }

  private mutating func codestream(_ range: Range<Int>) throws(ScrubError) -> [UInt8] {
    var stream = JPXCodestream(bytes[range])
    let result = try stream.scrubbed()
    tally.add(stream.tally)
    return result
  }

  /// Boxes of one form only, in which nothing else can stand.
  private func check(_ type: String, _ payload: [UInt8]) throws(ScrubError) {
    let isWellFormed: Bool
    switch type {
    case "jP  ": isWellFormed = payload == [0x0d, 0x0a, 0x87, 0x0a]
    case "ftyp":
      let isShort = payload.count <= JPXBoxes.typeBytesMax
      isWellFormed = payload.count >= 8 && payload.count.isMultiple(of: 4) && isShort
    case "ihdr": isWellFormed = payload.count == 14
    case "cdef":
      let count = payload.prefix(2).reduce(0) { $0 << 8 | Int($1) }
      isWellFormed = payload.count == 2 + 6 * count
    default: isWellFormed = true
    }
    guard isWellFormed else { throw JPXBoxes.malformed }
  }

  private func number(_ place: Int, bytes count: Int) -> Int {
    bytes[place..<(place + count)].reduce(0) { $0 << 8 | Int($1) }
  }

  private static func big(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
