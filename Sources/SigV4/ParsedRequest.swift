// A received request with its path, query and header names decoded, and the canonical forms of
// them.

/// Names of headers and parameters.
enum Names {
  static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  static func lowered(_ bytes: [UInt8]) -> [UInt8] {
    bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
  }
}

/// A request after decoding.
struct ParsedRequest {
  /// Headers with lower-case names.
  let headers: [(name: [UInt8], value: [UInt8])]
  /// The decoded path.
  let path: [UInt8]
  /// The decoded query.
  let query: [(name: [UInt8], value: [UInt8])]

  /// Throws `encoding-malformed` for a broken `%` escape, `request-too-large` beyond the limits.
  init(_ request: ReceivedRequest) throws(SigV4Error) {
    let broken = SigV4Error(.encodingMalformed, "A percent escape is not two digits.")
    guard request.query.count <= Verifier.queryBytesMax else {
      throw SigV4Error(.requestTooLarge, "The query is too long.")
    }
    headers = request.headers.map { (Names.lowered($0.name), $0.value) }
    guard let path = Percent.decode(request.path, isQuery: false) else { throw broken }
    self.path = path
    var query = [(name: [UInt8], value: [UInt8])]()
    for part in request.query.split(separator: UInt8(ascii: "&")) {
      let cut = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
      guard let name = Percent.decode(part[..<cut], isQuery: true),
        let value = Percent.decode(part[cut...].dropFirst(), isQuery: true)
      else { throw broken }
      query.append((name, value))
    }
    guard query.count <= Verifier.parametersMax else {
      throw SigV4Error(.requestTooLarge, "The query has too many parameters.")
    }
    self.query = query
  }

  /// The path encoded once, `/` kept.
  var canonicalPath: [UInt8] { Percent.encode(path, keepingSlashes: true) }

  /// The canonical query without the signature itself.
  func canonicalQuery(of form: VerifiedRequest.Form) -> [UInt8] {
    let signature = Array("x-amz-signature".utf8)
    return CanonicalQuery(
      query
        .filter { form == .header || Names.lowered($0.name) != signature }
        .map { CanonicalQuery.Pair($0.name, $0.value) }
    ).bytes
  }

  /// The query without the parameters of the signature.
  func ownQuery(of form: VerifiedRequest.Form) -> [(name: [UInt8], value: [UInt8])] {
    guard form == .query else { return query }
    return query.filter { !CanonicalQuery.reserved.contains(Names.text(Names.lowered($0.name))) }
  }

  /// The value of a header that appears once; nothing when absent or repeated.
  func header(_ name: String) -> [UInt8]? {
    let bytes = Array(name.utf8)
    let values = headers.filter { $0.name == bytes }
    return values.count == 1 ? CanonicalHeaders.trimmed(values[0].value) : nil
  }
}
