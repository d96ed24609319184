// A scrubbed file of boxes (HEIC, AVIF, MP4, MOV, M4A, 3GP) as the verifier expects it: known boxes from
// the first byte to the last, zero wherever a time, a name or free space stands, and no byte of media
// data that is not zero and that no picture or track names.

import ScrubContract

/// Reads one file of boxes against the allowed shapes.
struct BMFFProof {
  /// One box of the file being proved: its type and the range of its content.
  struct Node {
    let type: String
    let body: Range<Int>
    let start: Int
  }

  let file: FileWindow
  let limits: ScrubLimits
  let rules: ScrubRules
  private var nodesLeft: Int
  /// What pictures and tracks name, in any order.
  var named: [Range<Int>] = []
  private(set) var mediaType = "video/quicktime"

  init(_ input: ScrubInput, limits: ScrubLimits, rules: ScrubRules) throws(ScrubError) {
    self.rules = rules
    file = try FileWindow(input, bytesMax: limits.inputBytesMax + limits.profileBytesMax)
    self.limits = limits
    nodesLeft = limits.partsMax
  }

  /// Whether the first bytes are those of a file of boxes.
  static func isExpected(_ sample: [UInt8]) -> Bool {
    guard sample.count >= 8 else { return false }
    let type = String(decoding: sample[4..<8], as: UTF8.self)
    return ["ftyp", "moov", "mdat", "wide", "free", "skip"].contains(type)
  }

  mutating func run() throws(ScrubError) {
    var media: [Range<Int>] = []
    var content = 0
    var film = BMFFFilmProof(self)
    let nodes = try self.nodes(0..<file.count)
    if nodes.first?.type == "ftyp" { mediaType = try BMFFBrandsProof.mediaType(nodes[0], file) }
    for node in nodes where node.type == "moov" {
      content += 1
      try film.check(node)
    }
    for node in nodes {
      switch node.type {
      case "ftyp": try require(node.start == 0, "brands out of place")
      case "styp": _ = try BMFFBrandsProof.mediaType(node, file)
      case "moov": break
      case "moof": try film.checkFragment(node)
      case "mfra", "sidx": try film.checkIndex(node)
      case "mdat": media.append(node.body)
      case "free", "skip", "wide": try requireZero(node.body)
      case "meta" where mediaType.hasPrefix("image/"):
        content += 1
        var picture = BMFFPictureProof(self)
        try picture.check(node)
        named += picture.named
      default: throw ResidueVerifier.residue("a box that is not needed")
      }
    }
    try require(content > 0 && content <= 2, "no picture or film")
    named += film.named
    try checkMedia(media)
  }

  /// Whatever lies between what is named is zero.
  private mutating func checkMedia(_ media: [Range<Int>]) throws(ScrubError) {
    named.sort { $0.lowerBound < $1.lowerBound }
    var next = 0
    var reached = 0
    for area in media {
      var place = area.lowerBound
      while next < named.count, named[next].lowerBound < area.upperBound {
        reached = max(reached, named[next].upperBound)
        if named[next].lowerBound > place {
          try requireZero(place..<named[next].lowerBound)
        }
        place = max(place, named[next].upperBound)
        next += 1
      }
      place = max(place, min(reached, area.upperBound))
      if place < area.upperBound { try requireZero(place..<area.upperBound) }
    }
  }

  /// The boxes that fill a range to its end, but for zeros.
  mutating func nodes(_ range: Range<Int>) throws(ScrubError) -> [Node] {
    var nodes: [Node] = []
    var place = range.lowerBound
    while range.upperBound - place >= 8 {
      var size = try file.integer(at: place)
      var header = 8
      if size == 0, range.upperBound != file.count { break }
      if size == 0 { size = range.upperBound - place }
      if size == 1, range.upperBound - place >= 16 {
        header = 16
        size = Int(clamping: try file.number(at: place + 8, width: 8))
      }
      if size < header || size > range.upperBound - place { break }
      let type = String(decoding: try file.copy((place + 4)..<(place + 8)), as: UTF8.self)
      nodes.append(Node(type: type, body: (place + header)..<(place + size), start: place))
      nodesLeft -= 1
      try require(nodesLeft > 0, "too many boxes")
      place += size
    }
    // Between boxes of the file itself there is nothing at all.
    try require(range != 0..<file.count || place == range.upperBound, "bytes behind the boxes")
    try requireZero(place..<range.upperBound)
    return nodes
  }

  func require(_ condition: Bool, _ what: String) throws(ScrubError) {
    if !condition { throw ResidueVerifier.residue(what) }
  }

  func requireZero(_ range: Range<Int>) throws(ScrubError) {
    try require(range.lowerBound <= range.upperBound, "a broken box")
    try require(try file.isZero(range), "bytes where zeros are expected")
  }

  /// The number at a place in a node; behind its end the file is not clean.
  func number(_ node: Node, _ offset: Int, _ width: Int = 4) throws(ScrubError) -> Int {
    try require(offset >= 0 && offset + width <= node.body.count, "a broken box")
    let value = Int(exactly: try file.number(at: node.body.lowerBound + offset, width: width))
    guard let value else { throw ResidueVerifier.residue("a broken box") }
    return value
  }

  /// The four letters at a place in a node.
  func name(_ node: Node, _ offset: Int) throws(ScrubError) -> String {
    try require(offset + 4 <= node.body.count, "a broken box")
    let start = node.body.lowerBound + offset
    return String(decoding: try file.copy(start..<(start + 4)), as: UTF8.self)
  }

  /// The content of a small node.
  func bytes(_ node: Node, max: Int) throws(ScrubError) -> [UInt8] {
    try require(node.body.count <= max, "a box that is too large")
    return try file.copy(node.body)
  }

  /// Checks a node against a form: widths of fields in order, those with `z` zero, `*` zeros up to the
  /// end. The content has exactly these fields.
  func check(_ node: Node, _ form: String) throws(ScrubError) {
    var place = node.body.lowerBound
    for field in form.split(separator: " ") {
      if field == "*" {
        try requireZero(place..<node.body.upperBound)
        place = node.body.upperBound
        break
      }
      guard let width = Int(field.prefix { $0.isNumber }) else { preconditionFailure("no width") }
      try require(place + width <= node.body.upperBound, "a box of another size")
      if field.hasSuffix("z") { try requireZero(place..<(place + width)) }
      place += width
    }
    try require(place == node.body.upperBound, "a box of another size")
  }

  /// Everything of a node behind `offset` is zero.
  func requireZero(_ node: Node, from offset: Int) throws(ScrubError) {
    try require(offset <= node.body.count, "a broken table")
    try requireZero((node.body.lowerBound + offset)..<node.body.upperBound)
  }
}

/// The brands of a scrubbed file: those of the standards, no maker's.
enum BMFFBrandsProof {
  private static let list =
    "isom iso2 iso3 iso4 iso5 iso6 iso7 iso8 iso9 isoa isob isoc mp41 mp42 mp71 avc1 hvc1 hev1 av01 "
    + "dash msdh msix cmfc cmf2 cmfs cfhd cfsd caac cavc lmsg sims M4A_ M4B_ M4V_ M4P_ MSNV f4v_ "
    + "f4a_ dby1 mmp4 qt__ 3gp4 3gp5 3gp6 3gp7 3gp8 3gp9 3ge6 3ge7 3gg6 3gs6 3gs7 3g2a 3g2b 3g2c "
    + "heic heix heim heis hevc hevx hevm hevs mif1 mif2 msf1 miaf MiHB MiHE MiHA MiPr MiAn MiCm "
    + "avif avis avio MA1A MA1B tmap jpeg jpgs unif geo1 1pic"
  private static let known = Set(
    list.split(separator: " ").map { brand in String(brand.map { $0 == "_" ? " " : $0 }) })

  static func mediaType(
    _ node: BMFFProof.Node, _ file: FileWindow
  ) throws(ScrubError) -> String {
    guard (8...264).contains(node.body.count), node.body.count % 4 == 0 else {
      throw ResidueVerifier.residue("a broken list of brands")
    }
    let bytes = try file.copy(node.body)
    let brands = stride(from: 0, to: bytes.count, by: 4).map { place in
      String(decoding: bytes[place..<(place + 4)], as: UTF8.self)
    }
    let others = brands.dropFirst(2)
    guard bytes[4] == 0, bytes[5] == 0,
      others.allSatisfy({ known.contains($0) || $0 == brands[0] || $0 == "\0\0\0\0" })
    else { throw ResidueVerifier.residue("a brand of a maker") }
    if ["mif1", "mif2", "mif3", "msf1", "miaf"].contains(brands[0]) {
      return others.lazy.compactMap(coding).first ?? "image/heif"
    }
    if let coding = coding(brands[0]) { return coding }
    switch brands[0].prefix(3) {
    case "qt ": return "video/quicktime"
    case "M4A", "M4B", "f4a": return "audio/mp4"
    case "3gp", "3g2": return "video/3gpp"
    default: return "video/mp4"
    }
  }

  private static func coding(_ brand: String) -> String? {
    switch brand {
    case "avif", "avis", "avio": "image/avif"
    case "heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs": "image/heic"
    default: nil
    }
  }
}
