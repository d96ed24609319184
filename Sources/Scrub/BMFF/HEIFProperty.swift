// The properties of items in HEIF and AVIF files, each cut to what decides how a picture is decoded and
// shown. Descriptions, times, capture settings, places and unknown ones go.

/// What becomes of one property box.
enum HEIFProperty {
  /// Identifiers of auxiliary pictures that are the transparency of another.
  private static let alphaNames = [
    "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", "urn:mpeg:hevc:2015:auxid:1",
    "urn:mpeg:avc:2015:auxid:1",
  ].map { Array($0.utf8) + [0] }

  /// Properties of one size: dimensions, turning, mirroring, cropping, pixel shape, light, layers.
  private static let sizes: [BoxType: Int] = [
    "ispe": 12, "irot": 1, "imir": 1, "pasp": 8, "clap": 32, "clli": 4, "mdcv": 24, "amve": 8,
    "lsel": 2, "a1op": 1, "rloc": 12, "ndwt": 8,
  ]

  private static let namedMetadata: Set<BoxType> = [
    "udes", "altt", "crtt", "mdft", "itai", "taic", "aebr", "wbbr", "fobr", "afbr", "dobr", "pano",
    "subs", "cmin", "cmex", "uuid",
  ]
  private static let contentBytesMax = 64 * 1024

  /// A property's content: kept in this form, or taken out.
  enum Outcome {
    case kept([UInt8])
    case dropped
    /// Nobody may show a picture without understanding it.
    case unknown
  }

  /// The content of a property box in the form that may stay.
  /// - Parameter text: Whether a profile gets the neutral description that it should have.
  static func scrubbed(
    _ type: BoxType, _ content: [UInt8], text: Bool, tally: inout CarrierTally
  ) throws(ScrubError) -> Outcome {
    if let size = sizes[type] {
      guard content.count >= size else { throw BoxReader.malformed }
      return .kept(Array(content[..<size]))
    }
    switch type {
    case "colr": return try color(content, text: text, tally: &tally)
    case "pixi":
      guard content.count > 4, content.count >= 5 + Int(content[4]) else {
        throw BoxReader.malformed
      }
      return .kept([0, 0, 0, 0] + content[4..<(5 + Int(content[4]))])
    case "a1lx":
      let size = content.first.map { 1 + 3 * (2 + 2 * Int($0 & 1)) } ?? 1
      guard content.count >= size else { throw BoxReader.malformed }
      return .kept(Array(content[..<size]))
    case "auxC": return isAlpha(content) ? .kept(content) : .dropped
    case "hvcC", "lhvC", "avcC", "av1C", "vvcC":
      guard content.count <= contentBytesMax else { throw BoxReader.malformed }
      return .kept(try CodecConfiguration.scrubbed(type, content, tally: &tally))
    default: return namedMetadata.contains(type) ? .dropped : .unknown
    }
  }

  /// Whether the content of an `auxC` box names the transparency of another picture.
  static func isAlpha(_ content: [UInt8]) -> Bool {
    content.count < 128 && content.starts(with: [0, 0, 0, 0])
      && alphaNames.contains { content[4...].starts(with: $0) }
  }

  private static func color(
    _ content: [UInt8], text: Bool, tally: inout CarrierTally
  ) throws(ScrubError) -> Outcome {
    guard content.count >= 4 else { throw BoxReader.malformed }
    switch String(decoding: content[..<4], as: UTF8.self) {
    case "nclx":
      guard content.count >= 11 else { throw BoxReader.malformed }
      return .kept(Array(content[..<10]) + [content[10] & 0x80])
    case "prof", "rICC":
      let profile = Array(content[4...])
      let rebuilt = try ColorProfile.rebuild(profile, text: text)
      if rebuilt != profile { tally.add(.profileDetails) }
      return .kept(content[..<4] + rebuilt)
    default: return .unknown
    }
  }
}
