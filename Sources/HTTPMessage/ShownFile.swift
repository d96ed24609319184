// What a file may do that a browser shows instead of saving it: have its own styles and the pictures
// and fonts inside of it. No script, no form, no request, and no origin that could read ours.

/// The policy of files that people uploaded.
package enum ShownFile {
  /// The Content-Security-Policy (CSP Level 3) for a file of a media type.
  ///
  /// The player of a film or a sound asks for its own URL a second time, which the nameless origin of a
  /// sandbox may not; its origin is left to it. There is nothing in such a file that could use it.
  package static func contentSecurityPolicy(mediaType: String) -> String {
    let type = mediaType.lowercased()
    guard type.hasPrefix("video/") || type.hasPrefix("audio/") else {
      return "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox"
    }
    return
      "default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; sandbox allow-same-origin"
  }
}
