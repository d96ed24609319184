// Scrubbed XML as the verifier expects it: the one form in which the scrubber writes, and nothing else.
// No comments, instructions, document types, CDATA or references but those that XML needs; so the
// reader is small, and what it does not know is residue.

import ScrubContract

/// A start tag with its namespaces resolved.
struct XMLProofTag {
  struct Attribute {
    /// Empty without a prefix.
    let namespace: String
    let local: String
    /// As written: references stay as they are.
    let text: String
  }

  let namespace: String
  let local: String
  let attributes: [Attribute]

  /// The value of an attribute.
  func value(_ local: String) -> String? { attributes.first { $0.local == local }?.text }
}

/// What a kind of document may hold. Each name is asked about once.
protocol XMLProofRules: AnyObject {
  /// Whether attributes may hold local paths.
  var allowsPaths: Bool { get }
  func element(_ namespace: String, _ local: String) -> XMLProof.Verdict
  func attribute(_ namespace: String, _ local: String) -> XMLProof.Verdict
  /// Looks at a tag with a name that is watched.
  func visit(_ tag: XMLProofTag) throws(ScrubError)
}

/// Reads one document piece by piece.
struct XMLProof {
  /// What is known about a name.
  enum Verdict { case plain, watched, residue }

  private static let declaration = Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8)
  private static let tagBytesMax = 64 << 20
  private static let depthMax = 300

  private let rules: any XMLProofRules
  private let allowsPaths: Bool
  private var names: XMLProofNames
  private var pending: [UInt8] = []
  private var prologue = 0
  private var hasRoot = false
  /// Those of the tag that is read, as places in it.
  private var attributes: [(name: Range<Int>, value: Range<Int>)] = []

  init(_ rules: any XMLProofRules) {
    self.rules = rules
    allowsPaths = rules.allowsPaths
    names = XMLProofNames(rules)
  }

  /// Reads the next piece.
  mutating func add(_ piece: ArraySlice<UInt8>) throws(ScrubError) {
    var rest = piece
    while prologue < XMLProof.declaration.count, let byte = rest.popFirst() {
      guard byte == XMLProof.declaration[prologue] else { throw XMLProof.residue }
      prologue += 1
    }
    try unsafe rest.withUnsafeBufferPointer { (bytes) throws(ScrubError) in
      try unsafe add(bytes)
    }
  }

  /// Checks that the document is whole.
  func finish() throws(ScrubError) {
    guard hasRoot, names.depth == 0, pending.isEmpty else { throw XMLProof.residue }
  }

  private mutating func add(_ bytes: UnsafeBufferPointer<UInt8>) throws(ScrubError) {
    var place = 0
    while place < bytes.count {
      let isTag = pending.first == UInt8(ascii: "<")
      let mark = isTag ? UInt8(ascii: ">") : UInt8(ascii: "<")
      let end = unsafe bytes[place...].firstIndex(of: mark) ?? bytes.count
      let part = unsafe UnsafeBufferPointer(rebasing: bytes[place..<end])
      place = end + 1
      if !isTag {
        try unsafe checkText(part)
        guard end < bytes.count else { return }
        guard pending.isEmpty else { throw XMLProof.residue }
        pending.append(mark)
      } else if end == bytes.count {
        unsafe pending.append(contentsOf: part)
        guard pending.count <= XMLProof.tagBytesMax else { throw XMLProof.residue }
      } else if pending.count == 1 {
        pending.removeAll(keepingCapacity: true)
        try unsafe read(part)
      } else {
        unsafe pending.append(contentsOf: part)
        let tag = pending
        pending.removeAll(keepingCapacity: true)
        try unsafe tag.withUnsafeBufferPointer { (whole) throws(ScrubError) in
          try unsafe read(UnsafeBufferPointer(rebasing: whole[1...]))
        }
      }
    }
  }

  /// Text between tags; a reference may be cut between two pieces.
  private mutating func checkText(_ text: UnsafeBufferPointer<UInt8>) throws(ScrubError) {
    guard names.depth > 0 || text.isEmpty else { throw XMLProof.residue }
    var isReference = !pending.isEmpty
    for index in 0..<text.count {
      let byte = unsafe text[index]
      if isReference {
        pending.append(byte)
        if byte == UInt8(ascii: ";") {
          guard XMLProof.textReferences.contains(pending) else { throw XMLProof.residue }
          pending.removeAll(keepingCapacity: true)
          isReference = false
        } else if pending.count > 6 {
          throw XMLProof.residue
        }
      } else if byte == UInt8(ascii: "&") {
        pending.append(byte)
        isReference = true
      } else if byte == UInt8(ascii: ">") || (byte < 0x20 && byte != 9 && byte != 10) {
        throw XMLProof.residue
      }
    }
  }

  private mutating func read(_ tag: UnsafeBufferPointer<UInt8>) throws(ScrubError) {
    if unsafe tag.first == UInt8(ascii: "/") {
      return try unsafe names.close(UnsafeBufferPointer(rebasing: tag[1...]))
    }
    guard names.depth < XMLProof.depthMax, names.depth > 0 || !hasRoot else {
      throw XMLProof.residue
    }
    hasRoot = true
    let isEmpty = unsafe tag.last == UInt8(ascii: "/")
    let end = tag.count - (isEmpty ? 1 : 0)
    let nameEnd = unsafe tag[..<end].firstIndex(of: 0x20) ?? end
    attributes.removeAll(keepingCapacity: true)
    var place = nameEnd
    while place < end { attributes.append(try unsafe attribute(tag, end, &place)) }
    let name = unsafe UnsafeBufferPointer(rebasing: tag[..<nameEnd])
    unsafe names.open(name)
    for (name, value) in attributes {
      unsafe names.declare(
        UnsafeBufferPointer(rebasing: tag[name]), UnsafeBufferPointer(rebasing: tag[value]))
    }
    let element = try unsafe names.known(name, isAttribute: false)
    var isWatched = element.verdict == .watched
    for (name, value) in attributes {
      let name = unsafe UnsafeBufferPointer(rebasing: tag[name])
      let value = unsafe UnsafeBufferPointer(rebasing: tag[value])
      if unsafe XMLProofNames.declares(name) { continue }
      let known = try unsafe names.known(name, isAttribute: true)
      if known.verdict == .watched { isWatched = true }
      if unsafe !allowsPaths && LocalPath.isIn(value) {
        throw ResidueVerifier.residue("an attribute that holds a path")
      }
    }
    if isWatched { try unsafe visit(element, tag) }
    if isEmpty { try unsafe names.close(name) }
  }

  private mutating func visit(
    _ element: XMLProofNames.Known, _ tag: UnsafeBufferPointer<UInt8>
  ) throws(ScrubError) {
    var list: [XMLProofTag.Attribute] = []
    for (name, value) in attributes {
      let name = unsafe UnsafeBufferPointer(rebasing: tag[name])
      if unsafe XMLProofNames.declares(name) { continue }
      let known = try unsafe names.known(name, isAttribute: true)
      let text = unsafe String(decoding: tag[value], as: UTF8.self)
      list.append(.init(namespace: known.namespace, local: known.local, text: text))
    }
    try rules.visit(
      XMLProofTag(namespace: element.namespace, local: element.local, attributes: list))
  }

  /// ` name="value"`.
  private func attribute(
    _ tag: UnsafeBufferPointer<UInt8>, _ end: Int, _ place: inout Int
  ) throws(ScrubError) -> (name: Range<Int>, value: Range<Int>) {
    let start = place + 1
    guard unsafe tag[place] == 0x20, start < end,
      let equals = unsafe tag[start..<end].firstIndex(of: UInt8(ascii: "=")), equals > start,
      equals + 1 < end, unsafe tag[equals + 1] == UInt8(ascii: "\""),
      let quote = unsafe tag[(equals + 2)..<end].firstIndex(of: UInt8(ascii: "\""))
    else { throw XMLProof.residue }
    let value = (equals + 2)..<quote
    guard unsafe tag[value].allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "<") }) else {
      throw XMLProof.residue
    }
    place = quote + 1
    return (start..<equals, value)
  }

  private static let textReferences = ["&amp;", "&lt;", "&gt;", "&#13;"].map { Array($0.utf8) }
  static let residue = ResidueVerifier.residue("XML in another form than the scrubber's")
}
