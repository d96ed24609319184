// The two cookies of a link's page. Their names carry a digest of the token, so that two links in
// one browser do not meet; over https they have the `__Host-` prefix (RFC 6265bis section 4.1.3).

import Base
import Cryptography
import HTTPMessage

struct LinkCookies: Sendable {
  /// Which cookie.
  enum Kind: String {
    /// Proves that the form was sent from the page.
    case nonce = "n"
    /// Lets the browser that consumed a use download again.
    case session = "s"
  }

  /// The most cookies of one request that are looked at.
  private static let countMax = 64

  private let suffix: String
  private let isSecure: Bool

  init(token: [UInt8], isSecure: Bool) {
    suffix = Hex.encode(SHA256.hash(token).bytes.prefix(6))
    self.isSecure = isSecure
  }

  /// The value of a cookie that came with a request.
  func value(_ kind: Kind, of request: HTTPRequest) -> [UInt8]? {
    let wanted = name(kind) + "="
    for line in request.fields.all(.cookie) {
      for pair in line.split(separator: ";").prefix(Self.countMax) {
        let text = pair.trimmingSpaces()
        if text.hasPrefix(wanted) { return Array(text.utf8.dropFirst(wanted.utf8.count)) }
      }
    }
    return nil
  }

  /// The value of a Set-Cookie field.
  func header(_ kind: Kind, _ value: String, seconds: Int) -> String {
    // The page is opened from a mail: Strict would hide the session from the second click there.
    let site = kind == .nonce ? "Strict" : "Lax"
    let secure = isSecure ? "; Secure" : ""
    return "\(name(kind))=\(value); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=\(site)"
      + secure
  }

  private func name(_ kind: Kind) -> String {
    (isSecure ? "__Host-pst-" : "pst-") + kind.rawValue + "-" + suffix
  }
}
