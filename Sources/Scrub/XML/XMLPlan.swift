// What is remembered about a name, and the tag as libxml2 hands it over.

import CXML
import ScrubContract
import XMLText

/// A name as the addresses of its three parts, which one parser shares between all uses of a name.
struct XMLNameKey: Hashable {
  private let local: UInt
  private let prefix: UInt
  private let uri: UInt

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
  let name: XMLName
  /// The name with its prefix.
  let text: String
  let verdict: XMLVerdict
  let readsText: Bool
  fileprivate var attributes: [(key: XMLNameKey, verdict: XMLAttributeVerdict)] = []

  init(_ name: XMLName, _ judge: any XMLJudge) {
    self.name = name
    text = name.prefix.isEmpty ? name.local : name.prefix + ":" + name.local
    verdict = judge.verdict(on: name)
    readsText = judge.readsText(of: name)
  }

  /// The name with its prefix and another local part.
  func text(named local: String) -> String {
    if local == name.local { return text }
    return name.prefix.isEmpty ? local : name.prefix + ":" + local
  }

  /// Whether the judge wants to see every tag.
  var asks: Bool { if case .ask = verdict { true } else { false } }
}

/// An element whose end has not come.
struct XMLOpenElement {
  enum State: Equatable {
    case kept
    /// With the place where it began, and whether its parent's tag was still open there.
    case held(position: Int, wasTagOpen: Bool)
    case unwrapped
    case gone
  }

  let plan: XMLPlan?
  let state: State
  /// The name that was written.
  let text: String

  init(_ plan: XMLPlan?, _ state: State, _ text: String = "") {
    (self.plan, self.state, self.text) = (plan, state, text)
  }
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
    unsafe XMLName(
      prefix: XMLStart.string(prefix), local: XMLStart.string(local),
      namespace: XMLStart.string(uri))
  }

  func forEachNamespace(_ body: (_ prefix: String, _ uri: String) -> Void) {
    guard let namespaces = unsafe namespaces else { return }
    for index in unsafe 0..<namespaceCount {
      unsafe body(
        XMLStart.string(namespaces[2 * index]), XMLStart.string(namespaces[2 * index + 1]))
    }
  }

  /// Whether an attribute is there about which the judge wants to see the whole tag.
  func needsAsking(_ plan: XMLPlan, _ judge: any XMLJudge) -> Bool {
    for index in unsafe 0..<attributeCount {
      if case .ask = unsafe verdict(index, plan, judge) { return true }
    }
    return false
  }

  /// The tag without the attributes that go; those to be asked about are in it.
  func tag(_ plan: XMLPlan, _ judge: any XMLJudge) -> XMLTag {
    var list: [XMLAttribute] = []
    for index in unsafe 0..<attributeCount {
      if case .drop = unsafe verdict(index, plan, judge) { continue }
      let isPath = unsafe judge.blanksPaths && LocalPath.isIn(valueBytes(index))
      unsafe list.append(
        XMLAttribute(name: attributeName(index), value: isPath ? "" : value(index)))
    }
    return XMLTag(name: plan.name, attributes: list)
  }

  /// The classes of the attributes that go.
  func dropped(_ plan: XMLPlan, _ judge: any XMLJudge) -> [CarrierClass] {
    unsafe (0..<attributeCount).compactMap { index in
      if case .drop(let carrier) = unsafe verdict(index, plan, judge) { carrier } else { nil }
    }
  }

  func writeAttributes(
    _ plan: XMLPlan, _ judge: any XMLJudge, to output: inout XMLOutput, _ tally: inout CarrierTally
  ) {
    guard let attributes = unsafe attributes else { return }
    for index in unsafe 0..<attributeCount {
      if case .drop(let carrier) = unsafe verdict(index, plan, judge) {
        if let carrier { tally.add(carrier) }
        continue
      }
      output.append(UInt8(ascii: " "))
      if let prefix = unsafe attributes[5 * index + 1] {
        unsafe output.append(name: XMLStart.bytes(prefix))
        output.append(UInt8(ascii: ":"))
      }
      if let local = unsafe attributes[5 * index] {
        unsafe output.append(name: XMLStart.bytes(local))
      }
      output.append("=\"")
      let value = unsafe valueBytes(index)
      if unsafe judge.blanksPaths && LocalPath.isIn(value) {
        tally.add(.localPath)
      } else {
        unsafe output.append(escaping: value, isAttribute: true)
      }
      output.append(UInt8(ascii: "\""))
    }
  }

  func verdict(_ index: Int, _ plan: XMLPlan, _ judge: any XMLJudge) -> XMLAttributeVerdict {
    guard let attributes = unsafe attributes else { return .keep }
    let key = unsafe XMLNameKey(
      attributes[5 * index], attributes[5 * index + 1], attributes[5 * index + 2])
    for known in plan.attributes where known.key == key { return known.verdict }
    let verdict = unsafe judge.verdict(on: attributeName(index), of: plan.name)
    // A document with endless names is not worth remembering.
    if plan.attributes.count < 64 { plan.attributes.append((key, verdict)) }
    return verdict
  }

  private func attributeName(_ index: Int) -> XMLName {
    guard let attributes = unsafe attributes else { return XMLName(local: "") }
    return unsafe XMLName(
      prefix: XMLStart.string(attributes[5 * index + 1]),
      local: XMLStart.string(attributes[5 * index]),
      namespace: XMLStart.string(attributes[5 * index + 2]))
  }

  private func value(_ index: Int) -> String {
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

  private static func bytes(_ text: UnsafePointer<xmlChar>) -> UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(start: text, count: Int(xmlStrlen(text)))
  }
}
