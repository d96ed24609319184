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
    /// As written, with references.
    let value: [UInt8]

    /// The value as text; the few references that it may have are left as they are.
    var text: String { String(decoding: value, as: UTF8.self) }
  }

  let namespace: String
  let local: String
  let attributes: [Attribute]

  /// The value of an attribute.
  func value(_ local: String) -> String? { attributes.first { $0.local == local }?.text }
}

/// Reads one document piece by piece.
struct XMLProof {
  private static let declaration = Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8)
  private static let tagBytesMax = 64 << 20

  /// A tag has opened; its parents are named by `open`.
  private let visit: (XMLProofTag, XMLProof) throws(ScrubError) -> Void
  private var declared: [String: [(depth: Int, uri: String)]] = [
    "xml": [(0, "http://www.w3.org/XML/1998/namespace")], "": [(0, "")],
  ]
  private var declaredAt: [[String]] = []
  private var names: [ArraySlice<UInt8>] = []
  private var pending: [UInt8] = []
  private var prologue = 0
  private var hasRoot = false

  init(_ visit: @escaping (XMLProofTag, XMLProof) throws(ScrubError) -> Void) {
    self.visit = visit
  }

  /// How many elements are open.
  var depth: Int { names.count }

  /// Whether a prefix is declared at the tag that is visited.
  func declares(_ prefix: String) -> Bool { declared[prefix]?.isEmpty == false }

  /// Reads the next piece.
  mutating func add(_ piece: ArraySlice<UInt8>) throws(ScrubError) {
    var rest = piece
    while prologue < XMLProof.declaration.count, let byte = rest.popFirst() {
      guard byte == XMLProof.declaration[prologue] else { throw XMLProof.residue }
      prologue += 1
    }
    while !rest.isEmpty {
      if pending.first == UInt8(ascii: "<") {
        guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else {
          pending += rest
          guard pending.count <= XMLProof.tagBytesMax else { throw XMLProof.residue }
          return
        }
        pending += rest[..<end]
        rest = rest[(end + 1)...]
        let tag = pending
        pending = []
        try read(tag[1...])
      } else {
        let end = rest.firstIndex(of: UInt8(ascii: "<")) ?? rest.endIndex
        try checkText(rest[..<end])
        rest = rest[end...]
        if rest.popFirst() != nil {
          guard pending.isEmpty else { throw XMLProof.residue }
          pending = [UInt8(ascii: "<")]
        }
      }
    }
  }

  /// Checks that the document is whole.
  func finish() throws(ScrubError) {
    guard hasRoot, names.isEmpty, pending.isEmpty else { throw XMLProof.residue }
  }

  /// Text between tags; a reference may be cut between two pieces.
  private mutating func checkText(_ text: ArraySlice<UInt8>) throws(ScrubError) {
    guard !names.isEmpty || text.isEmpty else { throw XMLProof.residue }
    for byte in text {
      if !pending.isEmpty {
        pending.append(byte)
        if byte == UInt8(ascii: ";") {
          guard XMLProof.textReferences.contains(pending) else { throw XMLProof.residue }
          pending = []
        } else if pending.count > 6 {
          throw XMLProof.residue
        }
      } else if byte == UInt8(ascii: "&") {
        pending = [byte]
      } else if byte == UInt8(ascii: ">") || (byte < 0x20 && byte != 9 && byte != 10) {
        throw XMLProof.residue
      }
    }
  }

  private mutating func read(_ tag: ArraySlice<UInt8>) throws(ScrubError) {
    if tag.first == UInt8(ascii: "/") {
      guard let open = names.popLast(), tag.dropFirst() == open else { throw XMLProof.residue }
      return close()
    }
    guard names.count < 300, !names.isEmpty || !hasRoot else { throw XMLProof.residue }
    hasRoot = true
    let isEmpty = tag.last == UInt8(ascii: "/")
    var rest = isEmpty ? tag.dropLast() : tag
    let name = rest.prefix { $0 != 0x20 }
    rest = rest.dropFirst(name.count)
    var raw: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] = []
    while !rest.isEmpty { raw.append(try attribute(&rest)) }
    names.append(name)
    declaredAt.append([])
    for (name, value) in raw where name == XMLProof.xmlns || name.starts(with: XMLProof.xmlnsColon)
    {
      let prefix = String(decoding: name.dropFirst(6), as: UTF8.self)
      declared[prefix, default: []].append((names.count, String(decoding: value, as: UTF8.self)))
      declaredAt[declaredAt.count - 1].append(prefix)
    }
    var attributes: [XMLProofTag.Attribute] = []
    for (name, value) in raw
    where !(name == XMLProof.xmlns || name.starts(with: XMLProof.xmlnsColon)) {
      let (prefix, local) = try split(name)
      attributes.append(
        .init(
          namespace: prefix.isEmpty ? "" : try resolve(prefix), local: local, value: Array(value)))
    }
    let (prefix, local) = try split(name)
    try visit(
      XMLProofTag(namespace: try resolve(prefix), local: local, attributes: attributes), self)
    if isEmpty {
      names.removeLast()
      close()
    }
  }

  /// Every namespace that is declared, used or not.
  var namespaces: [String] { declared.values.flatMap { $0.map(\.uri) } }

  private mutating func close() {
    for prefix in declaredAt.popLast() ?? [] { declared[prefix]?.removeLast() }
  }

  /// ` name="value"`.
  private func attribute(
    _ rest: inout ArraySlice<UInt8>
  ) throws(ScrubError) -> (ArraySlice<UInt8>, ArraySlice<UInt8>) {
    guard rest.popFirst() == 0x20 else { throw XMLProof.residue }
    let name = rest.prefix { $0 != UInt8(ascii: "=") }
    rest = rest.dropFirst(name.count)
    guard !name.isEmpty, rest.popFirst() == UInt8(ascii: "="),
      rest.popFirst() == UInt8(ascii: "\""), let end = rest.firstIndex(of: UInt8(ascii: "\""))
    else { throw XMLProof.residue }
    let value = rest[..<end]
    rest = rest[(end + 1)...]
    guard value.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "<") }) else {
      throw XMLProof.residue
    }
    return (name, value)
  }

  private func split(_ name: ArraySlice<UInt8>) throws(ScrubError) -> (String, String) {
    let parts = name.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }), let local = parts.last else {
      throw XMLProof.residue
    }
    return (
      parts.count == 2 ? String(decoding: parts[0], as: UTF8.self) : "",
      String(decoding: local, as: UTF8.self)
    )
  }

  private func resolve(_ prefix: String) throws(ScrubError) -> String {
    guard let uri = declared[prefix]?.last?.uri else { throw XMLProof.residue }
    return uri
  }

  private static let xmlns = Array("xmlns".utf8)[...]
  private static let xmlnsColon = Array("xmlns:".utf8)
  private static let textReferences = ["&amp;", "&lt;", "&gt;", "&#13;"].map { Array($0.utf8) }
  private static let residue = ResidueVerifier.residue("XML in another form than the scrubber's")
}
