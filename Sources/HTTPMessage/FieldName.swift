// Names of header fields. The well-known ones are an enum, so that finding one is a comparison of
// bytes; all others are found by their text, ignoring case (RFC 9110 section 5.1).

/// A well-known field name.
package enum FieldName: UInt8, Sendable, Hashable, CaseIterable {
  /// Any name that is not in this list.
  case other
  case accept, acceptEncoding, acceptLanguage, acceptRanges, age, allow, authorization
  case cacheControl, connection, contentDisposition, contentEncoding, contentLanguage
  case contentLength, contentRange, contentSecurityPolicy, contentType, cookie, date, etag
  case expect, expires, forwarded, host, idempotencyKey, ifMatch, ifModifiedSince, ifNoneMatch
  case ifRange, ifUnmodifiedSince, keepAlive, lastModified, link, location, origin, prefer
  case preferenceApplied, range, referer, referrerPolicy, reprDigest, retryAfter, server
  case setCookie, strictTransportSecurity, te, traceparent, tracestate, trailer
  case transferEncoding, upgrade, userAgent, vary, wwwAuthenticate, xAmzContentSHA256, xAmzDate
  case xAmzRequestID, xAmzSecurityToken, xContentTypeOptions, xForwardedFor, xForwardedHost
  case xForwardedProto, xRequestID

  /// The name as it is sent; empty for `other`.
  package var text: String { FieldName.texts[Int(rawValue)] }

  /// Recognises a name, ignoring case; `other` if it is not well known.
  package init(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    self = FieldNameTable.shared.name(of: bytes.span, at: 0, count: bytes.count)
  }

  /// Whether more than one line of this field is an error (RFC 9110 section 5.3); a request with
  /// two is refused, since two readers may pick different ones.
  package var isSingleton: Bool {
    switch self {
    case .authorization, .contentLength, .contentRange, .contentType, .host, .idempotencyKey,
      .ifModifiedSince, .ifRange, .ifUnmodifiedSince, .range, .transferEncoding, .xAmzDate,
      .xAmzContentSHA256, .xAmzSecurityToken:
      true
    default: false
    }
  }

  private static let texts: [String] = [
    "", "Accept", "Accept-Encoding", "Accept-Language", "Accept-Ranges", "Age", "Allow",
    "Authorization", "Cache-Control", "Connection", "Content-Disposition", "Content-Encoding",
    "Content-Language", "Content-Length", "Content-Range", "Content-Security-Policy",
    "Content-Type", "Cookie", "Date", "ETag", "Expect", "Expires", "Forwarded", "Host",
    "Idempotency-Key", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range",
    "If-Unmodified-Since", "Keep-Alive", "Last-Modified", "Link", "Location", "Origin", "Prefer",
    "Preference-Applied", "Range", "Referer", "Referrer-Policy", "Repr-Digest", "Retry-After",
    "Server", "Set-Cookie", "Strict-Transport-Security", "TE", "traceparent", "tracestate",
    "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent", "Vary", "WWW-Authenticate",
    "x-amz-content-sha256", "x-amz-date", "x-amz-request-id", "x-amz-security-token",
    "X-Content-Type-Options", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
    "X-Request-Id",
  ]
}

/// Finds the well-known name of some bytes: one open-addressed table, filled once.
package struct FieldNameTable: Sendable {
  /// The table of all well-known names.
  package static let shared = FieldNameTable()

  private static let slotCount = 512
  private var slots = [UInt8](repeating: 0, count: slotCount)
  private var starts: [Int32] = [0]
  private var lowercase: [UInt8] = []
  private var names: [FieldName] = [.other]

  private init() {
    for name in FieldName.allCases.dropFirst() {
      let bytes = name.text.utf8.map { $0 | 0x20 }
      var slot = FieldNameTable.slot(bytes.span, 0, bytes.count)
      while slots[slot] != 0 { slot = (slot + 1) % FieldNameTable.slotCount }
      slots[slot] = name.rawValue
      lowercase += bytes
      starts.append(Int32(lowercase.count))
      names.append(name)
    }
  }

  /// The name spelled by `count` bytes from `start`, which must be token characters.
  package func name(of bytes: Span<UInt8>, at start: Int, count: Int) -> FieldName {
    guard count > 0 else { return .other }
    var slot = FieldNameTable.slot(bytes, start, count)
    while slots[slot] != 0 {
      let candidate = Int(slots[slot])
      let first = Int(starts[candidate - 1])
      if Int(starts[candidate]) - first == count {
        var index = 0
        // Setting bit 5 folds letters; among token characters it maps nothing else on a name here.
        while index < count, bytes[start + index] | 0x20 == lowercase[first + index] { index += 1 }
        if index == count { return names[candidate] }
      }
      slot = (slot + 1) % FieldNameTable.slotCount
    }
    return .other
  }

  private static func slot(_ bytes: Span<UInt8>, _ start: Int, _ count: Int) -> Int {
    let first = Int(bytes[start] | 0x20)
    let middle = Int(bytes[start + count / 2] | 0x20)
    let last = Int(bytes[start + count - 1] | 0x20)
    return (count &* 37 &+ first &* 5 &+ middle &* 11 &+ last &* 29) & (slotCount - 1)
  }
}
