// Requests signed in their headers, for what a client does itself: uploads, listings, multipart.

import Cryptography

/// A request with its signature in the headers.
public struct SignedRequest: Sendable {
  /// The URL exactly as it was signed; send it without normalising the path.
  public let url: String

  /// The headers to send: the given ones, the date, the payload hash, the token, `Authorization`.
  ///
  /// `Host` is not among them; an HTTP client sends it from the URL.
  public let headers: [(name: String, value: String)]
}

extension Signer {
  /// Signs a request in its headers.
  ///
  /// - Parameters:
  ///   - method: any method, such as `GET` or `POST`.
  ///   - bucket: nothing for the service itself.
  ///   - key: empty for the bucket itself.
  ///   - headers: every header that shall be signed; more may be sent unsigned.
  ///
  /// Throws `time-out-of-range`, `bucket-invalid`, `key-too-long`, `parameter-reserved`,
  /// `header-invalid` or `control-character`.
  public func sign(
    _ method: String, bucket: String?, key: [UInt8] = [],
    query: [(name: String, value: String)] = [], headers: [(name: String, value: String)] = [],
    payload: PayloadHash, at time: Int64
  ) throws(SigV4Error) -> SignedRequest {
    let time = try SigningTime(time)
    if let bucket { try Signer.check(bucket: bucket) }
    try Signer.check(key: key)
    guard !method.isEmpty, method.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
      throw SigV4Error(.headerInvalid, "A method has upper-case letters only.")
    }
    let isVirtual = endpoint.style == .virtualHost
    let authority =
      isVirtual
      ? (bucket.map { $0 + "." } ?? "") + endpoint.authority
      : endpoint.authority
    var path = endpoint.basePath
    if !isVirtual, let bucket { path += "/" + bucket }
    path += "/" + String(decoding: Percent.encode(key, keepingSlashes: true), as: UTF8.self)
    let pairs = CanonicalQuery(try CanonicalQuery.checked(query))

    var added = [(name: "x-amz-date", value: String(decoding: time.text, as: UTF8.self))]
    added.append((name: "x-amz-content-sha256", value: payload.text))
    if let token = credentials.sessionToken {
      added.append((name: "x-amz-security-token", value: token))
    }
    let checked = try CanonicalHeaders.checked(headers, reserved: Signer.headerReserved)
    let canonical = CanonicalHeaders(
      checked + added.map { (Array($0.name.utf8), Array($0.value.utf8)) }
        + [(Array("host".utf8), Array(authority.utf8))])
    let day = day(of: time)
    let request = CanonicalRequest(
      method: Array(method.utf8), path: Array(path.utf8), query: pairs.bytes, headers: canonical,
      payload: payload.text)
    let signature = request.signature(time: time.text[...], scope: day.scope[...], key: day.key)
    let scope = String(decoding: day.scope, as: UTF8.self)
    let names = String(decoding: canonical.names, as: UTF8.self)
    added.append(
      (
        name: "Authorization",
        value: "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope), "
          + "SignedHeaders=\(names), Signature=\(signature.hex)"
      ))
    let text = String(decoding: pairs.bytes, as: UTF8.self)
    let url = "\(endpoint.scheme)://\(authority)\(path)" + (text.isEmpty ? "" : "?" + text)
    return SignedRequest(url: url, headers: headers + added)
  }

  /// Headers that `sign` writes itself or that change on the way.
  private static let headerReserved: Set<String> = [
    "host", "authorization", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token",
    "connection", "transfer-encoding", "expect",
  ]
}
