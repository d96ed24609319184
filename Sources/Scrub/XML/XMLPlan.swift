// What is remembered about a name, and the tag as libxml2 hands it over.

import CXML
import ScrubContract
import XMLText

/// A name as the addresses of its three parts, which one parser shares between all uses of a name.
struct XMLNameKey: Hashable {
  private let local: UInt
  private let prefix: UInt
  private let uri: UInt

  /// A small number, never negative.
  var hash: Int { Int((local ^ local &>> 6 ^ prefix &<< 1) & 0xffff) }

  init(
    _ local: UnsafePointer<xmlChar>?, _ prefix: UnsafePointer<xmlChar>?,
    _ uri: UnsafePointer<xmlChar>?
  ) {
    // Only compared, never followed.
    (self.local, self.prefix, self.uri) = (
      UInt(bitPattern: local), UInt(bitPattern: prefix), UInt(bitPattern: uri)
    )
  }
}

/// The answers about one element name.
final class XMLPlan {
  /// The answer about one attribute.
  struct Attribute {
    fileprivate let key: XMLNameKey
    let verdict: XMLAttributeVerdict
    /// What is written before its value.
    let opening: [UInt8]
  }

  let name: XMLName
  /// The name with its prefix.
  let text: [UInt8]
  let verdict: XMLVerdict
  let readsText: Bool
  /// Whether the judge decides about a tag whose attributes matter to nobody by its name and place.
  let isBare: Bool
  fileprivate var attributes: [Attribute] = []

  init(_ name: XMLName, _ judge: any XMLJudge) {
    self.name = name
    text = name.written
    verdict = judge.verdict(on: name)
    readsText = judge.readsText(of: name)
    isBare = judge.decidesBare(name)
  }

  /// The answer about an attribute, which is asked for once.
  func attribute(
    _ key: XMLNameKey, _ judge: any XMLJudge, name: @autoclosure () -> XMLName
  ) -> Attribute {
    for place in attributes.indices where attributes[place].key == key { return attributes[place] }
    let name = name()
    let known = Attribute(
      key: key, verdict: judge.verdict(on: name, of: self.name),
      opening: [UInt8(ascii: " ")] + name.written + "=\"".utf8)
    // A document with endless names is not worth remembering.
    if attributes.count < 64 { attributes.append(known) }
    return known
  }

  /// The name with its prefix and another local part.
  func text(named local: String) -> [UInt8] {
    local == name.local ? text : name.renamed(local).written
  }

  /// Whether the judge wants to see every tag.
  var asks: Bool { if case .ask = verdict { true } else { false } }
}

extension XMLName {
  /// The name with its prefix.
  fileprivate var written: [UInt8] {
    prefix.isEmpty ? Array(local.utf8) : Array(prefix.utf8) + [UInt8(ascii: ":")] + local.utf8
  }
}

/// An element whose end has not come. Small and without references that are counted, since a large
/// sheet opens millions.
@safe struct XMLOpenElement {
  enum State {
    case kept
    case held
    case unwrapped
    case gone
  }

  // The run keeps every plan that it made until it ends.
  private let unmanaged: Unmanaged<XMLPlan>?
  let state: State
  /// Whether another name was written than the one of the plan.
  var isRenamed = false
  /// Whether the judge reads the text directly inside.
  let readsText: Bool
  /// Where a held element began, and whether its parent's tag was still open there.
  var position = 0
  var wasTagOpen = false

  init(_ plan: XMLPlan?, _ state: State) {
    unsafe unmanaged = plan.map { unsafe Unmanaged.passUnretained($0) }
    self.state = state
    readsText = plan?.readsText ?? false
  }

  init(_ plan: Unmanaged<XMLPlan>, _ state: State, readsText: Bool) {
    unsafe unmanaged = plan
    self.state = state
    self.readsText = readsText
  }

  var plan: XMLPlan? { unsafe unmanaged?.takeUnretainedValue() }

  /// Whether its tags went and its content stays.
  var isUnwrapped: Bool { state == .unwrapped }
}

/// A start tag during the call in which libxml2 shows it; all pointers are libxml2's.
@unsafe struct XMLStart {
  let local: UnsafePointer<xmlChar>?
  let prefix: UnsafePointer<xmlChar>?
  let uri: UnsafePointer<xmlChar>?
  let namespaceCount: Int
  let namespaces: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
  let attributeCount: Int
  /// Five pointers each: name, prefix, namespace, begin and end of the value.
  let attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?

  var name: XMLName {
    unsafe XMLStart.name(local, prefix, uri)
  }

  static func name(
    _ local: UnsafePointer<xmlChar>?, _ prefix: UnsafePointer<xmlChar>?,
    _ uri: UnsafePointer<xmlChar>?
  ) -> XMLName {
    unsafe XMLName(prefix: string(prefix), local: string(local), namespace: string(uri))
  }

  /// The namespaces that the tag declares.
  var declarations: [(prefix: String, uri: String)] {
    guard let namespaces = unsafe namespaces else { return [] }
    return unsafe (0..<namespaceCount).map { index in
      unsafe (XMLStart.string(namespaces[2 * index]), XMLStart.string(namespaces[2 * index + 1]))
    }
  }

  /// Whether an attribute is there about which the judge wants to see the whole tag.
  func needsAsking(_ plan: XMLPlan, _ judge: any XMLJudge) -> Bool {
    for index in unsafe 0..<attributeCount {
      if case .ask = unsafe known(index, plan, judge).verdict { return true }
    }
    return false
  }

  /// The tag without the attributes that go; those to be asked about are in it.
  func tag(_ plan: XMLPlan, _ judge: any XMLJudge) -> XMLTag {
    var list: [XMLAttribute] = []
    for index in unsafe 0..<attributeCount {
      if case .drop = unsafe known(index, plan, judge).verdict { continue }
      let isPath = unsafe judge.blanksPaths && LocalPath.isIn(valueBytes(index))
      unsafe list.append(
        XMLAttribute(name: attributeName(index), value: isPath ? "" : value(index)))
    }
    return XMLTag(name: plan.name, attributes: list)
  }

  /// Counts the attributes that go.
  func countDropped(
    _ plan: XMLPlan, _ judge: any XMLJudge, _ tally: inout CarrierTally,
    _ excerpts: inout XMLExcerpts
  ) {
    for index in unsafe 0..<attributeCount {
      if case .drop(let carrier) = unsafe known(index, plan, judge).verdict {
        unsafe count(index, carrier, &tally, &excerpts)
      }
    }
  }

  private func count(
    _ index: Int, _ carrier: CarrierClass?, _ tally: inout CarrierTally,
    _ excerpts: inout XMLExcerpts
  ) {
    guard let carrier else { return }
    tally.add(carrier)
    guard tally.collectsExcerpts else { return }
    unsafe excerpts.show(
      carrier, Array(value(index).utf8), named: attributeName(index).local, &tally)
  }

  func writeAttributes(
    _ plan: XMLPlan, _ judge: any XMLJudge, blanksPaths: Bool, to output: inout XMLOutput,
    _ tally: inout CarrierTally, _ excerpts: inout XMLExcerpts
  ) {
    for index in unsafe 0..<attributeCount {
      let known = unsafe known(index, plan, judge)
      if case .drop(let carrier) = known.verdict {
        unsafe count(index, carrier, &tally, &excerpts)
        continue
      }
      output.append(name: known.opening)
      let value = unsafe valueBytes(index)
      if unsafe blanksPaths && LocalPath.isIn(value) {
        unsafe count(index, .localPath, &tally, &excerpts)
      } else {
        unsafe output.append(escaping: value, isAttribute: true)
      }
      output.append(UInt8(ascii: "\""))
    }
  }

  private func known(
    _ index: Int, _ plan: XMLPlan, _ judge: any XMLJudge
  ) -> XMLPlan.Attribute {
    let key = unsafe XMLNameKey(
      attributes?[5 * index], attributes?[5 * index + 1], attributes?[5 * index + 2])
    return plan.attribute(key, judge, name: unsafe attributeName(index))
  }

  func attributeName(_ index: Int) -> XMLName {
    guard let attributes = unsafe attributes else { return XMLName(local: "") }
    return unsafe XMLStart.name(
      attributes[5 * index], attributes[5 * index + 1], attributes[5 * index + 2])
  }

  func value(_ index: Int) -> String {
    unsafe String(decoding: valueBytes(index), as: UTF8.self)
  }

  private func valueBytes(_ index: Int) -> UnsafeBufferPointer<UInt8> {
    guard let attributes = unsafe attributes, let start = unsafe attributes[5 * index + 3],
      let end = unsafe attributes[5 * index + 4]
    else { return unsafe UnsafeBufferPointer(start: nil, count: 0) }
    return unsafe UnsafeBufferPointer(start: start, count: end - start)
  }

  private static func string(_ text: UnsafePointer<xmlChar>?) -> String {
    guard let text = unsafe text else { return "" }
    return unsafe String(cString: text)
  }
}
