// The page of a link that counts its uses. It says what waits behind the button and until when; it
// names no document, since mail scanners read pages, unless the tenant's policy says so.

import Base
import Delivery

/// What the landing page shows.
struct LandingPage: Sendable {
  /// The document's title, where policy lets it be shown.
  let title: String?

  /// The media type of the file.
  let mediaType: MediaType

  /// The size in bytes; shown as a class, not exactly.
  let size: Int64

  let expiresAt: Timestamp

  /// Uses that are left, this one included.
  let usesLeft: Int?

  /// The value that the form must bring back together with the cookie.
  let nonce: String

  var page: HTMLPage {
    var rows = [(String, String)]()
    if let title { rows.append(("Document", title)) }
    rows.append(("Kind", mediaType.words))
    rows.append(("Size", Self.sizeClass(size)))
    rows.append(("Available until", Self.readable(expiresAt)))
    if let usesLeft { rows.append(("Downloads left", String(usesLeft))) }
    let list = rows.map { "<dt>\(HTML.escape($0.0))</dt><dd>\(HTML.escape($0.1))</dd>" }.joined()
    return HTMLPage(
      title: "Your file is ready",
      content: """
        <h1>Your file is ready</h1>
        <p>Press the button to download it.</p>
        <dl>\(list)</dl>
        <form method="post"><input type="hidden" name="nonce" value="\(HTML.escape(nonce))">
        <button type="submit">Download</button></form>
        <p><small>Opening this page does not count as a download.</small></p>
        """)
  }

  /// The size as people need it to decide whether to wait for Wi-Fi.
  static func sizeClass(_ bytes: Int64) -> String {
    switch bytes {
    case ..<1_000_000: "less than 1 MB"
    case ..<10_000_000: "1 to 10 MB"
    case ..<100_000_000: "10 to 100 MB"
    case ..<1_000_000_000: "100 MB to 1 GB"
    default: "more than 1 GB"
    }
  }

  /// Such as `21 November 2026, 09:56 UTC`.
  static func readable(_ moment: Timestamp) -> String {
    let parts = CalendarParts(moment)
    let clock = [parts.hour, parts.minute].map { $0 < 10 ? "0\($0)" : "\($0)" }
    return "\(parts.day) \(months[parts.month - 1]) \(parts.year), "
      + clock.joined(separator: ":") + " UTC"
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
}
