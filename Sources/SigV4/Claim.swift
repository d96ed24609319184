// What a request claims about its signature, read from the `Authorization` header or from the
// query. Form only: nothing here is believed yet.

/// The parts of a signature as the request names them.
struct Claim {
  let form: VerifiedRequest.Form
  let accessKeyID: String
  /// `YYYYMMDD`.
  let day: [UInt8]
  let region: [UInt8]
  let service: [UInt8]
  /// `YYYYMMDDTHHMMSSZ`.
  let timeText: [UInt8]
  let signedAt: Int64
  /// Only in the query form.
  let lifetimeSeconds: Int64?
  let signedHeaders: [String]
  let sessionToken: [UInt8]?
  let payload: PayloadHash
  /// 64 lower-case hexadecimal digits.
  let signature: [UInt8]

  /// `day/region/service/aws4_request`.
  var scope: [UInt8] {
    let slash = [UInt8(ascii: "/")]
    return day + slash + region + slash + service + Array("/aws4_request".utf8)
  }
}

extension ParsedRequest {
  /// Reads the claim of whichever form the request has.
  func claim() throws(SigV4Error) -> Claim {
    let authorization = Array("authorization".utf8)
    let hasHeader = headers.contains { $0.name == authorization }
    let marks: Set = ["x-amz-algorithm", "x-amz-credential", "x-amz-signature"]
    let hasQuery = query.contains { marks.contains(Names.text(Names.lowered($0.name))) }
    switch (hasHeader, hasQuery) {
    case (false, false):
      throw SigV4Error(.authorizationMissing, "The request is not signed.")
    case (true, true):
      throw SigV4Error(.authorizationAmbiguous, "The request carries two signatures.")
    case (true, false): return try headerClaim()
    case (false, true): return try queryClaim()
    }
  }

  private func headerClaim() throws(SigV4Error) -> Claim {
    let malformed = SigV4Error(.authorizationMalformed, "The Authorization header is malformed.")
    guard let value = header("authorization") else { throw malformed }
    let algorithm = value.prefix { $0 != UInt8(ascii: " ") }
    guard Array(algorithm) == Claim.algorithm else {
      throw SigV4Error(.algorithmUnsupported, "Only AWS4-HMAC-SHA256 is supported.")
    }
    var fields = [String: [UInt8]]()
    for part in value.dropFirst(algorithm.count).split(separator: UInt8(ascii: ",")) {
      let field = CanonicalHeaders.trimmed(part)
      guard let cut = field.firstIndex(of: UInt8(ascii: "=")) else { throw malformed }
      let name = Names.text(Array(field[..<cut]))
      guard fields.updateValue(Array(field[(cut + 1)...]), forKey: name) == nil else {
        throw malformed
      }
    }
    guard fields.count == 3, let credential = fields["Credential"],
      let names = fields["SignedHeaders"], let signature = fields["Signature"],
      let scope = CredentialScope(credential), let signed = Claim.names(names),
      Claim.isSignature(signature)
    else { throw malformed }
    guard let text = header("x-amz-date"), let time = SigningTime(parsing: text) else {
      throw SigV4Error(.dateMalformed, "The x-amz-date header is missing or malformed.")
    }
    return Claim(
      form: .header, accessKeyID: scope.accessKeyID, day: scope.day, region: scope.region,
      service: scope.service, timeText: text, signedAt: time.seconds, lifetimeSeconds: nil,
      signedHeaders: signed, sessionToken: header("x-amz-security-token"),
      payload: try payload(default: nil), signature: signature)
  }

  private func queryClaim() throws(SigV4Error) -> Claim {
    let malformed = SigV4Error(.queryMalformed, "The signature's query parameters are malformed.")
    var fields = [String: [UInt8]]()
    for (name, value) in query {
      let lower = Names.text(Names.lowered(name))
      guard CanonicalQuery.reserved.contains(lower) else { continue }
      // Another spelling of a reserved name could be read differently by someone else.
      guard Claim.spellings.contains(Names.text(name)),
        fields.updateValue(value, forKey: lower) == nil
      else { throw malformed }
    }
    guard fields["x-amz-algorithm"] == Claim.algorithm else {
      throw SigV4Error(.algorithmUnsupported, "Only AWS4-HMAC-SHA256 is supported.")
    }
    guard let credential = fields["x-amz-credential"], let scope = CredentialScope(credential),
      let names = fields["x-amz-signedheaders"], let signed = Claim.names(names),
      let signature = fields["x-amz-signature"], Claim.isSignature(signature),
      let expires = fields["x-amz-expires"]
    else { throw malformed }
    guard let text = fields["x-amz-date"], let time = SigningTime(parsing: text) else {
      throw SigV4Error(.dateMalformed, "X-Amz-Date is missing or malformed.")
    }
    guard let lifetime = Claim.number(expires), Signer.lifetimeSecondsRange.contains(lifetime)
    else {
      throw SigV4Error(.lifetimeOutOfRange, "X-Amz-Expires is not from 1 to 604800.")
    }
    return Claim(
      form: .query, accessKeyID: scope.accessKeyID, day: scope.day, region: scope.region,
      service: scope.service, timeText: text, signedAt: time.seconds,
      lifetimeSeconds: Int64(lifetime), signedHeaders: signed,
      sessionToken: fields["x-amz-security-token"], payload: try payload(default: .unsigned),
      signature: signature)
  }

  /// The payload hash of `x-amz-content-sha256`, or the default where there is no such header.
  private func payload(default fallback: PayloadHash?) throws(SigV4Error) -> PayloadHash {
    let name = Array("x-amz-content-sha256".utf8)
    guard headers.contains(where: { $0.name == name }) else {
      if let fallback { return fallback }
      throw SigV4Error(.payloadHashMissing, "The x-amz-content-sha256 header is missing.")
    }
    guard let text = header("x-amz-content-sha256"), let hash = PayloadHash(Names.text(text))
    else {
      throw SigV4Error(.payloadHashMalformed, "x-amz-content-sha256 is not a payload hash.")
    }
    return hash
  }
}

extension Claim {
  static let algorithm = Array("AWS4-HMAC-SHA256".utf8)
  static let spellings: Set<String> = [
    "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires",
    "X-Amz-Security-Token", "X-Amz-SignedHeaders", "X-Amz-Signature",
  ]

  /// Lower-case names in strictly rising order; nothing otherwise.
  static func names(_ list: [UInt8]) -> [String]? {
    let names = list.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
    guard (1...Verifier.signedHeadersMax).contains(names.count), names.allSatisfy({ !$0.isEmpty }),
      Names.lowered(list) == list,
      zip(names, names.dropFirst()).allSatisfy({ $0.lexicographicallyPrecedes($1) })
    else { return nil }
    return names.map { String(decoding: $0, as: UTF8.self) }
  }

  static func isSignature(_ text: [UInt8]) -> Bool {
    text.count == 64
      && text.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  /// One to seven digits; nothing otherwise.
  static func number(_ text: [UInt8]) -> Int? {
    guard (1...7).contains(text.count) else { return nil }
    var value = 0
    for digit in text {
      guard (0x30...0x39).contains(digit) else { return nil }
      value = value * 10 + Int(digit - 0x30)
    }
    return value
  }
}

/// `accessKeyID/day/region/service/aws4_request`; the access key id itself may hold a `/`.
struct CredentialScope {
  let accessKeyID: String
  let day: [UInt8]
  let region: [UInt8]
  let service: [UInt8]

  /// Reads a credential; nothing for other text.
  init?(_ text: [UInt8]) {
    let parts = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count >= 5, Array(parts[parts.count - 1]) == Array("aws4_request".utf8) else {
      return nil
    }
    day = Array(parts[parts.count - 4])
    region = Array(parts[parts.count - 3])
    service = Array(parts[parts.count - 2])
    let id = parts[..<(parts.count - 4)].joined(separator: [UInt8(ascii: "/")])
    accessKeyID = String(decoding: Array(id), as: UTF8.self)
    guard !accessKeyID.isEmpty, day.count == 8, !region.isEmpty, !service.isEmpty else {
      return nil
    }
  }
}
