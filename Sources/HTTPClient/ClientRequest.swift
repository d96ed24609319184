// A request as the client sends it: a finished URL, fields and a body of known length.

package import HTTPMessage

/// A request body; its length is always known, so nothing is ever sent in chunks.
package enum ClientBody: Sendable {
  /// No body and no `Content-Length`, except where the method calls for one.
  case none
  /// Bytes in memory; replayable.
  case bytes([UInt8])
  /// `count` bytes of a regular file from `offset`, read with `pread`; replayable. The caller keeps
  /// the descriptor open until the exchange has ended.
  case file(descriptor: Int32, offset: Int64, count: Int64)
  /// `count` bytes that `next` hands out in pieces, nothing at the end; sent at most once.
  case stream(count: Int64, next: @Sendable () async throws(HTTPClientError) -> [UInt8]?)

  /// The length in bytes.
  package var count: Int64 {
    switch self {
    case .none: 0
    case .bytes(let bytes): Int64(bytes.count)
    case .file(_, _, let count), .stream(let count, _): count
    }
  }

  /// Whether the body can be sent a second time.
  package var isReplayable: Bool {
    if case .stream = self { return false }
    return true
  }
}

/// A request with an absolute URL.
package struct ClientRequest: Sendable {
  /// The method.
  package var method: HTTPMethod

  /// The absolute URL in its final encoding; it is sent byte for byte, dot segments included.
  package var url: String

  /// The fields; `Content-Length`, `Expect` and, unless given, `Host` are added.
  package var fields: HTTPFields

  /// The body.
  package var body: ClientBody

  /// The time for the whole exchange; nothing takes the setting of the client.
  package var totalTimeout: Duration?

  /// How many seconds the server may be silent; nothing takes the setting of the client.
  package var quietSeconds: Int?

  /// Whether repeating the request has no further effect; taken from the method unless set, for
  /// example because the request carries an `Idempotency-Key`.
  package var isIdempotent: Bool

  /// Creates a request.
  package init(
    _ method: HTTPMethod, _ url: String, fields: HTTPFields = HTTPFields(),
    body: ClientBody = .none, totalTimeout: Duration? = nil, quietSeconds: Int? = nil,
    isIdempotent: Bool? = nil
  ) {
    self.method = method
    self.url = url
    self.fields = fields
    self.body = body
    self.totalTimeout = totalTimeout
    self.quietSeconds = quietSeconds
    self.isIdempotent = isIdempotent ?? (method != .post && method != .patch)
  }

  /// Refuses what must never reach libcurl: other schemes, user information, control bytes.
  func check(isHTTPSOnly: Bool) throws(HTTPClientError) {
    let schemes = isHTTPSOnly ? ["https://"] : ["http://", "https://"]
    guard let scheme = schemes.first(where: { url.hasPrefix($0) }), url.utf8.count <= 16 << 10,
      url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "#") })
    else { throw HTTPClientError(.urlRefused, "the URL cannot be used") }
    let authority = url.utf8.dropFirst(scheme.utf8.count).prefix {
      $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?")
    }
    guard !authority.isEmpty,
      !authority.contains(where: { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "\\") })
    else { throw HTTPClientError(.urlRefused, "the URL cannot be used") }
    guard body.count >= 0, method != .head || body.count == 0 else {
      throw HTTPClientError(.requestBodyFailed, "the length of the body cannot be sent")
    }
  }
}
