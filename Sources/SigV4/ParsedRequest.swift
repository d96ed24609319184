// A received request with its path and query decoded, and the canonical forms of them.

/// Names of headers, as bytes: strings would cost more than the signature.
enum Names {
  static let authorization = Array("authorization".utf8)
  static let contentMD5 = Array("content-md5".utf8)
  static let contentType = Array("content-type".utf8)
  static let host = Array("host".utf8)
  static let amazonPrefix = Array("x-amz-".utf8)
  static let date = Array("x-amz-date".utf8)
  static let payloadHash = Array("x-amz-content-sha256".utf8)
  static let securityToken = Array("x-amz-security-token".utf8)

  static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @inline(__always)
  static func lowered(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

  static func lowered(_ bytes: [UInt8]) -> [UInt8] { bytes.map { lowered($0) } }

  /// Whether a name, in any case, starts with `prefix`, which is in lower case.
  static func starts(_ name: ArraySlice<UInt8>, with prefix: [UInt8]) -> Bool {
    guard name.count >= prefix.count else { return false }
    let bytes = name.span
    for index in prefix.indices where lowered(bytes[index]) != prefix[index] { return false }
    return true
  }

  /// Whether a name, in any case, is `other`, which is in lower case.
  static func equal(_ name: ArraySlice<UInt8>, _ other: [UInt8]) -> Bool {
    name.count == other.count && starts(name, with: other)
  }
}

/// A request after decoding.
struct ParsedRequest {
  /// Headers as they were received, names in any case.
  let headers: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)]
  /// The decoded path.
  let path: [UInt8]
  /// The path encoded once, `/` kept.
  let canonicalPath: [UInt8]
  /// The decoded query.
  let query: ParsedQuery

  /// Throws `encoding-malformed` for a broken `%` escape, `request-too-large` beyond the limits.
  init(_ request: ReceivedRequest) throws(SigV4Error) {
    let broken = SigV4Error(.encodingMalformed, "A percent escape is not two digits.")
    guard request.query.count <= Verifier.queryBytesMax else {
      throw SigV4Error(.requestTooLarge, "The query is too long.")
    }
    headers = request.headers
    guard let path = Percent.path(request.path), let query = ParsedQuery(request.query) else {
      throw broken
    }
    (self.path, canonicalPath) = (path.decoded, path.canonical)
    guard query.parameters.count <= Verifier.parametersMax else {
      throw SigV4Error(.requestTooLarge, "The query has too many parameters.")
    }
    self.query = query
  }

  /// The query without the parameters of the signature.
  func ownQuery(of form: VerifiedRequest.Form) -> [(name: [UInt8], value: [UInt8])] {
    var own = [(name: [UInt8], value: [UInt8])]()
    for parameter in query.parameters where form == .header || parameter.part == nil {
      own.append((Array(query.bytes(parameter.name)), Array(query.bytes(parameter.value))))
    }
    return own
  }

  /// The headers of these lower-case names, each as often as it was received.
  func headers(named names: [[UInt8]]) -> [(name: [UInt8], value: ArraySlice<UInt8>)] {
    var found = [(name: [UInt8], value: ArraySlice<UInt8>)]()
    for header in headers {
      guard let name = names.first(where: { Names.equal(header.name, $0) }) else { continue }
      found.append((name, header.value))
    }
    return found
  }

  /// The value of a header that appears once; nothing when absent or repeated.
  func header(_ name: [UInt8]) -> [UInt8]? {
    var found: ArraySlice<UInt8>?
    for index in headers.indices where Names.equal(headers[index].name, name) {
      guard found == nil else { return nil }
      found = headers[index].value
    }
    return found.map { CanonicalHeaders.trimmed($0) }
  }

  /// Whether there is a header of this name, once or more often.
  func hasHeader(_ name: [UInt8]) -> Bool {
    for index in headers.indices where Names.equal(headers[index].name, name) { return true }
    return false
  }
}
