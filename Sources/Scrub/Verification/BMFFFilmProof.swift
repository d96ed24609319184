// The boxes of a scrubbed film: each at a place where it is allowed, each of its form, times and names
// zero, and the places of the media data, by which the rest of it is known to be zero.

/// Checks `moov`, its fragments and their indexes.
struct BMFFFilmProof {
  var proof: BMFFProof
  /// The bytes of the file that the tracks name.
  var named: [Range<Int>] = []
  var sampleSizes: [Int: Int] = [:]
  var trackIDs: Set<Int> = []
  var handler = ""

  init(_ proof: BMFFProof) { self.proof = proof }

  private static let order: [String: String] = [
    "moov": "mvhd trak mvex", "mvex": "mehd trex leva", "trak": "tkhd edts tref tapt mdia",
    "edts": "elst", "tapt": "clef prof enof", "mdia": "mdhd hdlr minf elng",
    "minf": "vmhd smhd sthd nmhd gmhd hdlr dinf stbl", "gmhd": "gmin text", "dinf": "dref",
    "stbl": "stsd stts ctts cslg stsc stsz stz2 stco co64 stss stps sdtp sgpd sbgp",
    "moof": "mfhd traf", "traf": "tfhd tfdt trun sdtp sgpd sbgp", "mfra": "tfra mfro",
  ]
  /// By type and version.
  private static let forms: [String: String] = [
    "mvhd0": "4 8z 8 4 2 10z 36 24 4", "mvhd1": "4 16z 12 4 2 10z 36 24 4",
    "tkhd0": "4 8z 4 4z 4 8z 6 2z 36 8", "tkhd1": "4 16z 4 4z 8 8z 6 2z 36 8",
    "mdhd0": "4 8z 8 2 2z", "mdhd1": "4 16z 12 2 2z", "vmhd0": "12", "smhd0": "4 2 2z",
    "sthd0": "4", "nmhd0": "4", "gmin0": "4 10 2z", "text0": "36", "mehd0": "8", "mehd1": "12",
    "trex0": "24", "clef0": "12", "prof0": "12", "enof0": "12", "mfhd0": "8", "tfdt0": "8",
    "tfdt1": "12", "mfro0": "8", "cslg0": "24", "cslg1": "44", "hdlr0": "4 8 *",
  ]
  private static let entries: [String: Int] = [
    "stts0": 8, "stts1": 8, "ctts0": 8, "ctts1": 8, "stsc0": 12, "stco0": 4, "co640": 8, "stss0": 4,
    "stps0": 4, "elst0": 12, "elst1": 20,
  ]
  private static let groups: [String: Int] = [
    "roll": 2, "prol": 2, "rap ": 1, "sync": 1, "tele": 1, "sap ": 1,
  ]
  private static let handlers: Set<String> = ["vide", "soun", "auxv", "pict"]
  /// Stay by rule.
  private static let text: Set<String> = ["text", "sbtl", "subt", "clcp", "subp"]
  private static let links: Set<String> = [
    "auxl", "chap", "sync", "subt", "forc", "fall", "font", "vdep", "vplx", "sbas", "scal", "prem",
    "dpnd", "tbas",
  ]

  mutating func check(_ movie: BMFFProof.Node) throws(ScrubError) {
    let tracks = try proof.nodes(movie.body).filter { $0.type == "trak" }
    try proof.require(!tracks.isEmpty && tracks.count <= 1_000, "no track")
    for track in tracks {
      for header in try proof.nodes(track.body) where header.type == "tkhd" {
        let offset = try proof.number(header, 0, 1) == 0 ? 12 : 20
        trackIDs.insert(try proof.number(header, offset))
      }
    }
    try walk(movie, depth: 0)
  }

  mutating func checkIndex(_ node: BMFFProof.Node) throws(ScrubError) {
    if node.type == "mfra" { return try walk(node, depth: 0) }
    let numbers = try proof.number(node, 0, 1) == 0 ? 8 : 16
    let count = try proof.number(node, 4 + 8 + numbers + 2, 2)
    try proof.requireZero(node, from: 16 + numbers + 12 * count)
  }

  mutating func walk(_ parent: BMFFProof.Node, depth: Int) throws(ScrubError) {
    try proof.require(depth < 8, "boxes in boxes in boxes")
    let allowed = (BMFFFilmProof.order[parent.type] ?? "").split(separator: " ").map(String.init)
    let nodes = try proof.nodes(parent.body)
    for node in nodes where node.type == "hdlr" && parent.type == "mdia" {
      handler = try proof.name(node, 8)
      try proof.require(
        BMFFFilmProof.handlers.contains(handler)
          || proof.rules[.timedText] == .keep && BMFFFilmProof.text.contains(handler),
        "a track of metadata")
    }
    for node in nodes {
      if ["free", "skip", "wide"].contains(node.type) {
        try proof.requireZero(node.body)
        continue
      }
      try proof.require(allowed.contains(node.type), "a box that a film does not need")
      if node.type == "stbl" { try addChunks(node) }
      if BMFFFilmProof.order[node.type] != nil {
        try walk(node, depth: depth + 1)
      } else {
        try checkLeaf(node)
      }
    }
  }

  private mutating func checkLeaf(_ node: BMFFProof.Node) throws(ScrubError) {
    let version = node.type == "tref" ? 0 : try proof.number(node, 0, 1)
    let key = node.type + String(version)
    if let form = BMFFFilmProof.forms[key] { try proof.check(node, form) }
    switch node.type {
    case "stsd":
      var entries = BMFFEntryProof(proof)
      try entries.check(node, handler: handler)
    case "hdlr":
      let type = try proof.number(node, 4)
      try proof.require([0, 0x6d68_6c72, 0x6468_6c72].contains(type), "another kind of handler")
    case "trex": sampleSizes[try proof.number(node, 4)] = try proof.number(node, 16)
    case "tref": try checkLinks(node)
    case "dref": try checkReferences(node)
    case "elng":
      let bytes = try proof.bytes(node, max: 40).dropFirst(4)
      try proof.require(
        bytes.last == 0
          && bytes.dropLast().allSatisfy { byte in
            byte == 0x2d || (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte & 0xdf)
          },
        "text instead of a language")
    case "stsz":
      let count = try proof.number(node, 4) == 0 ? try proof.number(node, 8) : 0
      try proof.requireZero(node, from: 12 + 4 * count)
    case "stz2":
      let bits = try proof.number(node, 4)
      try proof.require([4, 8, 16].contains(bits), "another size")
      try proof.requireZero(node, from: 12 + (try proof.number(node, 8) * bits + 7) / 8)
    case "sgpd", "sbgp": try checkGroup(node, version: version)
    case "tfhd", "trun": break
    case "tfra":
      let widths = try proof.number(node, 8)
      let entry = 3 + (widths >> 4 & 3) + (widths >> 2 & 3) + (widths & 3) + (version == 1 ? 16 : 8)
      try proof.requireZero(node, from: 16 + entry * (try proof.number(node, 12)))
    case "sdtp": break
    default:
      if let entry = BMFFFilmProof.entries[key] {
        try proof.requireZero(node, from: 8 + entry * (try proof.number(node, 4)))
      } else {
        try proof.require(BMFFFilmProof.forms[key] != nil, "a box of another version")
      }
    }
  }

  private mutating func checkLinks(_ node: BMFFProof.Node) throws(ScrubError) {
    for link in try proof.nodes(node.body) {
      if link.type == "free" {
        try proof.requireZero(link.body)
        continue
      }
      try proof.require(
        BMFFFilmProof.links.contains(link.type) && link.body.count % 4 == 0, "a link of a track")
      for place in stride(from: 0, to: link.body.count, by: 4) {
        try proof.require(
          trackIDs.contains(try proof.number(link, place)), "a link to a track that is gone")
      }
    }
  }

  private mutating func checkReferences(_ node: BMFFProof.Node) throws(ScrubError) {
    try proof.require(node.body.count >= 8, "a broken reference")
    for entry in try proof.nodes((node.body.lowerBound + 8)..<node.body.upperBound) {
      try proof.require(try proof.number(entry, 3, 1) & 1 == 1, "media elsewhere")
      try proof.requireZero(entry, from: 4)
    }
  }

  private func checkGroup(_ node: BMFFProof.Node, version: Int) throws(ScrubError) {
    let name = try proof.name(node, 4)
    guard let entry = BMFFFilmProof.groups[name], version <= 1 else {
      throw ResidueVerifier.residue("a group of samples")
    }
    let start = version == 1 ? 16 : 12
    let count = try proof.number(node, start - 4)
    if node.type == "sgpd" && version == 1 {
      try proof.require(try proof.number(node, 8) == entry, "a group of another size")
    }
    try proof.requireZero(node, from: start + count * (node.type == "sgpd" ? entry : 8))
  }
}
