// What a format says about the names in its XML. The filter asks once per name and remembers the
// answer; only where the answer depends on values it asks for every single tag.

import ScrubContract
import XMLText

/// What happens to an element.
enum XMLVerdict {
  /// Its tags and what is inside stay.
  case keep
  /// It goes with everything inside, and is counted if it has a class.
  case drop(CarrierClass?)
  /// Its tags go, what is inside stays.
  case unwrap(CarrierClass?)
  /// It stays for now; at its end the judge says whether it stays for good.
  case hold
  /// The judge looks at the whole tag.
  case ask
}

/// What happens to an attribute.
enum XMLAttributeVerdict {
  case keep
  case drop(CarrierClass?)
  /// The judge looks at the whole tag.
  case ask
}

/// A start tag whose attributes may be changed.
struct XMLTag {
  /// The name; only the part behind the prefix may be changed.
  var name: XMLName
  var attributes: [XMLAttribute]

  /// The value of an attribute.
  func value(_ local: String, _ namespace: String = "") -> String? {
    attributes.first { $0.name.local == local && $0.name.namespace == namespace }?.value
  }

  /// Replaces the value of an attribute, or removes the attribute.
  mutating func set(_ local: String, _ namespace: String = "", to value: String?) {
    guard
      let index = attributes.firstIndex(where: {
        $0.name.local == local && $0.name.namespace == namespace
      })
    else { return }
    if let value {
      attributes[index] = XMLAttribute(name: attributes[index].name, value: value)
    } else {
      attributes.remove(at: index)
    }
  }
}

/// The rules of one XML document.
protocol XMLJudge: AnyObject {
  /// Whether declarations of the namespace stay; what is in another one must go.
  func knows(namespace: String) -> Bool

  /// What happens to elements of this name.
  func verdict(on element: XMLName) -> XMLVerdict

  /// What happens to attributes of this name.
  func verdict(on attribute: XMLName, of element: XMLName) -> XMLAttributeVerdict

  /// Looks at a tag for which a verdict was to ask; `ask` as an answer means keep.
  func decide(_ tag: inout XMLTag, at place: XMLPlace) throws(ScrubError) -> XMLVerdict

  /// Whether `decide(bare:inside:)` is asked about tags of this name that have no attribute for which
  /// a verdict is to ask.
  func decidesBare(_ element: XMLName) -> Bool

  /// Decides about a tag by its name and the element around it; never to drop or to unwrap.
  func decide(bare element: XMLName, inside parent: XMLName?) -> XMLVerdict

  /// Whether an element that was held stays; `inside` is what was written between its tags, alive for
  /// the call.
  func stays(_ element: XMLName, inside: UnsafeBufferPointer<UInt8>) throws(ScrubError) -> Bool

  /// Whether attributes whose values hold a local path stay, with an empty value.
  var blanksPaths: Bool { get }

  /// Whether pieces of what goes are collected.
  var collectsExcerpts: Bool { get }

  /// Whether text directly inside such elements is shown to `text(_:in:)` before it is written.
  func readsText(of element: XMLName) -> Bool

  /// What is written in place of a text; nothing to leave it out.
  func text(_ text: String, in element: XMLName) throws(ScrubError) -> String?
}

extension XMLJudge {
  var blanksPaths: Bool { false }
  var collectsExcerpts: Bool { false }
  func decidesBare(_ element: XMLName) -> Bool { false }
  func decide(bare element: XMLName, inside parent: XMLName?) -> XMLVerdict { .keep }
  func readsText(of element: XMLName) -> Bool { false }
  func text(_ text: String, in element: XMLName) throws(ScrubError) -> String? { text }

  /// What is empty but for white space goes.
  func stays(_ element: XMLName, inside: UnsafeBufferPointer<UInt8>) throws(ScrubError) -> Bool {
    unsafe !XMLBlank.isBlank(inside)
  }
}

/// White space.
enum XMLBlank {
  /// Whether there is nothing else.
  static func isBlank(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    unsafe bytes.allSatisfy { $0 == 0x20 || (0x09...0x0d).contains($0) }
  }
}

/// Where a tag stands.
struct XMLPlace {
  /// The prefixes of known namespaces that are declared.
  let scope: XMLScope
  /// The element around the tag, whether its own tags stay or not; nothing around the first one.
  let parent: XMLName?
  /// The element around the parent.
  let grandparent: XMLName?
}

/// The prefixes that are declared at a place of a document and written.
struct XMLScope {
  private(set) var prefixes: [(prefix: String, depth: Int)] = []

  /// Whether a prefix is declared.
  func contains(_ prefix: String) -> Bool { prefixes.contains { $0.prefix == prefix } }

  mutating func declare(_ prefix: String, depth: Int) { prefixes.append((prefix, depth)) }

  mutating func leave(depth: Int) {
    while let last = prefixes.last, last.depth >= depth { prefixes.removeLast() }
  }
}
