// The short way through a plain text. Of a large sheet nearly every tag is of a name that stays and says
// nothing that goes: a stretch of those, with the text between them, is found by a glance at its names
// and written by one copy. Whatever is not so obvious ends the stretch and is read in full.

import ScrubContract

extension XMLPlainReader {
  /// After how many bytes a stretch is written: what waits stays in the processor's cache.
  private static let stretchBytesMax = 32 * 1024

  /// Reads on as long as tags and text stay as they stand and the elements that end began here too.
  /// - Throws: What the output throws.
  mutating func passOn(
    _ text: Span<UInt8>, _ run: inout XMLFilterRun
  ) throws(ScrubError) {
    guard run.passesOn else { return }
    var stretch = Stretch(place: place, depth: depth)
    // Taken out of the reader meanwhile, so that no change has to ask whether somebody shares it.
    var open: [OpenTag] = []
    swap(&open, &tags)
    var openTags = open.mutableSpan
    scan(text, &stretch, &openTags, &run)
    swap(&open, &tags)
    guard stretch.end > place else { return }
    // The end of a start tag waits until it is known whether there is content.
    run.append(text, &stretch, upTo: stretch.end - (stretch.endsInStart ? 1 : 0))
    run.isTagOpen = stretch.endsInStart
    for index in depth..<stretch.depth {
      let plan = unsafe names.elements[tags[index].element].plan
      run.open.append(unsafe XMLOpenElement(plan, .kept, readsText: false))
    }
    (place, depth) = (stretch.end, stretch.depth)
    try run.output.flush(isHeld: run.heldCount > 0)
  }

  /// What was found to stay.
  struct Stretch {
    /// Up to where it is written or goes.
    var copied: Int
    /// Behind the last tag or text of it.
    var end: Int
    /// Elements that are open there.
    var depth: Int
    /// Whether the last is the start tag of an element with an end tag.
    var endsInStart = false

    init(place: Int, depth: Int) { (copied, end, self.depth) = (place, place, depth) }
  }

  private mutating func scan(
    _ text: Span<UInt8>, _ stretch: inout Stretch, _ open: inout MutableSpan<OpenTag>,
    _ run: inout XMLFilterRun
  ) {
    let blanksPaths = run.blanksPaths
    let last = min(end, place + XMLPlainReader.stretchBytesMax)
    var at = place
    while at < last {
      if text[at] != UInt8(ascii: "<") {
        at = bytes.textEnd(text, from: at)
        guard text[at] == UInt8(ascii: "<") else { return }
        stretch.endsInStart = false
      } else if text[at + 1] == UInt8(ascii: "/") {
        // An element without content is written as one tag.
        guard stretch.depth > depth, !stretch.endsInStart else { return }
        let name = open[stretch.depth - 1].name
        let behind = at + 2 + name.count
        guard behind < end, text[behind] == UInt8(ascii: ">"),
          XMLPlainNames.isSame(text, name, at + 2)
        else { return }
        stretch.depth -= 1
        at = behind + 1
      } else {
        guard stretch.depth < XMLPlainReader.depthMax,
          let tag = passedTag(text, at, blanksPaths)
        else { return }
        at = tag.end
        stretch.endsInStart = !tag.isEmpty
        if !tag.isEmpty {
          open[stretch.depth] = OpenTag(name: tag.name, element: tag.element)
          stretch.depth += 1
        }
        if !drops.isEmpty { leaveOut(text, &stretch, &run) }
      }
      stretch.end = at
    }
  }

  /// Writes what comes before the attributes that go, and counts them.
  private func leaveOut(
    _ text: Span<UInt8>, _ stretch: inout Stretch, _ run: inout XMLFilterRun
  ) {
    for drop in drops {
      run.append(text, &stretch, upTo: drop.place.lowerBound)
      stretch.copied = drop.place.upperBound
      if let carrier = drop.carrier { run.tally.add(carrier) }
    }
  }

  /// A tag of which all is known; what of it goes is in `drops`.
  @inline(__always)
  private mutating func passedTag(
    _ text: Span<UInt8>, _ start: Int, _ blanksPaths: Bool
  ) -> (name: Range<Int>, element: Int, isEmpty: Bool, end: Int)? {
    var (at, hash) = bytes.nameEnd(text, from: start + 1)
    let name = start + 1..<at
    guard let element = names.passing(name, hash, text) else { return nil }
    if !drops.isEmpty { drops.removeAll(keepingCapacity: true) }
    var seen: UInt64 = 0
    while text[at] == 0x20 {
      let blank = at
      (at, hash) = bytes.nameEnd(text, from: at + 1)
      let attribute = blank + 1..<at
      guard text[at] == UInt8(ascii: "="), text[at + 1] == UInt8(ascii: "\"") else { return nil }
      let kinds: UInt8
      (at, kinds) = bytes.valueEnd(text, from: at + 2)
      guard text[at] == UInt8(ascii: "\""), !(blanksPaths && bytes.isInPath(kinds)),
        let known = names.passing(attribute, hash, of: element, text, &seen)
      else { return nil }
      at += 1
      switch names.attributes[known].verdict {
      case .keep: break
      case .drop(let carrier): drops.append((blank..<at, carrier))
      case .ask: return nil
      }
    }
    let isEmpty = text[at] == UInt8(ascii: "/")
    if isEmpty { at += 1 }
    guard text[at] == UInt8(ascii: ">"), at - start < XMLPlainReader.tagBytesMax else {
      return nil
    }
    return (name, element, isEmpty, at + 1)
  }
}

extension XMLFilterRun {
  /// Whether tags and text at the present place may be written as they stand.
  var passesOn: Bool {
    isPlain && collected == nil && open.last.map { !$0.readsText } == true
  }

  /// Writes what of a stretch is not written yet.
  fileprivate mutating func append(
    _ text: Span<UInt8>, _ stretch: inout XMLPlainReader.Stretch, upTo place: Int
  ) {
    guard place > stretch.copied else { return }
    closeTag()
    output.append(name: text.extracting(stretch.copied..<place))
    stretch.copied = place
  }
}
