// The canonical request and the string to sign, in their general form, for any service: presigning
// and verification of S3 requests are special cases of it.

import Cryptography

/// A canonical request; all parts are in canonical form.
package struct CanonicalRequest: Sendable {
  let method: [UInt8]
  let path: [UInt8]
  let query: [UInt8]
  let headers: CanonicalHeaders
  let payload: [UInt8]

  /// The bytes that are hashed.
  package var bytes: [UInt8] {
    let newline = UInt8(ascii: "\n")
    var output = [UInt8]()
    output.reserveCapacity(
      method.count + path.count + query.count + headers.lines.count + headers.names.count
        + payload.count + 5)
    output += method
    for part in [path, query, headers.lines, headers.names, payload] {
      output.append(newline)
      output += part
    }
    return output
  }

  /// The signature for a time (`YYYYMMDDTHHMMSSZ`) and a scope, made with that scope's key.
  func signature(time: [UInt8], scope: [UInt8], key: HMACSHA256) -> SHA256Digest {
    var text = [UInt8]()
    text.reserveCapacity(100 + time.count + scope.count)
    text += "AWS4-HMAC-SHA256\n".utf8
    text += time
    text.append(UInt8(ascii: "\n"))
    text += scope
    text.append(UInt8(ascii: "\n"))
    text += SHA256.hash(bytes).hex.utf8
    return key.authenticate(text)
  }
}

extension CanonicalRequest {
  /// Makes the canonical form of decoded parts; the path is encoded once and not normalised.
  package init(
    method: String, path: [UInt8], query: [(name: [UInt8], value: [UInt8])],
    headers: [(name: [UInt8], value: [UInt8])], payload: String
  ) {
    self.init(
      method: Array(method.utf8), path: Percent.encode(path, keepingSlashes: true),
      query: CanonicalQuery(query.map { CanonicalQuery.Pair($0.name, $0.value) }).bytes,
      headers: CanonicalHeaders(headers.map { (Names.lowered($0.name), $0.value) }),
      payload: Array(payload.utf8))
  }

  /// The signature, 64 lower-case digits, for any service; `time` in seconds since 1970.
  ///
  /// Throws `time-out-of-range` before 1970 and after 9999.
  package func signature(
    credentials: Credentials, region: String, service: String, at time: Int64
  ) throws(SigV4Error) -> String {
    let time = try SigningTime(time)
    let day = SigningDay(time, credentials: credentials, region: region, service: service)
    return signature(time: time.text, scope: day.scope, key: day.key).hex
  }
}
