// The names of one document: which elements are open, which prefixes are declared, and what was said
// about a name before, so that a large document asks about each of its names once.

import ScrubContract

/// Open elements, declared prefixes and known names.
struct XMLProofNames {
  /// What is known about a name while no declaration changes.
  final class Known {
    let bytes: [UInt8]
    let isAttribute: Bool
    let generation: Int
    let namespace: String
    let local: String
    let verdict: XMLProof.Verdict

    fileprivate init(
      _ bytes: [UInt8], isAttribute: Bool, generation: Int, _ namespace: String, _ local: String,
      _ verdict: XMLProof.Verdict
    ) {
      (self.bytes, self.isAttribute, self.generation) = (bytes, isAttribute, generation)
      (self.namespace, self.local, self.verdict) = (namespace, local, verdict)
    }

    fileprivate func hasName(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
      guard bytes.count == name.count else { return false }
      for index in 0..<name.count where unsafe bytes[index] != name[index] { return false }
      return true
    }
  }

  private static let places = 1024
  private static let xmlns = Array("xmlns".utf8)

  private let rules: any XMLProofRules
  private var cache: [Known?] = Array(repeating: nil, count: XMLProofNames.places)
  private var generation = 0
  private var declared: [(prefix: String, uri: String, depth: Int)] = [
    ("", "", 0), ("xml", "http://www.w3.org/XML/1998/namespace", 0),
  ]
  /// The names of all open elements, one behind the other up to `textCount`, and where each begins.
  private var text: [UInt8] = []
  private var textCount = 0
  private var starts: [Int] = []

  init(_ rules: any XMLProofRules) { self.rules = rules }

  /// How many elements are open.
  var depth: Int { starts.count }

  mutating func open(_ name: UnsafeBufferPointer<UInt8>) {
    starts.append(textCount)
    let end = textCount + name.count
    if text.count < end { text += [UInt8](repeating: 0, count: end) }
    for index in 0..<name.count { unsafe text[textCount + index] = name[index] }
    textCount = end
  }

  /// Closes the element that was opened last, which must have this name.
  mutating func close(_ name: UnsafeBufferPointer<UInt8>) throws(ScrubError) {
    guard let start = starts.last, textCount - start == name.count else { throw XMLProof.residue }
    for index in 0..<name.count where unsafe text[start + index] != name[index] {
      throw XMLProof.residue
    }
    // The first two are always there.
    while declared[declared.count - 1].depth == starts.count {
      declared.removeLast()
      generation += 1
    }
    starts.removeLast()
    textCount = start
  }

  /// Whether an attribute declares a namespace.
  static func declares(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    guard name.count >= 5, unsafe name[0] == UInt8(ascii: "x"), unsafe name.starts(with: xmlns)
    else { return false }
    return unsafe name.count == 5 || name[5] == UInt8(ascii: ":")
  }

  /// Notes a declaration, if the attribute is one.
  mutating func declare(
    _ name: UnsafeBufferPointer<UInt8>, _ uri: UnsafeBufferPointer<UInt8>
  ) {
    guard unsafe XMLProofNames.declares(name) else { return }
    unsafe declared.append(
      (
        String(decoding: name.dropFirst(6), as: UTF8.self), String(decoding: uri, as: UTF8.self),
        starts.count
      ))
    generation += 1
  }

  /// What is known about a name; refuses what must not be there.
  mutating func known(
    _ name: UnsafeBufferPointer<UInt8>, isAttribute: Bool
  ) throws(ScrubError) -> Known {
    var hash: UInt32 = isAttribute ? 2_166_136_261 : 84_696_351
    for index in 0..<name.count { hash = unsafe (hash ^ UInt32(name[index])) &* 16_777_619 }
    let place = Int(hash % UInt32(XMLProofNames.places))
    if let known = cache[place], known.generation == generation,
      known.isAttribute == isAttribute, unsafe known.hasName(name)
    {
      return known
    }
    let known = try unsafe resolve(Array(name), isAttribute: isAttribute)
    cache[place] = known
    return known
  }

  private func resolve(_ name: [UInt8], isAttribute: Bool) throws(ScrubError) -> Known {
    let parts = name.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }), let local = parts.last else {
      throw XMLProof.residue
    }
    let prefix = parts.count == 2 ? parts[0] : ""
    guard let found = declared.last(where: { $0.prefix == prefix }) else { throw XMLProof.residue }
    let namespace = isAttribute && prefix.isEmpty ? "" : found.uri
    let verdict =
      isAttribute ? rules.attribute(namespace, local) : rules.element(namespace, local)
    guard verdict != .residue else {
      throw ResidueVerifier.residue("an element or attribute that carries metadata")
    }
    return Known(
      name, isAttribute: isAttribute, generation: generation, namespace, local, verdict)
  }
}

/// Collects all tags of a small document.
final class XMLProofList: XMLProofRules {
  private(set) var tags: [XMLProofTag] = []
  let allowsPaths = true
  func element(_ namespace: String, _ local: String) -> XMLProof.Verdict { .watched }
  func attribute(_ namespace: String, _ local: String) -> XMLProof.Verdict { .plain }
  func visit(_ tag: XMLProofTag) throws(ScrubError) { tags.append(tag) }

  /// The tags of a member.
  static func read(_ member: ZipProof.Member, of zip: ZipProof) throws(ScrubError) -> [XMLProofTag]
  {
    let list = XMLProofList()
    try zip.check(member, list)
    return list.tags
  }
}

extension ZipProof {
  /// Reads a member as XML against rules.
  func check(_ member: Member, _ rules: any XMLProofRules) throws(ScrubError) {
    var proof = XMLProof(rules)
    try read(member) { (piece) throws(ScrubError) in try proof.add(piece) }
    try proof.finish()
  }
}
