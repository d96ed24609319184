// The rules of XML whose elements are content: everything stays but comments and instructions, which
// the filter drops, and some elements refuse the document.

import ScrubContract
import XMLText

/// Keeps what is written and refuses what must not be there.
final class PlainXMLJudge: XMLJudge {
  let blanksPaths = false
  let collectsExcerpts: Bool
  private let isRefused: (XMLName) -> Bool
  private let refusal: ScrubError

  /// - Parameter isRefused: Which elements throw `refusal`.
  init(
    _ refusal: ScrubError, collectsExcerpts: Bool = false,
    at isRefused: @escaping (XMLName) -> Bool
  ) {
    self.collectsExcerpts = collectsExcerpts
    self.refusal = refusal
    self.isRefused = isRefused
  }

  /// Pages and drawings in the XML would be shown by browsers.
  static func withoutPages(collectsExcerpts: Bool = false) -> PlainXMLJudge {
    let shown = [SVGNames.svg, SVGNames.xhtml]
    return PlainXMLJudge(shownInside, collectsExcerpts: collectsExcerpts) {
      shown.contains($0.namespace)
    }
  }

  static let shownInside = ScrubError(
    .encodingNotSupported, "The document holds a page or a drawing.")

  func knows(namespace: String) -> Bool { true }

  func verdict(on element: XMLName) -> XMLVerdict { isRefused(element) ? .ask : .keep }

  func verdict(on attribute: XMLName, of element: XMLName) -> XMLAttributeVerdict { .keep }

  func decide(_ tag: inout XMLTag, at place: XMLPlace) throws(ScrubError) -> XMLVerdict {
    throw refusal
  }
}
