// The page of a link that delivers on a press of its button. It says who sends, what waits and until
// when; it names no document, since mail scanners read pages, unless the tenant's policy says so.

import Base
import Delivery

/// What the landing page shows.
struct LandingPage: Sendable {
  let link: LinkPage

  /// The value that the form must bring back together with the cookie.
  let nonce: String

  let texts: PageTexts

  var page: HTMLPage {
    let secondsLeft = (link.expiresAt.milliseconds - link.moment.milliseconds) / 1000
    let clock = (1...PageStyle.clockSecondsMax).contains(secondsLeft) ? secondsLeft : nil
    var rows = [(String, String)]()
    func add(_ name: String, _ value: String) { rows.append((name, HTML.escape(value))) }
    if let title = link.title { add(texts.document, title) }
    add(texts.kind, texts.words(for: link.mediaType))
    add(texts.size, texts.sizeClass(link.size))
    rows.append((texts.until, until(hasClock: clock != nil)))
    if let usesLeft = link.usesLeft { add(texts.downloadsLeft, String(usesLeft)) }
    let list = rows.map { "<dt>\(HTML.escape($0.0))</dt><dd>\($0.1)</dd>\n" }.joined()
    let newer =
      link.isSuperseded ? "<p class=\"note\">\(HTML.escape(texts.newerVersion))</p>\n" : ""
    let counted =
      link.usesLeft == nil
      ? ""
      : "\n<p class=\"small\">\(HTML.escape(texts.lookingIsFree)) "
        + "\(HTML.escape(texts.breaksOff))</p>"
    return HTMLPage(
      language: texts.tag, title: texts.ready, sender: link.sender,
      content: """
        <h1>\(HTML.escape(texts.ready))</h1>
        <p>\(HTML.escape(texts.from(link.sender.name)))</p>
        \(newer)<dl>
        \(list)</dl>
        <form method="post"><input type="hidden" name="nonce" value="\(HTML.escape(nonce))">
        <button type="submit">\(HTML.escape(texts.download))</button></form>\(counted)
        """,
      style: PageStyle.text(link.sender.brand.colour, secondsLeft: clock))
  }

  /// The moment for every reader; the clock beside it is for those who see it run.
  private func until(hasClock: Bool) -> String {
    let moment = HTML.escape(texts.moment(CalendarParts(link.expiresAt)))
    return "<time datetime=\"\(link.expiresAt)\">\(moment)</time>"
      + (hasClock
        ? "<span class=\"clock\" aria-hidden=\"true\">\(HTML.escape(texts.timeLeft))</span>" : "")
  }
}
