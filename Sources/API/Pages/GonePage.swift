// The page of a link that does not work: what happened and what to do, in the reader's words.

import Wire

/// A page for people who followed a dead link.
enum GonePage {
  /// The page of a problem; codes that a customer cannot meet share one text.
  static func page(for code: ProblemCode) -> HTMLPage {
    let (heading, advice) = text(for: code)
    return HTMLPage(
      title: heading,
      content: "<h1>\(HTML.escape(heading))</h1>\n<p>\(HTML.escape(advice))</p>")
  }

  private static func text(for code: ProblemCode) -> (String, String) {
    switch code {
    case .linkExpired:
      (
        "This link has expired",
        "Links work for a short time only. Please ask the sender for a new one."
      )
    case .linkUsedUp:
      (
        "This link has already been used",
        "It was made for a limited number of downloads. Please ask the sender for a new one."
      )
    case .linkRevoked:
      ("This link was withdrawn", "The sender took it back. Please ask them for a new one.")
    case .versionSuperseded:
      (
        "There is a newer version of this file",
        "The link leads to an older one. Please ask the sender for a link to the new version."
      )
    case .versionWithdrawn:
      (
        "This file was withdrawn",
        "The sender took it back. Please ask them whether there is a new one."
      )
    case .linkUnavailable, .versionUnavailable:
      ("This file is not available", "Please ask the sender for a new link.")
    case .formRefused:
      ("Please try once more", "Open the link again and press the button on the page.")
    case .rateLimited, .overloaded, .draining, .storeUnavailable, .objectStoreUnavailable:
      ("Please try again in a moment", "The service is busy. Your link is still good.")
    default:
      (
        "This link does not work",
        "Part of it may be missing. Please copy the whole link, or ask the sender for a new one."
      )
    }
  }
}
