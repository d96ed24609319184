// Where a scrubbed film says that its media data lies: chunk by chunk, and run by run in fragments.

extension BMFFFilmProof {
  /// Notes the chunks of a track by its tables.
  mutating func addChunks(_ tables: BMFFProof.Node) throws(ScrubError) {
    var nodes: [String: BMFFProof.Node] = [:]
    for node in try proof.nodes(tables.body) where nodes[node.type] == nil {
      nodes[node.type] = node
    }
    guard let runs = nodes["stsc"], let sizes = nodes["stsz"] ?? nodes["stz2"],
      let places = nodes["stco"] ?? nodes["co64"]
    else { return }
    let count = try proof.number(places, 4)
    try proof.require(count <= 1 << 20, "too many chunks")
    let width = places.type == "stco" ? 4 : 8
    let runCount = try proof.number(runs, 4)
    let common = sizes.type == "stsz" ? try proof.number(sizes, 4) : 0
    let frame = handler == "soun" && common > 0 ? try frameBytes(nodes["stsd"]) : (0, 1)
    var (run, sample) = (0, 0)
    for chunk in 0..<count {
      while run + 1 < runCount, try proof.number(runs, 8 + 12 * (run + 1)) <= chunk + 1 {
        run += 1
      }
      let first = runCount == 0 ? Int.max : try proof.number(runs, 8 + 12 * run)
      let samples = first > chunk + 1 ? 0 : try proof.number(runs, 8 + 12 * run + 4)
      var length = 0
      if common > 0 {
        let packets = (samples + frame.1 - 1) / frame.1
        length = max(bounded(samples, common), bounded(packets, frame.0))
      } else {
        let end = min(sample + samples, try proof.number(sizes, 8))
        while sample < end {
          length += try sampleSize(sizes, sample)
          sample += 1
        }
      }
      add(try proof.number(places, 8 + width * chunk, width), min(length, proof.file.count))
    }
  }

  /// Notes the runs of a fragment and checks its boxes.
  mutating func checkFragment(_ fragment: BMFFProof.Node) throws(ScrubError) {
    var previous = fragment.start
    for part in try proof.nodes(fragment.body) where part.type == "traf" {
      let nodes = try proof.nodes(part.body)
      guard let header = nodes.first, header.type == "tfhd" else {
        throw ResidueVerifier.residue("a fragment without a header")
      }
      let flags = try proof.number(header, 0) & 0xff_ffff
      let id = try proof.number(header, 4)
      try proof.require(trackIDs.contains(id), "a fragment of a track that is gone")
      var field = 8
      var origin = flags & 0x2_0000 == 0 ? previous : fragment.start
      if flags & 1 != 0 {
        origin = try proof.number(header, field, 8)
        field += 8
      }
      for flag in [2, 8] where flags & flag != 0 { field += 4 }
      var common = sampleSizes[id] ?? 0
      if flags & 0x10 != 0 {
        common = try proof.number(header, field)
        field += 4
      }
      if flags & 0x20 != 0 { field += 4 }
      try proof.requireZero(header, from: field)
      try proof.require(origin <= proof.file.count, "a fragment outside the file")
      var place = origin
      for run in nodes where run.type == "trun" {
        place = try addRun(run, from: origin, after: place, common: common)
      }
      previous = place
    }
    try walk(fragment, depth: 0)
  }

  /// Notes one run and returns where it ends.
  private mutating func addRun(
    _ run: BMFFProof.Node, from origin: Int, after place: Int, common: Int
  ) throws(ScrubError) -> Int {
    let flags = try proof.number(run, 0) & 0xff_ffff
    let count = try proof.number(run, 4)
    var (field, start) = (8, place)
    if flags & 1 != 0 {
      start = origin + Int(Int32(truncatingIfNeeded: try proof.number(run, field)))
      field += 4
    }
    if flags & 4 != 0 { field += 4 }
    let entry = [0x100, 0x200, 0x400, 0x800].reduce(0) { flags & $1 == 0 ? $0 : $0 + 4 }
    try proof.requireZero(run, from: field + entry * count)
    try proof.require(start >= 0 && start <= proof.file.count, "a run outside the file")
    var length = flags & 0x200 == 0 ? bounded(count, common) : 0
    if flags & 0x200 != 0 {
      for index in 0..<count {
        length += try proof.number(run, field + entry * index + (flags & 0x100 == 0 ? 0 : 4))
      }
    }
    length = min(length, proof.file.count - start)
    add(start, length)
    return start + length
  }

  private func sampleSize(_ node: BMFFProof.Node, _ index: Int) throws(ScrubError) -> Int {
    if node.type == "stsz" { return try proof.number(node, 12 + 4 * index) }
    switch try proof.number(node, 4) & 255 {
    case 16: return try proof.number(node, 12 + 2 * index, 2)
    case 8: return try proof.number(node, 12 + index, 1)
    default:
      let pair = try proof.number(node, 12 + index / 2, 1)
      return index % 2 == 0 ? pair >> 4 : pair & 15
    }
  }

  /// Bytes and samples of a packet of plain sound, which QuickTime counts in samples of one byte.
  private func frameBytes(_ node: BMFFProof.Node?) throws(ScrubError) -> (Int, Int) {
    guard let node, node.body.count >= 44 else { return (0, 1) }
    switch try proof.number(node, 24, 2) {
    case 1 where node.body.count >= 60:
      return (try proof.number(node, 52), max(1, try proof.number(node, 44)))
    case 2 where node.body.count >= 80:
      return (try proof.number(node, 72), max(1, try proof.number(node, 76)))
    default:
      let bits = try proof.number(node, 34, 2)
      return (try proof.number(node, 32, 2) * ((bits + 7) / 8), 1)
    }
  }

  private func bounded(_ count: Int, _ size: Int) -> Int {
    let (product, overflow) = count.multipliedReportingOverflow(by: size)
    return overflow ? proof.file.count : min(product, proof.file.count)
  }

  private mutating func add(_ start: Int, _ length: Int) {
    guard start < proof.file.count, length > 0 else { return }
    let range = start..<(start + length)
    if let last = named.last, last.upperBound == start {
      named[named.count - 1] = last.lowerBound..<range.upperBound
    } else {
      named.append(range)
    }
  }
}
