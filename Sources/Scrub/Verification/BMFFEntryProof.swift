// How a scrubbed film or picture says what it is coded with: no maker, no name of an encoder, no free
// messages, a colour profile that passes.

/// Checks sample descriptions, decoder configurations and colours.
struct BMFFEntryProof {
  private var proof: BMFFProof
  /// Boxes by how many bytes they have at most.
  private static let boxes: [(size: Int, types: String)] = [
    (4, "enda frma mp4a hfov gama clli fiel dac3"),
    (8, "pasp srat CoLL ccst pcmC st3d stri hero blin dadj pkin prji"),
    (32, "clap btrt mdcv SmDm cclv dvcC dvvC dvwC d263 dmlp ddts prhd equi cbmp"),
    (64, "vpcC auxi dec3 alac"), (512, "SA3D chnl dOps chan dac4"), (1_024, "esds mhaC"),
  ]
  private static let nests: Set<String> = [
    "wave", "vexu", "eyes", "cams", "cmfy", "pack", "sv3d", "proj",
  ]

  init(_ proof: BMFFProof) { self.proof = proof }

  /// - Parameter handler: The kind of the track: `soun`, or one of those that show something.
  mutating func check(_ node: BMFFProof.Node, handler: String) throws(ScrubError) {
    try proof.require(node.body.count >= 8, "a broken description")
    let version = try proof.number(node, 0, 1)
    let first = node.body.lowerBound + 8
    let entries = try proof.nodes(first..<node.body.upperBound)
    try proof.require(try proof.number(node, 4) == entries.count, "another number of descriptions")
    for entry in entries {
      try proof.require(!entry.type.hasPrefix("enc") && !entry.type.hasPrefix("drm"), "a lock")
      let start = entry.body.lowerBound
      switch handler {
      case "vide", "auxv", "pict":
        for zero in [0..<6, 10..<24, 42..<74] { try checkSilence(entry, zero) }
        try checkNested(start + 78, entry.body.upperBound, depth: 0)
      case "soun":
        for zero in [0..<6, 10..<16] { try checkSilence(entry, zero) }
        let form = try proof.number(entry, 8, 2)
        let size = version > 0 || form == 0 || form > 2 ? 28 : form == 1 ? 44 : 64
        try checkNested(start + size, entry.body.upperBound, depth: 0)
      default: break
      }
    }
  }

  private func checkSilence(_ node: BMFFProof.Node, _ range: Range<Int>) throws(ScrubError) {
    try proof.require(range.upperBound <= node.body.count, "a broken description")
    let start = node.body.lowerBound
    try proof.requireZero((start + range.lowerBound)..<(start + range.upperBound))
  }

  private mutating func checkNested(
    _ start: Int, _ end: Int, depth: Int
  ) throws(ScrubError) {
    try proof.require(start <= end && depth < 5, "a broken description")
    for node in try proof.nodes(start..<end) {
      switch node.type {
      case "colr": try checkColor(node)
      case "avcC", "hvcC", "lhvC", "av1C", "vvcC": try checkConfiguration(node)
      // QuickTime ends lists of boxes with an empty one without a name.
      case "\0\0\0\0": try proof.require(node.body.isEmpty, "a box without a name")
      case "free", "skip", "wide", "svhd": try proof.requireZero(node.body)
      case "damr": try checkSilence(node, 0..<4)
      case "dfLa": try checkBlocks(node)
      case _ where BMFFEntryProof.nests.contains(node.type):
        try checkNested(node.body.lowerBound, node.body.upperBound, depth: depth + 1)
      default:
        try proof.require(
          BMFFEntryProof.boxes.contains {
            node.body.count <= $0.size && $0.types.split(separator: " ").contains(node.type[...])
          },
          "a box in a description")
      }
    }
  }

  /// Numbers, or a profile with zeros behind it.
  func checkColor(_ node: BMFFProof.Node) throws(ScrubError) {
    let bytes = try proof.bytes(node, max: proof.limits.profileBytesMax + 4)
    try proof.require(bytes.count >= 10, "a broken colour")
    switch String(decoding: bytes[..<4], as: UTF8.self) {
    case "nclx": try proof.require(bytes.dropFirst(11).allSatisfy { $0 == 0 }, "more than colours")
    case "nclc": try proof.require(bytes.dropFirst(10).allSatisfy { $0 == 0 }, "more than colours")
    case "prof", "rICC":
      let size = try proof.number(node, 4)
      try proof.require(size <= bytes.count - 4, "a broken profile")
      try ProfileProof.check(Array(bytes[4..<(4 + size)]))
      try proof.require(bytes[(4 + size)...].allSatisfy { $0 == 0 }, "bytes behind a profile")
    default: throw ResidueVerifier.residue("an unknown colour")
    }
  }

  func checkConfiguration(_ node: BMFFProof.Node) throws(ScrubError) {
    let bytes = try proof.bytes(node, max: 1 << 20)
    switch node.type {
    case "hvcC": try checkUnits(bytes, from: 22)
    case "lhvC": try checkUnits(bytes, from: 5)
    case "av1C": try checkOpenUnits(bytes)
    default: break
    }
  }

  private func checkUnits(_ bytes: [UInt8], from header: Int) throws(ScrubError) {
    try proof.require(bytes.count > header, "a broken configuration")
    var rest = bytes[(header + 1)...]
    func number() throws(ScrubError) -> Int {
      try proof.require(rest.count >= 2, "a broken configuration")
      defer { rest = rest.dropFirst(2) }
      return Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
    }
    for _ in 0..<bytes[header] {
      guard let type = rest.popFirst() else { throw ResidueVerifier.residue("a broken unit") }
      for _ in 0..<(try number()) {
        let size = try number()
        try proof.require(size <= rest.count, "a broken unit")
        if [39, 40].contains(type & 0x3f) {
          try checkMessages(Array(rest.prefix(size).dropFirst(2)))
        }
        rest = rest.dropFirst(size)
      }
    }
    try proof.require(rest.allSatisfy { $0 == 0 }, "bytes behind a configuration")
  }

  /// Free messages (type 5) consist of ones.
  private func checkMessages(_ escaped: [UInt8]) throws(ScrubError) {
    var plain: [UInt8] = []
    var zeros = 0
    for byte in escaped {
      if zeros >= 2 && byte == 3 {
        zeros = 0
      } else {
        zeros = byte == 0 ? zeros + 1 : 0
        plain.append(byte)
      }
    }
    var rest = plain[...]
    while rest.count > 1 {
      var values = (0, 0)
      while let byte = rest.popFirst() {
        values.0 += Int(byte)
        if byte != 0xff { break }
      }
      while let byte = rest.popFirst() {
        values.1 += Int(byte)
        if byte != 0xff { break }
      }
      if values.0 == 5 {
        try proof.require(
          rest.prefix(values.1).allSatisfy { $0 == 0xff || $0 == 0 }, "a message of an encoder")
      }
      rest = rest.dropFirst(values.1)
    }
  }

  private func checkOpenUnits(_ bytes: [UInt8]) throws(ScrubError) {
    var rest = bytes.dropFirst(4)
    while let header = rest.popFirst(), header & 2 != 0 {
      if header & 4 != 0 { rest = rest.dropFirst() }
      var (size, shift) = (0, 0)
      while let byte = rest.popFirst() {
        size |= Int(byte & 0x7f) << shift
        shift += 7
        try proof.require(shift <= 35, "a broken unit")
        if byte & 0x80 == 0 { break }
      }
      try proof.require(size <= rest.count && header >> 3 & 15 != 5, "a message of an encoder")
      if header >> 3 & 15 == 15 {
        try proof.require(
          rest.prefix(size).dropLast().allSatisfy { $0 == 0 }, "bytes in padding")
      }
      rest = rest.dropFirst(size)
    }
  }

  private func checkBlocks(_ node: BMFFProof.Node) throws(ScrubError) {
    var rest = try proof.bytes(node, max: 1 << 20).dropFirst(4)
    while rest.count >= 4 {
      let header = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      let block = rest.dropFirst(4).prefix(header & 0xffffff)
      let type = header >> 24 & 0x7f
      try proof.require(
        type == 0 && block.count == 34 || type == 1 && block.allSatisfy { $0 == 0 },
        "a block of metadata")
      rest = rest.dropFirst(4 + block.count)
    }
    try proof.require(rest.isEmpty, "bytes behind the blocks")
  }
}
