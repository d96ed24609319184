// The names of one plain document: what was said about each, by the bytes in which it is written, and the
// prefixes that are declared. Names are kept as the same addresses that libxml2 would share, so that the
// run's own tables serve both readers.

import CXML
import ScrubContract
import XMLText

/// Elements and attributes by their written names.
@safe struct XMLPlainNames: ~Copyable {
  /// An element name in one scope. Addresses belong to `strings`.
  @safe struct Element {
    let name: Range<Int>
    let hash: UInt32
    var scope: Int
    let local: UnsafePointer<xmlChar>?
    let prefix: UnsafePointer<xmlChar>?
    let uri: UnsafePointer<xmlChar>?
    /// Kept by the run that made it.
    let plan: Unmanaged<XMLPlan>
    let isKept: Bool
    let isBare: Bool
    let readsText: Bool
    /// Whether it stays whatever it says.
    let passes: Bool
    /// The first of its attributes, and the next element of the same place of the table; -1 for none.
    var firstAttribute = -1
    let next: Int
  }

  /// An attribute name of one element.
  @safe struct Attribute {
    let name: Range<Int>
    let hash: UInt32
    let scope: Int
    let local: UnsafePointer<xmlChar>?
    let prefix: UnsafePointer<xmlChar>?
    let uri: UnsafePointer<xmlChar>?
    let verdict: XMLAttributeVerdict
    /// One bit for each attribute of the element; none if there are many, or another one may be the
    /// same by another prefix.
    var bit: UInt64
    let next: Int
  }

  private static let elementsMax = 4096
  private static let attributesMax = 16_384
  private static let chainMax = 16
  private static let ownAttributesMax = 128

  private(set) var elements: [Element] = []
  private(set) var attributes: [Attribute] = []
  private var heads = [Int](repeating: -1, count: 1024)
  private let strings: XMLStrings
  private var scopes: XMLPlainScopes

  init(_ strings: XMLStrings) {
    self.strings = strings
    scopes = XMLPlainScopes(strings)
  }

  /// What the tag that was read last declares, as libxml2 shows it.
  var declarations: [UnsafePointer<xmlChar>?] { unsafe scopes.latest }

  /// Begins the scope of a tag with declarations; false if one is not plain.
  mutating func enterScope(
    _ text: Span<UInt8>, _ list: [XMLPlainAttribute]
  ) -> Bool { scopes.enter(text, list) }

  mutating func leaveScope() { scopes.leave() }

  /// Whether an attribute declares a namespace.
  static func declares(_ text: Span<UInt8>, _ name: Range<Int>) -> Bool {
    let start = name.lowerBound
    guard name.count >= 5, text[start] == UInt8(ascii: "x"), text[start + 1] == UInt8(ascii: "m"),
      text[start + 2] == UInt8(ascii: "l"), text[start + 3] == UInt8(ascii: "n"),
      text[start + 4] == UInt8(ascii: "s")
    else { return false }
    return name.count == 5 || text[start + 5] == UInt8(ascii: ":")
  }

  /// Whether a name is written again at a place.
  @inline(__always)
  static func isSame(_ text: Span<UInt8>, _ name: Range<Int>, _ place: Int) -> Bool {
    for index in 0..<name.count where text[name.lowerBound + index] != text[place + index] {
      return false
    }
    return true
  }

  /// Whether two attributes have the same name.
  func isSame(_ one: Int, _ other: Int) -> Bool {
    let (one, other) = (attributes[one], attributes[other])
    return unsafe one.local == other.local && one.uri == other.uri
  }

  /// The element of a name that was asked for before, if it stays whatever it says.
  @inline(__always)
  func passing(_ name: Range<Int>, _ hash: UInt32, _ text: Span<UInt8>) -> Int? {
    let (index, _) = find(name, hash, text)
    guard index >= 0, elements[index].passes, elements[index].scope == scopes.current else {
      return nil
    }
    return index
  }

  /// The element that is written like this, in whatever scope it was met, or -1; and how many others
  /// were looked at.
  @inline(__always)
  private func find(
    _ name: Range<Int>, _ hash: UInt32, _ text: Span<UInt8>
  ) -> (index: Int, others: Int) {
    var (index, others) = (heads[Int(hash & 1023)], 0)
    while index >= 0 {
      if elements[index].hash == hash, elements[index].name.count == name.count,
        XMLPlainNames.isSame(text, elements[index].name, name.lowerBound)
      {
        break
      }
      (index, others) = (elements[index].next, others + 1)
    }
    return (index, others)
  }

  /// The attribute of an element that is written like this; as above.
  @inline(__always)
  private func find(
    _ name: Range<Int>, _ hash: UInt32, of element: Int, _ text: Span<UInt8>
  ) -> (index: Int, others: Int) {
    var (index, others) = (elements[element].firstAttribute, 0)
    while index >= 0 {
      if attributes[index].hash == hash, attributes[index].name.count == name.count,
        XMLPlainNames.isSame(text, attributes[index].name, name.lowerBound)
      {
        break
      }
      (index, others) = (attributes[index].next, others + 1)
    }
    return (index, others)
  }

  /// Whether what was said about an attribute holds at the present place.
  private func isInScope(_ index: Int) -> Bool {
    unsafe attributes[index].prefix == nil || attributes[index].scope == scopes.current
  }

  /// An attribute that was asked for before.
  /// - Parameter seen: The bits of the attributes before it in the same tag.
  @inline(__always)
  func passing(
    _ name: Range<Int>, _ hash: UInt32, of element: Int, _ text: Span<UInt8>,
    _ seen: inout UInt64
  ) -> Int? {
    let (index, _) = find(name, hash, of: element, text)
    guard index >= 0, isInScope(index) else { return nil }
    let bit = attributes[index].bit
    guard bit != 0, seen & bit == 0 else { return nil }
    seen |= bit
    return index
  }

  /// The element of a name; nothing if its prefix is not declared, or there are too many names.
  mutating func element(
    _ name: Range<Int>, _ hash: UInt32, _ text: Span<UInt8>, _ run: inout XMLFilterRun
  ) -> Int? {
    let head = Int(hash & 1023)
    let (stale, chain) = find(name, hash, text)
    if stale >= 0, elements[stale].scope == scopes.current { return stale }
    guard let (local, prefix, uri) = unsafe resolve(name, text, isElement: true) else { return nil }
    if stale >= 0, unsafe elements[stale].uri == uri {
      elements[stale].scope = scopes.current
      return stale
    }
    guard chain < XMLPlainNames.chainMax, elements.count < XMLPlainNames.elementsMax else {
      return nil
    }
    let plan = unsafe run.plan(
      XMLStart(
        local: local, prefix: prefix, uri: uri, namespaceCount: 0, namespaces: nil,
        attributeCount: 0, attributes: nil))
    let isKept = if case .keep = plan.verdict { true } else { false }
    let next = stale >= 0 ? elements[stale].next : heads[head]
    let element = unsafe Element(
      name: name, hash: hash, scope: scopes.current, local: local, prefix: prefix, uri: uri,
      plan: .passUnretained(plan), isKept: isKept, isBare: plan.asks && plan.isBare,
      readsText: plan.readsText, passes: isKept && !plan.readsText, next: next)
    if stale >= 0 {
      elements[stale] = element
      return stale
    }
    elements.append(element)
    heads[head] = elements.count - 1
    return elements.count - 1
  }

  /// What is known about an attribute; nothing if its prefix is not declared, or there are too many.
  mutating func attribute(
    _ attribute: XMLPlainAttribute, of element: Int, _ text: Span<UInt8>,
    _ run: borrowing XMLFilterRun
  ) -> Int? {
    let (stale, count) = find(attribute.name, attribute.hash, of: element, text)
    if stale >= 0, isInScope(stale) { return stale }
    guard let (local, prefix, uri) = unsafe resolve(attribute.name, text, isElement: false),
      count < XMLPlainNames.ownAttributesMax, attributes.count < XMLPlainNames.attributesMax
    else { return nil }
    // The run keeps the plan until it ends.
    let plan = unsafe elements[element].plan.takeUnretainedValue()
    let known = plan.attribute(
      unsafe XMLNameKey(local, prefix, uri), run.judge,
      name: unsafe XMLStart.name(local, prefix, uri))
    let next = stale >= 0 ? attributes[stale].next : elements[element].firstAttribute
    let entry = unsafe Attribute(
      name: attribute.name, hash: attribute.hash, scope: scopes.current, local: local,
      prefix: prefix, uri: uri, verdict: known.verdict,
      bit: bit(local, uri, of: element, except: stale), next: next)
    if stale >= 0 {
      attributes[stale] = entry
      return stale
    }
    attributes.append(entry)
    elements[element].firstAttribute = attributes.count - 1
    return attributes.count - 1
  }

  /// A bit that no other attribute of the element has.
  private mutating func bit(
    _ local: UnsafePointer<xmlChar>?, _ uri: UnsafePointer<xmlChar>?, of element: Int,
    except stale: Int
  ) -> UInt64 {
    var (index, taken, isAlone) = (elements[element].firstAttribute, UInt64(0), true)
    while index >= 0 {
      if unsafe index != stale && attributes[index].local == local && attributes[index].uri == uri {
        attributes[index].bit = 0
        isAlone = false
      }
      taken |= attributes[index].bit
      index = attributes[index].next
    }
    return isAlone ? ~taken & (0 &- ~taken) : 0
  }

  /// The three parts of a name as shared strings; nothing if it is no name or undeclared.
  private mutating func resolve(
    _ name: Range<Int>, _ text: Span<UInt8>, isElement: Bool
  ) -> (
    local: UnsafePointer<xmlChar>?, prefix: UnsafePointer<xmlChar>?, uri: UnsafePointer<xmlChar>?
  )? {
    guard let colon = name.firstIndex(where: { text[$0] == UInt8(ascii: ":") }) else {
      let local = unsafe strings.shared(text.extracting(name))
      return unsafe (local, nil, isElement ? scopes.uri(of: nil) ?? nil : nil)
    }
    let local = (colon + 1)..<name.upperBound
    guard colon > name.lowerBound, !local.isEmpty, XMLByteClasses.startsName(text[colon + 1]),
      !local.contains(where: { text[$0] == UInt8(ascii: ":") })
    else { return nil }
    let prefix = unsafe strings.shared(text.extracting(name.lowerBound..<colon))
    guard let found = unsafe scopes.uri(of: prefix), let uri = unsafe found else { return nil }
    return unsafe (strings.shared(text.extracting(local)), prefix, uri)
  }
}
