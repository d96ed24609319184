// The canonical request and the string to sign, in their general form, for any service: presigning
// and verification of S3 requests are special cases of it.

import Cryptography

/// A canonical request.
package struct CanonicalRequest: Sendable {
  /// The bytes that are hashed.
  package let bytes: [UInt8]

  /// Joins parts that are in canonical form; `query` appends its own, `queryBytesMax` at most.
  init(
    method: [UInt8], path: [UInt8], queryBytesMax: Int, query: (inout [UInt8]) -> Void,
    headers: CanonicalHeaders, payload: String
  ) {
    let newline = UInt8(ascii: "\n")
    var output = [UInt8]()
    output.reserveCapacity(
      method.count + path.count + queryBytesMax + headers.lines.count + headers.names.count
        + payload.utf8.count + 5)
    output += method
    output.append(newline)
    output += path
    output.append(newline)
    query(&output)
    output.append(newline)
    output += headers.lines
    output.append(newline)
    output += headers.names
    output.append(newline)
    output += payload.utf8
    bytes = output
  }

  /// Joins parts that are in canonical form.
  init(
    method: [UInt8], path: [UInt8], query: [UInt8], headers: CanonicalHeaders, payload: String
  ) {
    self.init(
      method: method, path: path, queryBytesMax: query.count, query: { $0 += query },
      headers: headers, payload: payload)
  }

  /// The signature for a time (`YYYYMMDDTHHMMSSZ`) and a scope, made with that scope's key.
  func signature(
    time: ArraySlice<UInt8>, scope: ArraySlice<UInt8>, key: HMACSHA256
  ) -> SHA256Digest {
    var text = [UInt8]()
    text.reserveCapacity(100 + time.count + scope.count)
    text += "AWS4-HMAC-SHA256\n".utf8
    text += time
    text.append(UInt8(ascii: "\n"))
    text += scope
    text.append(UInt8(ascii: "\n"))
    SHA256.hash(bytes).appendHex(to: &text)
    return key.authenticate(text.span)
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
      payload: payload)
  }

  /// The signature, 64 lower-case digits, for any service; `time` in seconds since 1970.
  ///
  /// Throws `time-out-of-range` before 1970 and after 9999.
  package func signature(
    credentials: Credentials, region: String, service: String, at time: Int64
  ) throws(SigV4Error) -> String {
    let time = try SigningTime(time)
    let day = SigningDay(time, credentials: credentials, region: region, service: service)
    return signature(time: time.text[...], scope: day.scope[...], key: day.key).hex
  }
}
