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
  /// Lower-case names in rising order.
  let signedHeaders: [[UInt8]]
  let sessionToken: [UInt8]?
  let payload: PayloadHash
  /// 64 lower-case hexadecimal digits.
  let signature: [UInt8]
  /// `day/region/service/aws4_request`.
  let scope: [UInt8]
}

extension ParsedRequest {
  /// Reads the claim of whichever form the request has.
  func claim() throws(SigV4Error) -> Claim {
    let hasHeader = hasHeader(Names.authorization)
    let hasQuery = query.parameters.contains { parameter in
      switch parameter.part {
      case .algorithm, .credential, .signature: true
      default: false
      }
    }
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
    guard let value = header(Names.authorization) else { throw malformed }
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
    guard let text = header(Names.date), let time = SigningTime(parsing: text) else {
      throw SigV4Error(.dateMalformed, "The x-amz-date header is missing or malformed.")
    }
    return Claim(
      form: .header, accessKeyID: scope.accessKeyID, day: scope.day, region: scope.region,
      service: scope.service, timeText: text, signedAt: time.seconds, lifetimeSeconds: nil,
      signedHeaders: signed, sessionToken: header(Names.securityToken),
      payload: try payload(default: nil), signature: signature, scope: scope.text)
  }

  private func queryClaim() throws(SigV4Error) -> Claim {
    let malformed = SigV4Error(.queryMalformed, "The signature's query parameters are malformed.")
    var fields = [[UInt8]?](repeating: nil, count: SignatureParameter.allCases.count)
    for parameter in query.parameters {
      guard let part = parameter.part else { continue }
      // Another spelling of a reserved name could be read differently by someone else.
      guard query.isExact(parameter), fields[part.rawValue] == nil else {
        throw malformed
      }
      fields[part.rawValue] = query.bytes(parameter.value)
    }
    func field(_ part: SignatureParameter) -> [UInt8]? { fields[part.rawValue] }
    guard field(.algorithm) == Claim.algorithm else {
      throw SigV4Error(.algorithmUnsupported, "Only AWS4-HMAC-SHA256 is supported.")
    }
    guard let credential = field(.credential), let scope = CredentialScope(credential),
      let names = field(.signedHeaders), let signed = Claim.names(names),
      let signature = field(.signature), Claim.isSignature(signature),
      let expires = field(.expires)
    else { throw malformed }
    guard let text = field(.date), let time = SigningTime(parsing: text) else {
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
      sessionToken: field(.securityToken), payload: try payload(default: .unsigned),
      signature: signature, scope: scope.text)
  }

  /// The payload hash of `x-amz-content-sha256`, or the default where there is no such header.
  private func payload(default fallback: PayloadHash?) throws(SigV4Error) -> PayloadHash {
    guard hasHeader(Names.payloadHash) else {
      if let fallback { return fallback }
      throw SigV4Error(.payloadHashMissing, "The x-amz-content-sha256 header is missing.")
    }
    guard let text = header(Names.payloadHash), let hash = PayloadHash(Names.text(text))
    else {
      throw SigV4Error(.payloadHashMalformed, "x-amz-content-sha256 is not a payload hash.")
    }
    return hash
  }
}

extension Claim {
  static let algorithm = Array("AWS4-HMAC-SHA256".utf8)
  /// Lower-case names in strictly rising order; nothing otherwise.
  static func names(_ list: [UInt8]) -> [[UInt8]]? {
    // A presigned download signs the host and nothing else.
    if list == Names.host { return [Names.host] }
    let names = list.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
    guard (1...Verifier.signedHeadersMax).contains(names.count), names.allSatisfy({ !$0.isEmpty }),
      Names.lowered(list) == list,
      zip(names, names.dropFirst()).allSatisfy({ $0.lexicographicallyPrecedes($1) })
    else { return nil }
    return names.map { Array($0) }
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
  /// All but the access key id.
  let text: [UInt8]

  /// Reads a credential; nothing for other text.
  init?(_ text: [UInt8]) {
    let parts = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count >= 5, parts[parts.count - 1].elementsEqual("aws4_request".utf8) else {
      return nil
    }
    day = Array(parts[parts.count - 4])
    region = Array(parts[parts.count - 3])
    service = Array(parts[parts.count - 2])
    let end = parts[parts.count - 5].endIndex
    accessKeyID = String(decoding: text[..<end], as: UTF8.self)
    self.text = Array(text[(end + 1)...])
    guard !accessKeyID.isEmpty, day.count == 8, !region.isEmpty, !service.isEmpty else {
      return nil
    }
  }
}
