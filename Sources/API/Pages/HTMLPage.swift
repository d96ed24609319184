// The frame of the few pages that a customer sees: no script, no outside resource, one inline style
// sheet whose hash is in the policy, one picture inside of the page. Whatever comes from outside goes
// through `HTML.escape`.

import Base
import Cryptography
import Delivery

/// Text inside of HTML.
enum HTML {
  /// The text with the five characters escaped that mean something in elements and attributes.
  static func escape(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for character in text.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}

/// A whole page.
struct HTMLPage: Sendable {
  /// Pages are filled up to a multiple of this, so that their length tells little.
  static let bytesStep = 4096

  /// The tag of its language.
  let language: String
  let title: String
  /// Who sends, where that may be told.
  let sender: LinkSender?
  /// The markup inside of `main`, escaped by its maker.
  let content: String
  /// The style sheet.
  let style: String

  /// The bytes to send.
  var bytes: [UInt8] {
    var bytes = Array(
      """
      <!doctype html>
      <html lang="\(language)">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="robots" content="noindex, nofollow, noarchive">
      <meta name="color-scheme" content="light dark">
      <title>\(HTML.escape(title))</title>
      <style>\(style)</style>
      </head>
      <body>
      <div class="page">
      \(header)<main>
      \(content)
      </main>
      </div>
      </body>
      </html>

      """.utf8)
    let rest = bytes.count % HTMLPage.bytesStep
    if rest > 0 {
      bytes += [UInt8](repeating: UInt8(ascii: "\n"), count: HTMLPage.bytesStep - rest)
    }
    return bytes
  }

  /// The policy for this page: nothing but its own style sheet, its own logo, and a form to this
  /// origin.
  ///
  /// Some browsers apply `form-action` to redirects as well, so it names the origin that a form's
  /// redirect leads to. Where that is not known, forms are left alone: a page holds no text that
  /// could be read as a form.
  func contentSecurityPolicy(formsLeadTo origin: String?) -> String {
    let hash = Base64.encode(SHA256.hash(Array(style.utf8)).bytes, .standard)
    let pictures = sender?.brand.logo == nil ? "" : "img-src data:; "
    let forms = origin.map { "form-action 'self' \($0); " } ?? ""
    return "default-src 'none'; style-src 'sha256-\(hash)'; \(pictures)\(forms)"
      + "frame-ancestors 'none'; base-uri 'none'"
  }

  private var header: String {
    guard let sender, let logo = sender.brand.logo else { return "" }
    return "<header><img src=\"\(logo.dataURL)\" alt=\"\(HTML.escape(sender.name))\"></header>\n"
  }
}
