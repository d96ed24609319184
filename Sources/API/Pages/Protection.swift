// What keeps an answer to a customer from being stored, framed, searched, run, or named to others.

package import HTTPMessage

/// The fields of answers that a browser may get from a link.
package enum Protection {
  /// Sets the fields; a Content-Security-Policy that is there stays.
  package static func add(to response: inout HTTPResponse) {
    response.fields.set(.cacheControl, "no-store")
    response.fields.set(.xContentTypeOptions, "nosniff")
    response.fields.set(.referrerPolicy, "no-referrer")
    _ = response.fields.append(name: "X-Robots-Tag", value: "noindex, nofollow, noarchive")
    _ = response.fields.append(name: "Cross-Origin-Opener-Policy", value: "same-origin")
    _ = response.fields.append(name: "Cross-Origin-Resource-Policy", value: "same-origin")
    if !response.fields.contains(.contentSecurityPolicy) {
      response.fields.append(.contentSecurityPolicy, "default-src 'none'; sandbox")
    }
  }
}
