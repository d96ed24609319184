// What files may do that a browser shows.

import HTTPMessage
import Testing

@Suite struct ShownFileTests {
  @Test(arguments: [
    "image/svg+xml", "text/html", "application/pdf", "image/png", "binary/octet-stream", "",
    "application/xhtml+xml; charset=utf-8", "text/video/", "x-audio/wav",
  ])
  func `a file that could hold a script gets no script, no request and no origin`(type: String) {
    let rules = rules(of: type)
    #expect(rules["default-src"] == "'none'" && rules["sandbox"] == "")
    #expect(
      rules["script-src"] == nil && rules["connect-src"] == nil && rules["form-action"] == nil)
  }

  @Test(arguments: ["video/mp4", "audio/wav", "AUDIO/MPEG"])
  func `films and sounds keep the origin that their player needs, and nothing else`(type: String) {
    let rules = rules(of: type)
    #expect(rules["default-src"] == "'none'" && rules["media-src"] == "'self'")
    #expect(rules["sandbox"] == "allow-same-origin" && rules["script-src"] == nil)
  }

  /// The directives by name.
  private func rules(of type: String) -> [String: String] {
    let parts = ShownFile.contentSecurityPolicy(mediaType: type).split(separator: "; ").map {
      $0.split(separator: " ", maxSplits: 1).map(String.init)
    }
    return Dictionary(
      parts.map { ($0[0], $0.count > 1 ? $0[1] : "") }, uniquingKeysWith: { a, _ in a })
  }
}
