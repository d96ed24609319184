// XML of the plain kind that nearly all office documents are, read where it lies in memory and judged by
// the same run as what libxml2 reads, several times as fast. Plain means: UTF-8, names in ASCII, no
// document type, instruction, comment or CDATA, a bounded number of names and attributes. At anything
// else, and at any fault, this reader gives up without a word and libxml2 reads the document from its
// start: it alone says what is wrong with a document.

import ScrubContract

/// One pass over one document.
struct XMLPlainReader: ~Copyable {
  /// What libxml2 refuses is deeper than 256.
  static let depthMax = 250
  /// Bytes of a tag; libxml2 counts equals signs in longer ones.
  static let tagBytesMax = 20_000

  /// An element whose end tag has not come.
  struct OpenTag {
    var name = 0..<0
    /// Its place among the known ones.
    var element = 0
    var declares = false
  }

  var place = 0
  /// Behind the last byte, which is `>`: behind the start of the document no loop over a kind of bytes
  /// runs past it, as none holds it.
  private(set) var end = 0
  private var hasRoot = false
  var tags = [OpenTag](repeating: OpenTag(), count: XMLPlainReader.depthMax)
  var depth = 0
  let bytes = XMLByteClasses()
  var names: XMLPlainNames
  /// Those of the tag that is read; `attributeCount` of them count.
  var attributes = [XMLPlainAttribute](repeating: .init(), count: XMLPlainReader.attributesMax)
  var attributeCount = 0
  var scratch: [UInt8] = []
  /// What goes of a tag that otherwise stays as it stands, and what that is.
  var drops: [(place: Range<Int>, carrier: CarrierClass?)] = []

  private static let attributesMax = 96

  init(names: consuming XMLPlainNames) {
    self.names = names
  }

  /// Reads a document to its end.
  /// - Returns: False if it is not plain; the run is of no use then.
  /// - Throws: What the judge and the output throw.
  mutating func read(
    _ text: Span<UInt8>, into run: inout XMLFilterRun
  ) throws(ScrubError) -> Bool {
    end = text.count
    while end > 0, bytes.isBlank(text[end - 1]) { end -= 1 }
    guard end > 0, text[end - 1] == UInt8(ascii: ">"), XMLPlainStart.isUTF8(text) else {
      return false
    }
    place = XMLPlainStart.end(of: text)
    while place < end, bytes.isBlank(text[place]) { place += 1 }
    while place < end {
      try passOn(text, &run)
      guard place < end else { break }
      let isRead: Bool
      if text[place] != UInt8(ascii: "<") {
        isRead = try readText(text, &run)
      } else if text[place + 1] == UInt8(ascii: "/") {
        isRead = try readEnd(text, &run)
      } else {
        isRead = try readStart(text, &run)
      }
      guard isRead else { return false }
    }
    return hasRoot && depth == 0
  }

  private mutating func readText(
    _ text: Span<UInt8>, _ run: inout XMLFilterRun
  ) throws(ScrubError) -> Bool {
    guard depth > 0 else { return false }
    let start = place
    place = bytes.textEnd(text, from: place)
    if text[place] == UInt8(ascii: "<") {
      try run.plainText(text.extracting(start..<place))
      return true
    }
    scratch.removeAll(keepingCapacity: true)
    place = start
    while place < end, text[place] != UInt8(ascii: "<") {
      guard decode(text, end: end, isAttribute: false) else { return false }
    }
    guard place < end else { return false }
    // Borrowed for the call.
    try unsafe scratch.withUnsafeBufferPointer { (piece) throws(ScrubError) in
      try unsafe run.text(piece)
    }
    return true
  }

  private mutating func readEnd(
    _ text: Span<UInt8>, _ run: inout XMLFilterRun
  ) throws(ScrubError) -> Bool {
    guard depth > 0 else { return false }
    depth -= 1
    let tag = tags[depth]
    let name = place + 2
    let behind = name + tag.name.count
    guard behind < end, XMLPlainNames.isSame(text, tag.name, name) else { return false }
    if text[behind] == UInt8(ascii: ">") {
      try run.plainEnd(text.extracting(place..<(behind + 1)))
      place = behind + 1
    } else {
      place = behind
      while bytes.isBlank(text[place]) { place += 1 }
      guard text[place] == UInt8(ascii: ">") else { return false }
      place += 1
      try run.end()
    }
    if tag.declares { names.leaveScope() }
    return true
  }

  private mutating func readStart(
    _ text: Span<UInt8>, _ run: inout XMLFilterRun
  ) throws(ScrubError) -> Bool {
    let start = place
    guard depth > 0 || !hasRoot, depth < XMLPlainReader.depthMax else { return false }
    hasRoot = true
    place += 1
    let (name, hash) = readName(text)
    guard !name.isEmpty, let marks = readAttributes(text) else { return false }
    let last = attributeCount > 0 ? attributes[attributeCount - 1].value.upperBound + 1 : place
    let isEmpty = text[place] == UInt8(ascii: "/")
    if isEmpty { place += 1 }
    guard text[place] == UInt8(ascii: ">"), place - start < XMLPlainReader.tagBytesMax else {
      return false
    }
    place += 1
    let declares = marks.contains(.declares)
    if declares {
      guard names.enterScope(text, (0..<attributeCount).map { attributes[$0] }) else {
        return false
      }
    }
    guard let element = names.element(name, hash, text, &run),
      let asked = resolve(element, text, run)
    else { return false }
    if asked || !marks.isDisjoint(with: [.declares, .odd]) || !run.isPlain {
      guard try startFully(element, text, &run) else { return false }
    } else if try run.plainStart(names.elements[element]) {
      write(text, start..<(attributeCount > 0 ? last : name.upperBound), &run)
    } else {
      guard try startFully(element, text, &run) else { return false }
    }
    if isEmpty {
      try run.end()
      if declares { names.leaveScope() }
    } else {
      tags[depth] = OpenTag(name: name, element: element, declares: declares)
      depth += 1
    }
    return true
  }

  /// The bytes of a name at the present place, with a hash of them.
  private mutating func readName(_ text: Span<UInt8>) -> (name: Range<Int>, hash: UInt32) {
    let start = place
    let (end, hash) = bytes.nameEnd(text, from: start)
    place = end
    return (start..<end, hash)
  }

  /// Reads up to the end of the tag and says what is special about its attributes; nothing if they
  /// are not plain.
  private mutating func readAttributes(_ text: Span<UInt8>) -> XMLPlainAttribute.Marks? {
    attributeCount = 0
    var all: XMLPlainAttribute.Marks = []
    while true {
      let blank = place
      while bytes.isBlank(text[place]) { place += 1 }
      let isEnd = text[place] == UInt8(ascii: ">") || text[place] == UInt8(ascii: "/")
      if isEnd { return all }
      guard place > blank, attributeCount < XMLPlainReader.attributesMax else { return nil }
      if place != blank + 1 || text[blank] != 0x20 { all.insert(.odd) }
      var attribute = XMLPlainAttribute()
      (attribute.name, attribute.hash) = readName(text)
      guard !attribute.name.isEmpty, text[place] == UInt8(ascii: "=") else { return nil }
      place += 1
      guard readValue(text, &attribute) else { return nil }
      if XMLPlainNames.declares(text, attribute.name) { attribute.marks.insert(.declares) }
      all.formUnion(attribute.marks)
      attributes[attributeCount] = attribute
      attributeCount += 1
    }
  }

  private mutating func readValue(
    _ text: Span<UInt8>, _ attribute: inout XMLPlainAttribute
  ) -> Bool {
    let quote = text[place]
    guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return false }
    place += 1
    let start = place
    let kinds: UInt8
    (place, kinds) = bytes.valueEnd(text, from: start)
    if quote != UInt8(ascii: "\"") || text[place] != quote {
      attribute.marks.insert(.odd)
      place = start
      while place < end - 1, text[place] != quote {
        let byte = text[place]
        guard byte >= 0x20, byte != UInt8(ascii: "<"), !XMLPlainStart.isNoCharacter(text, place)
        else { return false }
        if byte == UInt8(ascii: "&") { attribute.marks.insert(.isEncoded) }
        place += 1
      }
      guard text[place] == quote else { return false }
    }
    if bytes.isInPath(kinds) { attribute.marks.insert(.mayBePath) }
    attribute.value = start..<place
    place += 1
    return true
  }
}
