// Pieces of what the filter of XML removes, for a person who looks at what a document gives away: of an
// element its attributes and all text inside, of an attribute its value.

import CXML
import ScrubContract
import XMLText

/// Collects what one element that goes says, and shows it at its end.
struct XMLExcerpts {
  /// Of one class in one document, so that a long list of changes leaves room for the rest.
  private static let countMax = 16
  private static let bytesMax = 1024

  private var counts: [CarrierClass: Int] = [:]
  private var carrier: CarrierClass?
  private var name = ""
  private var pieces: [String] = []
  /// Whether the last piece is text, which may come in several parts.
  private var endsInText = false
  private var bytesLeft = 0

  /// Begins with an element that goes.
  mutating func begin(_ carrier: CarrierClass, _ element: XMLStart) {
    (self.carrier, pieces, bytesLeft) = (carrier, [], XMLExcerpts.bytesMax)
    endsInText = false
    name = unsafe element.name.local
    unsafe add(attributesOf: element)
  }

  /// An element inside the one that goes.
  mutating func add(attributesOf element: XMLStart) {
    guard carrier != nil else { return }
    for (name, value) in unsafe element.values { add("\(name)=\(value)", isText: false) }
    endsInText = false
  }

  /// Text inside the element that goes.
  mutating func add(text: UnsafeBufferPointer<UInt8>) {
    guard carrier != nil else { return }
    unsafe add(String(decoding: text.prefix(XMLExcerpts.bytesMax), as: UTF8.self), isText: true)
  }

  /// The element that goes is over.
  mutating func end(_ tally: inout CarrierTally) {
    guard let carrier else { return }
    let shown = pieces.map(XMLExcerpts.line).filter { !$0.isEmpty }
    show(carrier, Array(shown.joined(separator: " · ").utf8), named: name, &tally)
    self.carrier = nil
  }

  /// Shows something that goes by itself.
  mutating func show(
    _ carrier: CarrierClass, _ bytes: [UInt8], named name: String?, _ tally: inout CarrierTally
  ) {
    // Numbers of revisions and paragraphs tell nobody anything, and there are thousands.
    guard carrier != .identifier, counts[carrier, default: 0] < XMLExcerpts.countMax else { return }
    counts[carrier, default: 0] += 1
    tally.show(carrier, bytes, named: name)
  }

  private mutating func add(_ text: String, isText: Bool) {
    guard bytesLeft > 0 else { return }
    bytesLeft -= text.utf8.count + 1
    if isText, endsInText, !pieces.isEmpty {
      pieces[pieces.count - 1] += text
    } else {
      pieces.append(text)
    }
    endsInText = isText
  }

  /// The words of a piece in one line.
  private static func line(_ piece: String) -> String {
    piece.unicodeScalars.split { !CarrierExcerpt.isPrintable($0) || $0 == " " }
      .map { String($0) }.joined(separator: " ")
  }
}

extension XMLStart {
  /// The attributes by their local names.
  var values: [(name: String, value: String)] {
    unsafe (0..<attributeCount).map { index in
      unsafe (attributeName(index).local, value(index))
    }
  }
}

/// Shows all elements that lie a number of levels deep in a part that goes as a whole.
final class XMLListing: XMLJudge {
  let collectsExcerpts = true
  private let carrier: CarrierClass
  private let isOuter: (XMLPlace) -> Bool

  private init(_ carrier: CarrierClass, isOuter: @escaping (XMLPlace) -> Bool) {
    self.carrier = carrier
    self.isOuter = isOuter
  }

  /// What the part says; nothing if it is no XML.
  /// - Parameter depth: 1 for the elements in the outermost one, 2 for those inside.
  static func tally(_ carrier: CarrierClass, _ bytes: [UInt8], depth: Int = 1) -> CarrierTally {
    let listing = XMLListing(carrier) { place in
      depth == 1 ? place.parent == nil : place.grandparent == nil
    }
    do throws(ScrubError) {
      return try XMLFilter.run(judge: listing, bytes).tally
    } catch {
      // Nothing is decided here: the part goes, whatever it is.
      return CarrierTally()
    }
  }

  func knows(namespace: String) -> Bool { true }
  func verdict(on element: XMLName) -> XMLVerdict { .ask }
  func verdict(on attribute: XMLName, of element: XMLName) -> XMLAttributeVerdict { .keep }

  func decide(_ tag: inout XMLTag, at place: XMLPlace) throws(ScrubError) -> XMLVerdict {
    isOuter(place) ? .keep : .drop(carrier)
  }
}
