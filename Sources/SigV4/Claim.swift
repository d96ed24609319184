// What a request claims about its signature, read from the `Authorization` header or from the
// query. Form only: nothing here is believed yet.

/// The parts of a signature as the request names them.
struct Claim {
  let form: VerifiedRequest.Form
  let accessKeyID: String
  /// `YYYYMMDD`.
  let day: ArraySlice<UInt8>
  let region: ArraySlice<UInt8>
  let service: ArraySlice<UInt8>
  /// `YYYYMMDDTHHMMSSZ`.
  let timeText: ArraySlice<UInt8>
  let signedAt: Int64
  /// Only in the query form.
  let lifetimeSeconds: Int64?
  /// Lower-case names in rising order.
  let signedHeaders: [[UInt8]]
  let sessionToken: ArraySlice<UInt8>?
  let payload: PayloadHash
  /// 64 lower-case hexadecimal digits.
  let signature: ArraySlice<UInt8>
  /// `day/region/service/aws4_request`.
  let scope: ArraySlice<UInt8>
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
    var fields = [String: ArraySlice<UInt8>]()
    for part in value.dropFirst(algorithm.count).split(separator: UInt8(ascii: ",")) {
      let field = CanonicalHeaders.trimmed(part)
      guard let cut = field.firstIndex(of: UInt8(ascii: "=")) else { throw malformed }
      let name = Names.text(Array(field[..<cut]))
      guard fields.updateValue(field[(cut + 1)...], forKey: name) == nil else {
        throw malformed
      }
    }
    guard fields.count == 3, let credential = fields["Credential"],
      let names = fields["SignedHeaders"], let signature = fields["Signature"],
      let scope = CredentialScope(credential), let signed = Claim.names(names),
      Claim.isSignature(signature)
    else { throw malformed }
    guard let text = header(Names.date), let time = SigningTime(parsing: text.span) else {
      throw SigV4Error(.dateMalformed, "The x-amz-date header is missing or malformed.")
    }
    return Claim(
      form: .header, accessKeyID: scope.accessKeyID, day: scope.day, region: scope.region,
      service: scope.service, timeText: text[...], signedAt: time.seconds, lifetimeSeconds: nil,
      signedHeaders: signed, sessionToken: header(Names.securityToken).map { $0[...] },
      payload: try payload(default: nil), signature: signature, scope: scope.text)
  }

  private func queryClaim() throws(SigV4Error) -> Claim {
    let malformed = SigV4Error(.queryMalformed, "The signature's query parameters are malformed.")
    var places = InlineArray<7, Int?>(repeating: nil)
    for (place, parameter) in query.parameters.enumerated() {
      guard let part = parameter.part else { continue }
      // Another spelling of a reserved name could be read differently by someone else.
      guard query.isExact(parameter), places[part.rawValue] == nil else {
        throw malformed
      }
      places[part.rawValue] = place
    }
    func field(_ part: SignatureParameter) -> ArraySlice<UInt8>? {
      places[part.rawValue].map { query.bytes(query.parameters[$0].value) }
    }
    guard field(.algorithm)?.elementsEqual(Claim.algorithm) == true else {
      throw SigV4Error(.algorithmUnsupported, "Only AWS4-HMAC-SHA256 is supported.")
    }
    guard let credential = field(.credential), let scope = CredentialScope(credential),
      let names = field(.signedHeaders), let signed = Claim.names(names),
      let signature = field(.signature), Claim.isSignature(signature),
      let expires = field(.expires)
    else { throw malformed }
    guard let text = field(.date), let time = SigningTime(parsing: text.span) else {
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
  static func names(_ list: ArraySlice<UInt8>) -> [[UInt8]]? {
    // A presigned download signs the host and nothing else.
    if list.elementsEqual(Names.host) { return hostAlone }
    let names = list.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
    guard (1...Verifier.signedHeadersMax).contains(names.count), names.allSatisfy({ !$0.isEmpty }),
      list.allSatisfy({ Names.lowered($0) == $0 }),
      zip(names, names.dropFirst()).allSatisfy({ $0.lexicographicallyPrecedes($1) })
    else { return nil }
    return names.map { Array($0) }
  }

  private static let hostAlone = [Names.host]

  static func isSignature(_ text: ArraySlice<UInt8>) -> Bool {
    text.count == 64
      && text.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  /// One to seven digits; nothing otherwise.
  static func number(_ text: ArraySlice<UInt8>) -> Int? {
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
  let day: ArraySlice<UInt8>
  let region: ArraySlice<UInt8>
  let service: ArraySlice<UInt8>
  /// All but the access key id.
  let text: ArraySlice<UInt8>

  /// Reads a credential; nothing for other text.
  init?(_ text: ArraySlice<UInt8>) {
    var rest = text
    guard let end = CredentialScope.cutLast(&rest), end.elementsEqual(CredentialScope.end),
      let service = CredentialScope.cutLast(&rest), let region = CredentialScope.cutLast(&rest),
      let day = CredentialScope.cutLast(&rest),
      !rest.isEmpty, day.count == 8, !region.isEmpty, !service.isEmpty
    else { return nil }
    accessKeyID = String(decoding: rest, as: UTF8.self)
    (self.day, self.region, self.service) = (day, region, service)
    self.text = text[day.startIndex...]
  }

  private static let end = Array("aws4_request".utf8)

  /// Takes what stands behind the last slash, and the slash; nothing if there is none.
  private static func cutLast(_ text: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard let slash = text.lastIndex(of: UInt8(ascii: "/")) else { return nil }
    defer { text = text[..<slash] }
    return text[(slash + 1)...]
  }
}
