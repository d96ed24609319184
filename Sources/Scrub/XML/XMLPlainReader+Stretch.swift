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
    let last = min(end, place + XMLPlainReader.stretchBytesMax)
    while place < last {
      if text[place] != UInt8(ascii: "<") {
        guard passText(text) else { break }
        stretch.endsInStart = false
      } else if text[place + 1] == UInt8(ascii: "/") {
        // An element without content is written as one tag.
        guard depth > stretch.depth, !stretch.endsInStart, passEnd(text) else { break }
      } else {
        guard passStart(text, &stretch, run.blanksPaths) else { break }
        for drop in drops {
          run.append(text, &stretch, upTo: drop.lowerBound)
          stretch.copied = drop.upperBound
        }
        for carrier in dropped { run.tally.add(carrier) }
      }
      stretch.end = place
    }
    place = stretch.end
    guard stretch.end > stretch.start else { return }
    // The end of a start tag waits until it is known whether there is content.
    run.append(text, &stretch, upTo: stretch.end - (stretch.endsInStart ? 1 : 0))
    run.isTagOpen = stretch.endsInStart
    for index in stretch.depth..<depth {
      run.open.append(
        unsafe XMLOpenElement(names.elements[tags[index].element].plan, .kept, readsText: false))
    }
    try run.output.flush(isHeld: run.heldCount > 0)
  }

  /// What was found to stay.
  struct Stretch {
    let start: Int
    /// Elements around it.
    let depth: Int
    /// Up to where it is written or goes.
    var copied: Int
    /// Behind the last tag or text of it.
    var end: Int
    /// Whether the last is the start tag of an element with an end tag.
    var endsInStart = false

    init(place: Int, depth: Int) {
      (start, self.depth, copied, end) = (place, depth, place, place)
    }
  }

  @inline(__always)
  private mutating func passText(_ text: Span<UInt8>) -> Bool {
    place = bytes.textEnd(text, from: place)
    return text[place] == UInt8(ascii: "<")
  }

  @inline(__always)
  private mutating func passEnd(_ text: Span<UInt8>) -> Bool {
    let name = tags[depth - 1].name
    let behind = place + 2 + name.count
    guard behind < end, text[behind] == UInt8(ascii: ">"),
      XMLPlainNames.isSame(text, name, place + 2)
    else { return false }
    depth -= 1
    place = behind + 1
    return true
  }

  /// Reads a tag of which all is known; where it lies is then of no use if it is another.
  @inline(__always)
  private mutating func passStart(
    _ text: Span<UInt8>, _ stretch: inout Stretch, _ blanksPaths: Bool
  ) -> Bool {
    let start = place
    place += 1
    let (name, hash) = readName(text)
    guard let element = names.passing(name, hash, text), depth < XMLPlainReader.depthMax else {
      return false
    }
    if !drops.isEmpty { drops.removeAll(keepingCapacity: true) }
    if !dropped.isEmpty { dropped.removeAll(keepingCapacity: true) }
    var seen: UInt64 = 0
    while text[place] == 0x20 {
      guard passAttribute(text, of: element, &seen, blanksPaths) else { return false }
    }
    let isEmpty = text[place] == UInt8(ascii: "/")
    if isEmpty { place += 1 }
    guard text[place] == UInt8(ascii: ">"), place - start < XMLPlainReader.tagBytesMax - 1 else {
      return false
    }
    place += 1
    if !isEmpty {
      tags[depth] = OpenTag(name: name, element: element)
      depth += 1
    }
    stretch.endsInStart = !isEmpty
    return true
  }

  @inline(__always)
  private mutating func passAttribute(
    _ text: Span<UInt8>, of element: Int, _ seen: inout UInt64, _ blanksPaths: Bool
  ) -> Bool {
    let blank = place
    place += 1
    let (name, hash) = readName(text)
    guard text[place] == UInt8(ascii: "="), text[place + 1] == UInt8(ascii: "\"") else {
      return false
    }
    let kinds: UInt8
    (place, kinds) = bytes.valueEnd(text, from: place + 2)
    guard text[place] == UInt8(ascii: "\""), !(blanksPaths && bytes.isInPath(kinds)),
      let known = names.passing(name, hash, of: element, text, &seen)
    else { return false }
    place += 1
    switch names.attributes[known].verdict {
    case .keep: break
    case .drop(let carrier):
      drops.append(blank..<place)
      if let carrier { dropped.append(carrier) }
    case .ask: return false
    }
    return true
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
