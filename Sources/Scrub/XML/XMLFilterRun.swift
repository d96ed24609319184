// The events of libxml2 (SAX2) for one document, judged and written. Names of one parser are shared
// pointers, so that the verdict on a name is found without making a string of it. The state is a value
// at one place, as it changes millions of times in a large sheet.

import CXML
import ScrubContract
import XMLText

/// One pass over one document.
@safe struct XMLFilterRun: ~Copyable {
  /// Different names of elements; real documents have some hundreds.
  private static let namesMax = 20_000
  /// Bytes of all names and namespaces of a document; libxml2 asks when a block is full, so some more
  /// may pass.
  static let namesBytesMax = 1 << 20

  let judge: any XMLJudge
  let blanksPaths: Bool
  /// What libxml2 reads from; nothing if it does not read.
  var source: XMLSource?
  var output: XMLOutput
  var tally: CarrierTally
  private var excerpts = XMLExcerpts()

  private var plans: [XMLNameKey: XMLPlan] = [:]
  /// The plans that were used last, by a hash of the key.
  private var recent: [(key: XMLNameKey, plan: XMLPlan)?] = Array(repeating: nil, count: 64)
  var open: [XMLOpenElement] = []
  /// The names that were written for elements with other ones, by their depth.
  private var renamed: [Int: [UInt8]] = [:]
  var scope = XMLScope()
  /// Declarations of elements whose tags went, for the elements inside them.
  private(set) var loose: [(prefix: String, uri: String, depth: Int)] = []
  private var droppedDepth: Int?
  var heldCount = 0
  var isTagOpen = false
  private(set) var collected: [UInt8]?
  /// What stopped the parser.
  var failure: ScrubError?
  // Made and freed by `parse`, alive while it runs.
  var parser: xmlParserCtxtPtr?

  init(judge: any XMLJudge, source: XMLSource?, output: consuming XMLOutput) {
    self.judge = judge
    blanksPaths = judge.blanksPaths
    tally = CarrierTally(collectsExcerpts: judge.collectsExcerpts)
    self.source = source
    self.output = output
  }

  /// Reads the document to its end.
  mutating func parse() throws(ScrubError) {
    // The place outlives the parser, which calls back while it runs.
    let code = try unsafe withUnsafeMutablePointer(to: &self) { (me) throws(ScrubError) in
      try unsafe XMLFilterRun.parse(me)
    }
    if let error = source?.error ?? failure { throw error }
    guard code == 0, open.isEmpty else {
      throw ScrubError(.malformedFile, "A text of the document is not well-formed.")
    }
    try output.finish()
  }

  /// Whether the present place is inside an element that goes.
  var isDropping: Bool { droppedDepth != nil }

  /// A comment or an instruction.
  mutating func note(_ text: UnsafePointer<xmlChar>?) {
    tally.add(.comment)
    guard tally.collectsExcerpts, droppedDepth == nil, let text = unsafe text else { return }
    // libxml2 ends it with a zero.
    excerpts.show(.comment, Array(unsafe String(cString: text).utf8), named: nil, &tally)
  }

  mutating func start(_ element: XMLStart) throws(ScrubError) {
    let depth = open.count
    guard droppedDepth == nil else {
      if tally.collectsExcerpts { unsafe excerpts.add(attributesOf: element) }
      return open.append(XMLOpenElement(nil, .gone))
    }
    try endCollecting()
    let plan = unsafe plan(element)
    guard plans.count <= XMLFilterRun.namesMax else {
      throw ScrubError(.tooManyParts, "A text of the document has too many different names.")
    }
    var verdict = plan.verdict
    var tag: XMLTag?
    let isAsked = unsafe plan.asks || element.needsAsking(plan, judge)
    if isAsked {
      var full = unsafe element.tag(plan, judge)
      let place = unsafe XMLPlace(
        scope: scopeWith(element), parent: open.last?.plan?.name,
        grandparent: open.dropLast().last?.plan?.name)
      verdict = try judge.decide(&full, at: place)
      tag = full
    }
    switch verdict {
    case .drop(let carrier):
      guard depth > 0 else { throw XMLFilterRun.unknownRoot }
      if let carrier { unsafe count(carrier, element) }
      droppedDepth = depth
      open.append(XMLOpenElement(plan, .gone))
    case .unwrap(let carrier):
      guard depth > 0 else { throw XMLFilterRun.unknownRoot }
      if let carrier {
        unsafe count(carrier, element)
        excerpts.end(&tally)
      }
      for (prefix, uri) in unsafe element.declarations where judge.knows(namespace: uri) {
        loose.append((prefix, uri, depth))
      }
      open.append(XMLOpenElement(plan, .unwrapped))
    case .keep, .ask: try unsafe write(element, plan, tag: tag, isHeld: false)
    case .hold: try unsafe write(element, plan, tag: tag, isHeld: true)
    }
  }

  /// Counts an element of which the tags go.
  private mutating func count(_ carrier: CarrierClass, _ element: XMLStart) {
    tally.add(carrier)
    if tally.collectsExcerpts { unsafe excerpts.begin(carrier, element) }
  }

  mutating func end() throws(ScrubError) {
    // The text belongs to the element that ends.
    if droppedDepth == nil { try endCollecting() }
    guard let element = open.popLast() else { return }
    let depth = open.count
    if let dropped = droppedDepth {
      guard dropped == depth else { return }
      droppedDepth = nil
      return excerpts.end(&tally)
    }
    if element.isUnwrapped {
      while let last = loose.last, last.depth >= depth { loose.removeLast() }
      return
    }
    scope.leave(depth: depth)
    let inside = isTagOpen ? nil : output.position
    if isTagOpen {
      output.append("/>")
      isTagOpen = false
    } else {
      output.append("</")
      if element.isRenamed, let text = renamed.removeValue(forKey: depth) {
        output.append(name: text)
      } else if let plan = element.plan {
        output.append(name: plan.text)
      }
      output.append(UInt8(ascii: ">"))
    }
    if element.state == .held, let plan = element.plan {
      heldCount -= 1
      if try !stays(plan, element, inside: inside) {
        output.takeBack(to: element.position)
        isTagOpen = element.wasTagOpen
      }
    }
    try output.flush(isHeld: heldCount > 0)
  }

  mutating func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(ScrubError) {
    guard droppedDepth == nil else {
      if tally.collectsExcerpts { unsafe excerpts.add(text: bytes) }
      return
    }
    guard !open.isEmpty, !bytes.isEmpty else { return }
    if open[open.count - 1].readsText, collected == nil { collected = [] }
    if collected != nil {
      unsafe collected?.append(contentsOf: bytes)
      return
    }
    closeTag()
    unsafe output.append(escaping: bytes, isAttribute: false)
    try output.flush(isHeld: heldCount > 0)
  }

  mutating func endCollecting() throws(ScrubError) {
    guard let bytes = collected, let plan = open.last(where: { !$0.isUnwrapped })?.plan
    else { return }
    collected = nil
    let text = String(decoding: bytes, as: UTF8.self)
    guard let changed = try judge.text(text, in: plan.name), !changed.isEmpty else { return }
    closeTag()
    output.append(escaping: changed, isAttribute: false)
  }

  private mutating func write(
    _ element: XMLStart, _ plan: XMLPlan, tag: XMLTag?, isHeld: Bool
  ) throws(ScrubError) {
    let depth = open.count
    let position = output.position
    let wasTagOpen = isTagOpen
    closeTag()
    if isHeld { heldCount += 1 }
    let text = tag.map { plan.text(named: $0.name.local) } ?? plan.text
    output.append(UInt8(ascii: "<"))
    output.append(name: text)
    unsafe writeNamespaces(element, depth: depth)
    if let tag {
      for attribute in tag.attributes {
        let name = attribute.name
        output.append(UInt8(ascii: " "))
        if !name.prefix.isEmpty { output.append(name: name.prefix + ":") }
        output.append(name: name.local)
        output.append("=\"")
        output.append(escaping: attribute.value, isAttribute: true)
        output.append(UInt8(ascii: "\""))
      }
      unsafe element.countDropped(plan, judge, &tally, &excerpts)
    } else {
      unsafe element.writeAttributes(
        plan, judge, blanksPaths: blanksPaths, to: &output, &tally, &excerpts)
    }
    isTagOpen = true
    var entry = XMLOpenElement(plan, isHeld ? .held : .kept)
    (entry.position, entry.wasTagOpen) = (position, wasTagOpen)
    if text != plan.text {
      entry.isRenamed = true
      renamed[depth] = text
    }
    open.append(entry)
  }

  private mutating func writeNamespaces(_ element: XMLStart, depth: Int) {
    guard unsafe element.namespaceCount > 0 || !loose.isEmpty else { return }
    var own: Set<String> = []
    for (prefix, uri) in unsafe element.declarations where judge.knows(namespace: uri) {
      own.insert(prefix)
      declare(prefix, uri, depth: depth)
    }
    guard !loose.isEmpty else { return }
    let outer = open.lastIndex { !$0.isUnwrapped } ?? -1
    for entry in loose.reversed() where entry.depth > outer && own.insert(entry.prefix).inserted {
      declare(entry.prefix, entry.uri, depth: depth)
    }
  }

  private mutating func declare(_ prefix: String, _ uri: String, depth: Int) {
    scope.declare(prefix, depth: depth)
    output.append(prefix.isEmpty ? " xmlns" : " xmlns:")
    output.append(name: prefix)
    output.append("=\"")
    output.append(escaping: uri, isAttribute: true)
    output.append(UInt8(ascii: "\""))
  }

  mutating func closeTag() {
    if isTagOpen { output.append(UInt8(ascii: ">")) }
    isTagOpen = false
  }

  /// Asks about an element that ends; `end` is where its content does, nothing if it has none.
  private func stays(
    _ plan: XMLPlan, _ element: XMLOpenElement, inside end: Int?
  ) throws(ScrubError) -> Bool {
    let start = element.position + (element.wasTagOpen ? 1 : 0)
    return try unsafe output.withBytes(from: start, to: end ?? start) { (all) throws(ScrubError) in
      let close = unsafe all.firstIndex(of: UInt8(ascii: ">")).map { $0 + 1 } ?? all.count
      return try unsafe judge.stays(
        plan.name, inside: UnsafeBufferPointer(rebasing: all[close...]))
    }
  }

  private func scopeWith(_ element: XMLStart) -> XMLScope {
    var scope = scope
    for (prefix, uri) in unsafe element.declarations where judge.knows(namespace: uri) {
      scope.declare(prefix, depth: open.count)
    }
    for entry in loose { scope.declare(entry.prefix, depth: open.count) }
    return scope
  }

  mutating func plan(_ element: XMLStart) -> XMLPlan {
    let key = unsafe XMLNameKey(element.local, element.prefix, element.uri)
    let place = key.hash % recent.count
    if let entry = recent[place], entry.key == key { return entry.plan }
    let plan: XMLPlan
    if let known = plans[key] {
      plan = known
    } else {
      let name = unsafe element.name
      plan = XMLPlan(name, judge)
      plans[key] = plan
    }
    recent[place] = (key, plan)
    return plan
  }

  private static let unknownRoot = ScrubError(
    .encodingNotSupported, "A text of the document is of a kind that cannot be scrubbed.")
}
