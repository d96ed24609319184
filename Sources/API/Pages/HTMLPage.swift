// The frame of the few pages that a customer sees: no script, no outside resource, one inline style
// sheet whose hash is in the policy. Whatever comes from outside goes through `HTML.escape`.

import Base
import Cryptography

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
  let title: String

  /// The markup inside of `main`, escaped by its maker.
  let content: String

  /// The bytes to send.
  var bytes: [UInt8] {
    Array(
      """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="robots" content="noindex, nofollow, noarchive">
      <meta name="color-scheme" content="light dark">
      <title>\(HTML.escape(title))</title>
      <style>\(HTMLPage.style)</style>
      </head>
      <body>
      <main>
      \(content)
      </main>
      </body>
      </html>

      """.utf8)
  }

  /// The policy for pages: nothing but the own style sheet and a form to this origin.
  ///
  /// Some browsers apply `form-action` to redirects as well, so it names the origin that a form's
  /// redirect leads to. Where that is not known, forms are left alone: a page holds no text that
  /// could be read as a form.
  static func contentSecurityPolicy(formsLeadTo origin: String?) -> String {
    let forms = origin.map { "form-action 'self' \($0); " } ?? ""
    return "default-src 'none'; style-src 'sha256-\(styleHash)'; \(forms)"
      + "frame-ancestors 'none'; base-uri 'none'"
  }

  private static let styleHash = Base64.encode(SHA256.hash(Array(style.utf8)).bytes, .standard)

  private static let style = """
    :root{color-scheme:light dark;--ink:#1d2733;--soft:#5b6876;--paper:#fff;--edge:#dde3ea;\
    --act:#0b5cad;--on:#fff}
    @media(prefers-color-scheme:dark){:root{--ink:#e8edf2;--soft:#a3b0bd;--paper:#161c23;\
    --edge:#2c3641;--act:#6fb1f5;--on:#0c1218}}
    *{box-sizing:border-box}
    body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--paper);\
    color:var(--ink);font:1.05rem/1.5 system-ui,sans-serif}
    main{width:min(32rem,100%);padding:2rem 1.25rem}
    h1{font-size:1.5rem;line-height:1.25;margin:0 0 .75rem}
    p{margin:.5rem 0}
    dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:1.25rem 0;\
    padding:1rem 0;border:solid var(--edge);border-width:1px 0}
    dt{color:var(--soft)}
    dd{margin:0;overflow-wrap:anywhere}
    button{font:inherit;font-weight:600;width:100%;padding:.8rem;border:0;border-radius:.5rem;\
    background:var(--act);color:var(--on);cursor:pointer}
    button:focus-visible{outline:3px solid var(--ink);outline-offset:2px}
    small{color:var(--soft)}
    """
}
