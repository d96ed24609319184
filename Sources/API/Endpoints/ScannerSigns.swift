// Signs that a program looks at a link before a person does: prefetchers say so in a field, mail
// scanners and previews in their name. A wrong guess costs a person one click, never a download.

import HTTPMessage

enum ScannerSigns {
  /// Whether a request carries a sign.
  static func appear(in request: HTTPRequest) -> Bool {
    for field in ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"] {
      if let value = request.fields[field]?.lowercased(),
        value.contains("prefetch") || value.contains("preview")
      {
        return true
      }
    }
    guard let agent = request.fields[.userAgent]?.lowercased() else { return false }
    return agents.contains { agent.contains($0) }
  }

  /// Parts of names that mail scanners, previews and crawlers give themselves, in lower case.
  private static let agents = [
    "bot", "crawler", "spider", "preview", "facebookexternalhit", "whatsapp", "slack-imgproxy",
    "skypeuri", "safelinks", "barracuda", "proofpoint", "mimecast", "urldefense", "symantec",
    "forcepoint", "trendmicro", "google-safety",
  ]
}
