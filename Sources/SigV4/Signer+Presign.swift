// Presigned URLs. The URL is written once into its final memory, and the canonical request is
// hashed from there piece by piece: its path and query are the URL's own bytes.

import Cryptography

/// The methods that a presigned URL can have.
public enum PresignMethod: String, Sendable, CaseIterable {
  case get = "GET"
  case put = "PUT"
  case head = "HEAD"
  case delete = "DELETE"
}

extension Signer {
  /// A URL that lets anybody do `method` on one object until it expires.
  ///
  /// - Parameters:
  ///   - key: any bytes, at most `keyBytesMax`; encoded once, never normalised.
  ///   - lifetimeSeconds: 1 to 604,800; some stores count temporary credentials' end as well.
  ///   - query: more parameters to sign, such as `response-content-disposition`.
  ///   - headers: headers that the request must then carry unchanged.
  ///   - time: seconds since 1970; may lie in the past, so that URLs can be equal for a while.
  ///
  /// Throws `lifetime-out-of-range`, `time-out-of-range`, `bucket-invalid`, `key-too-long`,
  /// `parameter-reserved`, `header-invalid` or `control-character`.
  public func presign(
    _ method: PresignMethod, bucket: String, key: [UInt8], lifetimeSeconds: Int,
    query: [(name: String, value: String)] = [], headers: [(name: String, value: String)] = [],
    at time: Int64
  ) throws(SigV4Error) -> PresignedURL {
    guard Signer.lifetimeSecondsRange.contains(lifetimeSeconds) else {
      throw SigV4Error(.lifetimeOutOfRange, "A presigned URL lives from 1 second to 7 days.")
    }
    try Signer.check(bucket: bucket)
    try Signer.check(key: key)
    let time = try SigningTime(time)
    let plan = PresignPlan(
      day: day(of: time), time: time, lifetimeSeconds: lifetimeSeconds,
      bucket: Array(bucket.utf8), isVirtual: endpoint.style == .virtualHost,
      pairs: query.isEmpty ? [] : CanonicalQuery(try CanonicalQuery.checked(query)).pairs,
      headers: headers.isEmpty
        ? [] : try CanonicalHeaders.checked(headers, reserved: Signer.presignReserved))
    let bytes = unsafe [UInt8](
      unsafeUninitializedCapacity: plan.bytesMax(key: key, texts: texts)
    ) { buffer, count in
      var writer = unsafe ByteWriter(buffer)
      plan.write(Array(method.rawValue.utf8), key: key, texts: texts, to: &writer)
      count = writer.count
    }
    return PresignedURL(bytes: bytes, expiresAt: time.seconds + Int64(lifetimeSeconds))
  }

  /// Headers that a presigned URL cannot bind: they are the signature's own or change on the way.
  private static let presignReserved: Set<String> = [
    "host", "authorization", "x-amz-date", "x-amz-security-token", "connection",
    "transfer-encoding",
  ]
}

/// One presigned URL on its way.
private struct PresignPlan {
  let day: SigningDay
  let time: SigningTime
  let lifetimeSeconds: Int
  let bucket: [UInt8]
  let isVirtual: Bool
  let pairs: [CanonicalQuery.Pair]
  let headers: [(name: [UInt8], value: [UInt8])]

  /// An upper bound: each byte of the path and of a header's name may become three.
  func bytesMax(key: [UInt8], texts: EndpointTexts) -> Int {
    var count =
      256 + day.stringTail.count + texts.scheme.count + texts.authority.count + texts.basePath.count
    count += texts.token.count + bucket.count + 3 * key.count + day.queryHead.count
    for pair in pairs { count += pair.name.count + pair.value.count + 2 }
    for header in headers { count += 3 * header.name.count + 3 }
    return count
  }

  func write(
    _ method: [UInt8], key: [UInt8], texts: EndpointTexts, to writer: inout ByteWriter
  ) {
    writer.put(texts.scheme)
    let hostStart = writer.count
    if isVirtual {
      writer.put(bucket)
      writer.put(UInt8(ascii: "."))
    }
    writer.put(texts.authority)
    let pathStart = writer.count
    writer.put(texts.basePath)
    if !isVirtual {
      writer.put(UInt8(ascii: "/"))
      writer.put(bucket)
    }
    writer.put(UInt8(ascii: "/"))
    writer.putPath(key)
    let pathEnd = writer.count
    writer.put(UInt8(ascii: "?"))
    let host = hostStart..<pathStart
    let signed = headers.isEmpty ? nil : canonicalHeaders(host: host, in: writer)
    writeQuery(names: signed?.names ?? Texts.host, texts: texts, to: &writer)
    let queryEnd = writer.count

    var request = SHA256()
    request.update(method)
    request.update(Texts.newline)
    writer.withBytes(pathStart..<pathEnd) { request.update($0) }
    request.update(Texts.newline)
    writer.withBytes(pathEnd + 1..<queryEnd) { request.update($0) }
    if let signed {
      request.update(Texts.newline + signed.lines + Texts.newline + signed.names)
      request.update(Texts.unsignedEnd)
    } else {
      request.update(Texts.hostStart)
      writer.withBytes(host) { request.update($0) }
      request.update(Texts.hostEnd)
    }
    sign(request.finalize(), to: &writer)
  }

  /// Appends `&X-Amz-Signature=` and the signature; the digest stands in its place meanwhile.
  private func sign(_ digest: SHA256Digest, to writer: inout ByteWriter) {
    writer.put(Texts.signature)
    let start = writer.count
    writer.put(day.stringHead)
    writeTimeOfDay(to: &writer)
    writer.put(day.stringTail)
    writer.putHex(digest)
    let signature = writer.withBytes(start..<writer.count) { day.key.authenticate($0) }
    writer.rewind(to: start)
    writer.putHex(signature)
  }

  private func writeQuery(names: [UInt8], texts: EndpointTexts, to writer: inout ByteWriter) {
    // Our own parameters begin with `X-Amz-`; lower-case names such as `response-*` follow them.
    let following = pairs.allSatisfy { ($0.name.first ?? 0) > UInt8(ascii: "X") }
    guard following else { return writeMixedQuery(names: names, texts: texts, to: &writer) }
    writer.put(day.queryHead)
    writeTimeOfDay(to: &writer)
    writer.put(Texts.expires)
    writer.putNumber(lifetimeSeconds)
    writer.put(texts.token)
    writer.put(Texts.signedHeaders)
    putNames(names, to: &writer)
    for pair in pairs {
      writer.put(UInt8(ascii: "&"))
      writer.put(pair.name)
      writer.put(UInt8(ascii: "="))
      writer.put(pair.value)
    }
  }

  /// Any order of foreign and own parameters: our parts are split at `&` and sorted with the rest.
  private func writeMixedQuery(
    names: [UInt8], texts: EndpointTexts, to writer: inout ByteWriter
  ) {
    let start = writer.count
    PresignPlan(
      day: day, time: time, lifetimeSeconds: lifetimeSeconds, bucket: bucket,
      isVirtual: isVirtual, pairs: [], headers: headers
    ).writeQuery(names: names, texts: texts, to: &writer)
    let own = writer.withBytes(start..<writer.count) { bytes in bytes.indices.map { bytes[$0] } }
    writer.rewind(to: start)
    var all = pairs
    for part in own.split(separator: UInt8(ascii: "&")) {
      let sides = part.split(separator: UInt8(ascii: "="), maxSplits: 1)
      all.append(CanonicalQuery.Pair(encodedName: Array(sides[0]), value: Array(sides[1])))
    }
    writer.put(CanonicalQuery(all).bytes)
  }

  private func writeTimeOfDay(to writer: inout ByteWriter) {
    let seconds = time.seconds % 86_400
    writer.putTwoDigits(seconds / 3600)
    writer.putTwoDigits(seconds / 60 % 60)
    writer.putTwoDigits(seconds % 60)
  }

  private func putNames(_ names: [UInt8], to writer: inout ByteWriter) {
    headers.isEmpty ? writer.put(names) : writer.put(Percent.encode(names))
  }

  private func canonicalHeaders(
    host: Range<Int>, in writer: borrowing ByteWriter
  ) -> CanonicalHeaders {
    let value = writer.withBytes(host) { bytes in bytes.indices.map { bytes[$0] } }
    return CanonicalHeaders(headers + [(Texts.host, value)])
  }
}

/// Constant pieces of a presigned request.
private enum Texts {
  static let newline = Array("\n".utf8)
  static let host = Array("host".utf8)
  static let hostStart = Array("\nhost:".utf8)
  static let hostEnd = Array("\n\nhost\nUNSIGNED-PAYLOAD".utf8)
  static let unsignedEnd = Array("\nUNSIGNED-PAYLOAD".utf8)
  // The `Z` that ends the time belongs to the fixed text after it.
  static let expires = Array("Z&X-Amz-Expires=".utf8)
  static let signedHeaders = Array("&X-Amz-SignedHeaders=".utf8)
  static let signature = Array("&X-Amz-Signature=".utf8)
}
