// What both families of office documents do with a member: a text goes through the filter piece by
// piece, a picture or sound through its own scrubber.

import ScrubContract

extension ZipReader {
  /// A text as `judge` leaves it, packed; neither form of a large one ever lies in memory unpacked.
  /// - Parameter make: Makes a judge; called again if the document has to be read a second time.
  func filtered<Judge: XMLJudge>(
    _ member: Member, budget: ScrubBudget, by make: () -> Judge
  ) throws(ScrubError) -> Filtered<Judge> {
    try budget.take(textBytes: member.bytes)
    guard member.bytes <= budget.wholeBytesMax else {
      return try streamed(member, budget: budget, by: make())
    }
    let bytes = try bytes(of: member, bytesMax: budget.wholeBytesMax, budget: budget)
    if let result = try ZipReader.filtered(plain: bytes, member, by: make()) { return result }
    let judge = make()
    let packer = try ZipPacker(expecting: member.packed.count)
    let tally = try unsafe XMLFilter.run(judge: judge, bytes) { (piece) throws(ScrubError) in
      try unsafe packer.append(piece)
    }
    return Filtered(body: try packer.finish(), tally: tally, judge: judge)
  }

  /// What a text became, and the judge that decided.
  struct Filtered<Judge: XMLJudge> {
    let body: ZipBody
    let tally: CarrierTally
    let judge: Judge
  }

  /// A text of the plain kind; nothing if it is of another, or if pieces of what goes are to be shown,
  /// which only the other reader collects.
  private static func filtered<Judge: XMLJudge>(
    plain bytes: [UInt8], _ member: Member, by judge: Judge
  ) throws(ScrubError) -> Filtered<Judge>? {
    guard !judge.collectsExcerpts else { return nil }
    let packer = try ZipPacker(expecting: member.packed.count)
    let tally = try unsafe XMLFilter.runPlain(judge: judge, bytes) { (piece) throws(ScrubError) in
      try unsafe packer.append(piece)
    }
    guard let tally else { return nil }
    return Filtered(body: try packer.finish(), tally: tally, judge: judge)
  }

  private func streamed<Judge: XMLJudge>(
    _ member: Member, budget: ScrubBudget, by judge: Judge
  ) throws(ScrubError) -> Filtered<Judge> {
    let stream = try ZipStream(self, member, budget: budget)
    let packer = try ZipPacker(expecting: member.packed.count)
    let tally = try unsafe XMLFilter.run(judge: judge) { (target) throws(ScrubError) in
      try unsafe stream.read(into: target)
    } emit: { (piece) throws(ScrubError) in
      try unsafe packer.append(piece)
    }
    return Filtered(body: try packer.finish(), tally: tally, judge: judge)
  }

  /// A file in the document, scrubbed by what it is, and its media type.
  func media(
    _ member: Member, _ context: ScrubContext, _ tally: inout CarrierTally
  ) throws(ScrubError) -> (body: ZipBody, type: String) {
    let bytes = try bytes(
      of: member, bytesMax: context.limits.streamBytesMax, budget: context.budget)
    if let metafile = try Metafile.scrubbed(bytes, &tally) {
      return (try .deflated(metafile.bytes), metafile.type)
    }
    let part = try context.scrubbed(part: bytes)
    tally.add(part.tally)
    return (ZipBody(stored: part.bytes), part.format.rawValue)
  }
}

extension CarrierTally {
  /// Shows what a part says that goes as a whole, if pieces are wanted and it is of a size that people
  /// read.
  /// - Parameter depth: How deep in it the elements lie that are shown one by one.
  mutating func show(
    _ carrier: CarrierClass, _ member: ZipReader.Member, of zip: ZipReader,
    _ context: ScrubContext, depth: Int = 1
  ) {
    let bytesMax = context.limits.headerBytesMax
    guard collectsExcerpts, member.bytes <= bytesMax else { return }
    do throws(ScrubError) {
      let bytes = try zip.bytes(of: member, bytesMax: bytesMax, budget: context.budget)
      var listing = XMLListing.tally(carrier, bytes, depth: depth)
      listing.forget()
      add(listing)
    } catch {
      // Nothing is decided here: the part goes, whatever it is.
      return
    }
  }
}
