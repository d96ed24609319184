// The list of items in a scrubbed HEIF or AVIF file: pictures without names and nothing else, properties
// of known sizes, no reference to what is gone, and no byte in the list that belongs to none of them.

/// Checks one `meta` box of pictures.
struct BMFFPictureProof {
  private typealias Node = BMFFProof.Node

  private var proof: BMFFProof
  private var types: [Int: String] = [:]
  private var store: Range<Int> = 0..<0
  private var stored: [Range<Int>] = []
  /// The bytes of the file that the pictures name.
  private(set) var named: [Range<Int>] = []

  init(_ proof: BMFFProof) { self.proof = proof }

  private static let pictures: Set<String> = [
    "hvc1", "hev1", "lhv1", "av01", "avc1", "vvc1", "jpeg", "grid", "iovl", "iden", "tmap",
  ]
  private static let links: Set<String> = ["dimg", "auxl", "prem", "base", "tbas"]
  private static let forms: [String: String] = [
    "ispe": "4z 8", "irot": "1", "imir": "1", "pasp": "8", "clap": "32", "clli": "4", "mdcv": "24",
    "amve": "8", "lsel": "2", "a1op": "1", "rloc": "4 8", "ndwt": "4 4",
  ]

  mutating func check(_ node: BMFFProof.Node) throws(ScrubError) {
    try proof.require(node.body.count >= 4, "a broken list of items")
    let inner = (node.body.lowerBound + 4)..<node.body.upperBound
    let nodes = try proof.nodes(inner)
    try proof.require(try proof.number(node, 0) == 0, "flags")
    try proof.require(Set(nodes.map(\.type)).count == nodes.count, "a box twice")
    for node in nodes where node.type == "iinf" { try checkItems(node) }
    for node in nodes where node.type == "idat" { store = node.body }
    try proof.require(!types.isEmpty, "no picture")
    for node in nodes {
      switch node.type {
      case "hdlr":
        try proof.check(node, "8z 4 *")
        try proof.require(
          String(decoding: proof.bytes(node, max: 40)[8..<12], as: UTF8.self) == "pict",
          "another handler")
        try proof.require(node.body.count <= 32, "a long name")
      case "pitm": try checkPrimary(node)
      case "dinf":
        try proof.require(
          proof.bytes(node, max: 28).filter { $0 > 0x1f } == Array("drefurl ".utf8)
            && node.body.count == 28, "a reference to another file")
      case "iinf", "idat": break
      case "iloc": try checkPlaces(node)
      case "iref": try checkLinks(node)
      case "iprp": try checkProperties(node)
      case "grpl": try checkGroups(node)
      default: throw ResidueVerifier.residue("a box among the items")
      }
    }
    try checkStore()
  }

  private mutating func checkItems(_ node: BMFFProof.Node) throws(ScrubError) {
    let isShort = try proof.number(node, 0) == 0
    let first = node.body.lowerBound + (isShort ? 6 : 8)
    try proof.require(first <= node.body.upperBound, "a broken list of items")
    let entries = try proof.nodes(first..<node.body.upperBound)
    let count = try proof.number(node, 4, isShort ? 2 : 4)
    try proof.require(entries.count == count, "another number of items")
    for entry in entries {
      let version = try proof.number(entry, 0, 1)
      try proof.require(
        entry.type == "infe" && (version == 2 || version == 3), "another entry of items")
      try proof.require(try proof.number(entry, 1, 3) <= 1, "flags of an item")
      let width = version == 2 ? 2 : 4
      let id = try proof.number(entry, 4, width)
      let bytes = try proof.bytes(entry, max: 15)
      try proof.require(bytes.count == 11 + width, "an item with a name")
      let tail = bytes[(4 + width)...]
      let type = String(decoding: tail.dropFirst(2).prefix(4), as: UTF8.self)
      try proof.require(tail.prefix(2) == [0, 0] && tail.last == 0, "an item with a name")
      try proof.require(BMFFPictureProof.pictures.contains(type), "an item that is no picture")
      try proof.require(types.updateValue(type, forKey: id) == nil, "an item twice")
    }
  }

  private func checkPrimary(_ node: BMFFProof.Node) throws(ScrubError) {
    let width = try proof.number(node, 0) == 0 ? 2 : 4
    try proof.require(node.body.count == 4 + width, "a broken primary item")
    try proof.require(types[try proof.number(node, 4, width)] != nil, "no primary picture")
  }

  private mutating func checkPlaces(_ node: BMFFProof.Node) throws(ScrubError) {
    let version = try proof.number(node, 0, 1)
    try proof.require(version <= 2, "another version")
    var place = 4
    func take(_ width: Int) throws(ScrubError) -> Int {
      if width == 0 { return 0 }
      defer { place += width }
      return try proof.number(node, place, width)
    }
    let widths = try take(2)
    var seen: Set<Int> = []
    for _ in 0..<(try take(version == 2 ? 4 : 2)) {
      let id = try take(version == 2 ? 4 : 2)
      guard let type = types[id], seen.insert(id).inserted else {
        throw ResidueVerifier.residue("a place of no item")
      }
      let method = version == 0 ? 0 : try take(2)
      let other = try take(2)
      try proof.require(method <= 1 && other == 0, "a place elsewhere")
      let base = try take(widths >> 4 & 15)
      for _ in 0..<(try take(2)) {
        let index = version == 0 ? 0 : try take(widths & 15)
        let offset = try take(widths >> 12 & 15)
        let length = try take(widths >> 8 & 15)
        try proof.require(
          index == 0 && length > 0 && base <= proof.file.count && offset <= proof.file.count
            && length <= proof.file.count, "a broken place")
        let start = base + offset + (method == 1 ? store.lowerBound : 0)
        if method == 1 {
          stored.append(start..<(start + length))
        } else {
          named.append(start..<(start + length))
        }
        if type == "jpeg" { try checkPicture(start..<(start + length)) }
      }
    }
    try proof.require(place == node.body.count, "bytes behind the places")
  }

  /// A JPEG is a file of its own.
  private func checkPicture(_ range: Range<Int>) throws(ScrubError) {
    try proof.require(range.count <= proof.limits.streamBytesMax, "a picture that is too large")
    let inner = try ResidueVerifier(limits: proof.limits, rules: proof.rules).verify(
      .bytes(proof.file.copy(range)))
    try proof.require(inner.mediaType == "image/jpeg", "a picture of another kind")
  }

  private func checkLinks(_ node: BMFFProof.Node) throws(ScrubError) {
    let width = try proof.number(node, 0) == 0 ? 2 : 4
    var proof = proof
    for link in try proof.nodes((node.body.lowerBound + 4)..<node.body.upperBound) {
      try proof.require(BMFFPictureProof.links.contains(link.type), "a reference to metadata")
      let count = try proof.number(link, width, 2)
      try proof.require(link.body.count == width + 2 + count * width, "a broken reference")
      for place in [0] + (0..<count).map({ width + 2 + $0 * width }) {
        try proof.require(
          types[try proof.number(link, place, width)] != nil, "a reference to nothing")
      }
    }
  }

  private func checkProperties(_ node: BMFFProof.Node) throws(ScrubError) {
    var proof = proof
    let nodes = try proof.nodes(node.body)
    try proof.require(
      nodes.first?.type == "ipco" && nodes.dropFirst().allSatisfy { $0.type == "ipma" },
      "another list of properties")
    guard let list = nodes.first else { return }
    let properties = try proof.nodes(list.body)
    for property in properties { try checkProperty(property) }
    for uses in nodes.dropFirst() {
      try proof.require(uses.body.count >= 8, "broken uses of properties")
      let isLong = try proof.number(uses, 0, 1) > 0
      let width = try proof.number(uses, 3, 1) + 1
      try proof.require(width <= 2, "flags")
      var place = 8
      for _ in 0..<(try proof.number(uses, 4)) {
        let id = try proof.number(uses, place, isLong ? 4 : 2)
        try proof.require(types[id] != nil, "properties of no item")
        let count = try proof.number(uses, place + (isLong ? 4 : 2), 1)
        place += (isLong ? 4 : 2) + 1
        for _ in 0..<count {
          let index = try proof.number(uses, place, width) & (width == 2 ? 0x7fff : 0x7f)
          try proof.require(
            index > 0 && index <= properties.count && properties[index - 1].type != "free",
            "a property that is gone")
          place += width
        }
      }
      try proof.require(place == uses.body.count, "bytes behind the uses of properties")
    }
  }

  private func checkProperty(_ node: BMFFProof.Node) throws(ScrubError) {
    if let form = BMFFPictureProof.forms[node.type] { return try proof.check(node, form) }
    switch node.type {
    case "free": try proof.require(node.body.isEmpty, "free space among properties")
    case "pixi":
      try proof.require(try proof.number(node, 0) == 0, "flags")
      try proof.require(
        try proof.number(node, 4, 1) + 5 == node.body.count, "a property of another size")
    case "a1lx":
      let size = try proof.number(node, 0, 1) & 1 == 1 ? 13 : 7
      try proof.require(node.body.count == size, "a property of another size")
    case "auxC":
      let text = String(decoding: try proof.bytes(node, max: 127), as: UTF8.self)
      try proof.require(
        text.hasPrefix("\0\0\0\0urn:m")
          && (text.contains(":alpha\0") || text.contains("auxid:1\0")),
        "an auxiliary picture")
    case "colr": try BMFFEntryProof(proof).checkColor(node)
    case "hvcC", "lhvC", "avcC", "av1C", "vvcC": try BMFFEntryProof(proof).checkConfiguration(node)
    default: throw ResidueVerifier.residue("a property that is not needed")
    }
  }

  private func checkGroups(_ node: BMFFProof.Node) throws(ScrubError) {
    var proof = proof
    for group in try proof.nodes(node.body) {
      try proof.require(["altr", "ster"].contains(group.type), "a group of items")
      let count = try proof.number(group, 8)
      try proof.require(
        try proof.number(group, 0) == 0 && group.body.count == 12 + 4 * count, "a broken group")
      for index in 0..<count {
        try proof.require(
          types[try proof.number(group, 12 + 4 * index)] != nil, "a group with what is gone")
      }
    }
  }

  /// What lies in the store of small items belongs to one of them or is zero.
  private func checkStore() throws(ScrubError) {
    var place = store.lowerBound
    for range in stored.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      try proof.require(range.upperBound <= store.upperBound, "a place outside the store")
      if range.lowerBound > place { try proof.requireZero(place..<range.lowerBound) }
      place = max(place, range.upperBound)
    }
    if place < store.upperBound { try proof.requireZero(place..<store.upperBound) }
  }
}
