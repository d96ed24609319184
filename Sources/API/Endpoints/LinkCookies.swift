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

  /// The most cookies of one request that are looked at; browsers keep fewer than 200 for a site.
  private static let countMax = 256

  /// The most cookies of links that one browser is left with, so that somebody who opens many links
  /// in ten minutes never sends more fields than a server or a proxy takes.
  static let keptMax = 40

  private let suffix: String
  private let isSecure: Bool

  init(token: [UInt8], isSecure: Bool) {
    suffix = Hex.encode(SHA256.hash(token).bytes.prefix(6))
    self.isSecure = isSecure
  }

  /// The value of a cookie that came with a request.
  func value(_ kind: Kind, of request: HTTPRequest) -> [UInt8]? {
    let wanted = name(kind) + "="
    return Self.pairs(of: request).first { $0.hasPrefix(wanted) }.map {
      Array($0.utf8.dropFirst(wanted.utf8.count))
    }
  }

  /// The Set-Cookie values that end the oldest cookies of other links, down to `keptMax`: those of
  /// forms first, a form can be opened again.
  ///
  /// Browsers send the older first (RFC 6265 section 5.4).
  func surplusEnds(of request: HTTPRequest) -> [String] {
    var names = [Kind: [String]]()
    for pair in Self.pairs(of: request) {
      let name = String(pair.prefix { $0 != "=" })
      guard let kind = kind(of: name) else { continue }
      names[kind, default: []].append(name)
    }
    let all = (names[.nonce] ?? []) + (names[.session] ?? [])
    let own = [name(.nonce), name(.session)]
    return all.filter { !own.contains($0) }.prefix(max(0, all.count - Self.keptMax)).map {
      field($0, "", seconds: 0, site: "Lax")
    }
  }

  private static func pairs(of request: HTTPRequest) -> [String] {
    request.fields.all(.cookie).flatMap { $0.unicodeScalars.split(separator: ";") }
      .prefix(countMax).map { Substring($0).trimmingSpaces() }
  }

  /// The value of a Set-Cookie field.
  func header(_ kind: Kind, _ value: String, seconds: Int) -> String {
    // The page is opened from a mail: Strict would hide the session from the second click there.
    field(name(kind), value, seconds: seconds, site: kind == .nonce ? "Strict" : "Lax")
  }

  private func field(_ name: String, _ value: String, seconds: Int, site: String) -> String {
    "\(name)=\(value); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=\(site)"
      + (isSecure ? "; Secure" : "")
  }

  private func name(_ kind: Kind) -> String { start(kind) + suffix }

  private func start(_ kind: Kind) -> String {
    (isSecure ? "__Host-pst-" : "pst-") + kind.rawValue + "-"
  }

  /// Which cookie a name is of, if it is one that we could have made.
  private func kind(of name: String) -> Kind? {
    [Kind.nonce, .session].first { kind in
      guard name.hasPrefix(start(kind)) else { return false }
      let rest = name.dropFirst(start(kind).count)
      return rest.utf8.count == suffix.utf8.count && Hex.decode(String(rest)) != nil
    }
  }
}
