// Signed statements that are no access tokens: they have no audience and never expire, so that only
// their type, their key and their signature are looked at. What they say is the caller's to judge.

extension JWKSet {
  /// The most bytes of a signed statement.
  public static let statementBytesMax = 65_536

  /// Verifies a compact JWS of a given type and yields its payload.
  /// - Parameters:
  ///   - type: The `typ` that the header must have; `application/` may be left out.
  ///   - algorithms: The algorithms that are taken.
  /// - Throws: A `JOSEError`: `token-too-large`, `token-malformed`, `algorithm-refused`,
  ///   `header-refused`, `token-type-refused`, `key-unknown`, `key-ambiguous` or
  ///   `signature-mismatch`.
  public func payload(
    of statement: [UInt8], type: String, algorithms: Set<JWSAlgorithm> = [.edDSA]
  ) throws(JOSEError) -> [UInt8] {
    let parts = try CompactToken(statement, bytesMax: JWKSet.statementBytesMax)
    let header = try TokenHeader(parts.header, allowed: algorithms)
    guard let found = header.type, MediaType.isSame(found, type) else {
      throw JOSEError(.typeRefused, "the header is not of the type \(type)")
    }
    try checkSignature(of: parts, header)
    return parts.payload
  }

  /// Throws unless the one key for the header made the signature.
  func checkSignature(of parts: CompactToken, _ header: TokenHeader) throws(JOSEError) {
    let key = try key(for: header)
    guard
      key.material.isValid(parts.signature, over: parts.signed, algorithm: header.algorithm)
    else { throw JOSEError(.signatureMismatch, "the signature does not match") }
  }
}
