// The page of a link that does not work: what happened and what to do, in the reader's words.

import Base
import Delivery
import Wire

/// A page for people who followed a dead link.
enum GonePage {
  /// The page of a problem; codes that a customer cannot meet share one text.
  /// - Parameter end: What is known of the link; nothing for links that nobody issued.
  static func page(for code: ProblemCode, _ end: LinkEnd?, _ texts: PageTexts) -> HTMLPage {
    let text = texts.gone(reason(of: code, end), end?.sender.name ?? texts.theSender)
    return HTMLPage(
      language: texts.tag, title: text.heading, sender: end?.sender,
      content: "<h1>\(HTML.escape(text.heading))</h1>\n<p>\(HTML.escape(text.advice))</p>",
      style: PageStyle.text(end?.sender.brand.colour))
  }

  /// Whether who sent the link may be told: only its holder can learn that it is dead.
  static func namesSender(_ code: ProblemCode) -> Bool {
    switch code {
    case .linkExpired, .linkUsedUp, .linkRevoked, .linkUnavailable, .versionSuperseded,
      .versionWithdrawn, .versionNotYetValid, .versionUnavailable:
      true
    default: false
    }
  }

  private static func reason(of code: ProblemCode, _ end: LinkEnd?) -> GoneReason {
    switch code {
    case .linkExpired: .expired
    case .linkUsedUp: .usedUp
    case .linkRevoked: .revoked
    case .versionSuperseded: .superseded
    case .versionWithdrawn: .withdrawn
    case .versionNotYetValid: .notYet(end?.validFrom.map { CalendarParts($0) })
    case .linkUnavailable, .versionUnavailable: .unavailable
    case .formRefused: .form
    case .rateLimited, .overloaded, .draining, .storeUnavailable, .storeFull,
      .objectStoreUnavailable, .downloadsBusy, .conflict, .requestTimeout:
      .busy
    case .methodNotAllowed, .mediaTypeUnsupported, .bodyTooLarge: .strange
    default: .unknown
    }
  }
}
