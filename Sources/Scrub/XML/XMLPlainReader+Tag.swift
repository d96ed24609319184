// What becomes of a start tag once it is read: its names are resolved, then it is written as it stands or,
// where a judge wants to see it, shown to the run like one of libxml2.

import CXML
import ScrubContract

extension XMLPlainReader {
  /// Finds out what is known about the attributes.
  /// - Returns: Whether the judge or the filter has to see the whole tag; nothing if a prefix is not
  ///   declared or an attribute is there twice.
  mutating func resolve(
    _ element: Int, _ text: Span<UInt8>, _ run: borrowing XMLFilterRun
  ) -> Bool? {
    var asked = false
    for index in 0..<attributeCount where !attributes[index].marks.contains(.declares) {
      guard let known = names.attribute(attributes[index], of: element, text, run) else {
        return nil
      }
      attributes[index].known = known
      for other in 0..<index where !attributes[other].marks.contains(.declares) {
        if names.isSame(attributes[other].known, known) { return nil }
      }
      if case .ask = names.attributes[known].verdict { asked = true }
      if run.blanksPaths, attributes[index].marks.contains(.mayBePath), !asked {
        let value = text.extracting(attributes[index].value)
        // Borrowed for the call.
        asked = unsafe value.withUnsafeBufferPointer { unsafe LocalPath.isIn($0) }
      }
    }
    return asked
  }

  /// Writes a tag up to its last attribute, without the attributes that go.
  func write(_ text: Span<UInt8>, _ tag: Range<Int>, _ run: inout XMLFilterRun) {
    var start = tag.lowerBound
    for index in 0..<attributeCount {
      guard case .drop(let carrier) = names.attributes[attributes[index].known].verdict else {
        continue
      }
      if let carrier { run.tally.add(carrier) }
      // With the space before it.
      let name = attributes[index].name.lowerBound - 1
      if name > start { run.output.append(name: text.extracting(start..<name)) }
      start = attributes[index].value.upperBound + 1
    }
    if tag.upperBound > start { run.output.append(name: text.extracting(start..<tag.upperBound)) }
  }

  /// Shows a tag to the run; false if a value is not plain.
  mutating func startFully(
    _ element: Int, _ text: Span<UInt8>, _ run: inout XMLFilterRun
  ) throws(ScrubError) -> Bool {
    if run.isDropping {
      run.open.append(XMLOpenElement(nil, .gone))
      return true
    }
    guard let values = decodedValues(text) else { return false }
    let known = names.elements[element]
    var namespaces = unsafe names.declarations
    var pointers: [UnsafePointer<xmlChar>?] = unsafe []
    let namespaceCount = hasDeclarations ? unsafe namespaces.count / 2 : 0
    try unsafe scratch.withUnsafeBufferPointer { (decoded) throws(ScrubError) in
      try unsafe text.withUnsafeBufferPointer { (all) throws(ScrubError) in
        for index in 0..<attributeCount where !attributes[index].marks.contains(.declares) {
          let name = names.attributes[attributes[index].known]
          let isDecoded = attributes[index].marks.contains(.isEncoded)
          // Both ranges lie inside their buffers, which outlive the call.
          let base = isDecoded ? decoded.baseAddress : all.baseAddress
          unsafe pointers += [
            name.local, name.prefix, name.uri, base.map { unsafe $0 + values[index].lowerBound },
            base.map { unsafe $0 + values[index].upperBound },
          ]
        }
        let count = unsafe pointers.count / 5
        try unsafe namespaces.withUnsafeMutableBufferPointer { (spaces) throws(ScrubError) in
          try unsafe pointers.withUnsafeMutableBufferPointer { (list) throws(ScrubError) in
            try unsafe run.start(
              XMLStart(
                local: known.local, prefix: known.prefix, uri: known.uri,
                namespaceCount: namespaceCount, namespaces: spaces.baseAddress,
                attributeCount: count, attributes: list.baseAddress))
          }
        }
      }
    }
    return true
  }

  private var hasDeclarations: Bool {
    (0..<attributeCount).contains { attributes[$0].marks.contains(.declares) }
  }

  /// Where the values of the attributes lie: in the text, or decoded in `scratch`.
  private mutating func decodedValues(_ text: Span<UInt8>) -> [Range<Int>]? {
    scratch.removeAll(keepingCapacity: true)
    let next = place
    defer { place = next }
    var values: [Range<Int>] = []
    for index in 0..<attributeCount {
      guard attributes[index].marks.contains(.isEncoded) else {
        values.append(attributes[index].value)
        continue
      }
      let start = scratch.count
      place = attributes[index].value.lowerBound
      let end = attributes[index].value.upperBound
      while place < end {
        guard decode(text, end: end, isAttribute: true) else { return nil }
      }
      values.append(start..<scratch.count)
    }
    return values
  }

  /// Appends one character or reference to `scratch`; false if it is none.
  mutating func decode(_ text: Span<UInt8>, end: Int, isAttribute: Bool) -> Bool {
    let byte = text[place]
    switch byte {
    case UInt8(ascii: "&"):
      guard let (scalar, count) = XMLReference.read(text, at: place, end: end) else { return false }
      scratch.append(contentsOf: String(scalar).utf8)
      place += count
      return true
    case 0x0d where !isAttribute:
      // The end of a line is one line feed (XML section 2.11).
      scratch.append(0x0a)
      place += place + 1 < end && text[place + 1] == 0x0a ? 2 : 1
      return true
    case UInt8(ascii: ">") where !isAttribute:
      if place >= 2, text[place - 1] == UInt8(ascii: "]"), text[place - 2] == UInt8(ascii: "]") {
        return false
      }
    case 0x09, 0x0a: if isAttribute { return false }
    case 0..<0x20: return false
    default: if XMLPlainStart.isNoCharacter(text, place) { return false }
    }
    scratch.append(byte)
    place += 1
    return true
  }
}

extension XMLFilterRun {
  /// Whether a tag may be written as it stands.
  var isPlain: Bool { !isDropping && loose.isEmpty }

  /// Text that needs no references.
  mutating func plainText(_ piece: Span<UInt8>) throws(ScrubError) {
    guard !isDropping, let element = open.last, !piece.isEmpty else { return }
    if element.readsText || collected != nil {
      // Borrowed for the call.
      return try unsafe piece.withUnsafeBufferPointer { (piece) throws(ScrubError) in
        try unsafe text(piece)
      }
    }
    closeTag()
    output.append(name: piece)
    try output.flush(isHeld: heldCount > 0)
  }

  /// Prepares for a tag that is written as it stands; false if the judge has to see it.
  mutating func plainStart(_ element: XMLPlainNames.Element) throws(ScrubError) -> Bool {
    var state = XMLOpenElement.State.kept
    if !element.isKept {
      guard element.isBare else { return false }
    }
    try endCollecting()
    if !element.isKept {
      // The run keeps the plan until it ends.
      let plan = unsafe element.plan.takeUnretainedValue()
      if case .hold = judge.decide(bare: plan.name, inside: open.last?.plan?.name) {
        state = .held
      }
    }
    var entry = unsafe XMLOpenElement(element.plan, state, readsText: element.readsText)
    (entry.position, entry.wasTagOpen) = (output.position, isTagOpen)
    closeTag()
    if state == .held { heldCount += 1 }
    open.append(entry)
    isTagOpen = true
    return true
  }

  /// An end tag in the form in which it is written.
  mutating func plainEnd(_ tag: Span<UInt8>) throws(ScrubError) {
    guard let element = open.last, element.state == .kept, !element.isRenamed, !isDropping,
      collected == nil
    else { return try end() }
    open.removeLast()
    scope.leave(depth: open.count)
    if isTagOpen {
      output.append("/>")
      isTagOpen = false
    } else {
      output.append(name: tag)
    }
    try output.flush(isHeld: heldCount > 0)
  }
}
