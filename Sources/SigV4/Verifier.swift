// The server's side: is this request signed by somebody we know, for us, now?
// Leaves out what the signer may do; that is the caller's decision after verification.

import Cryptography

/// Verifies signed requests and presigned URLs; use one from any number of threads.
public final class Verifier: Sendable {
  /// How far a header-signed request's clock may be away, and a presigned URL's may be ahead.
  public static let skewSecondsMax: Int64 = 900
  /// The longest query in bytes.
  public static let queryBytesMax = 16_384
  /// The most query parameters.
  public static let parametersMax = 256
  /// The most headers that can be signed.
  public static let signedHeadersMax = 100

  let region: [UInt8]?
  let service: [UInt8]
  let requiresSignedContentHeaders: Bool
  let keys = SigningKeys()

  /// Creates a verifier.
  ///
  /// - Parameters:
  ///   - region: the only region accepted in a scope; nothing accepts any.
  ///   - requiresSignedContentHeaders: whether `content-type` and `content-md5`, when present in a
  ///     header-signed request, must be signed (as the S3 reference asks).
  public init(
    region: String?, service: String = "s3", requiresSignedContentHeaders: Bool = true
  ) {
    self.region = region.map { Array($0.utf8) }
    self.service = Array(service.utf8)
    self.requiresSignedContentHeaders = requiresSignedContentHeaders
  }

  /// Checks a request at the time `now` (seconds since 1970).
  ///
  /// `lookup` finds the credentials of an access key id; nothing for an unknown one.
  /// Throws `authorization-missing` for a request without any signature, and a code for each other
  /// way to fail; form is checked before time, time before identity, identity before the signature.
  public func verify(
    _ request: ReceivedRequest, at now: Int64,
    lookup: (_ accessKeyID: String) -> Credentials?
  ) throws(SigV4Error) -> VerifiedRequest {
    let now = try SigningTime(now).seconds
    let parsed = try ParsedRequest(request)
    let claim = try parsed.claim()
    try checkScope(
      day: claim.day, timeText: claim.timeText, region: claim.region, service: claim.service)
    try checkTime(claim, now: now)
    guard let credentials = lookup(claim.accessKeyID) else {
      throw SigV4Error(.accessKeyUnknown, "The access key id is not known.")
    }
    try checkToken(claim.sessionToken, credentials.sessionToken)
    try checkSigned(claim, parsed)

    let key = keys.key(
      for: credentials, day: claim.day, region: claim.region, service: claim.service)
    let canonical = CanonicalRequest(
      method: request.method, path: parsed.canonicalPath,
      queryBytesMax: parsed.query.canonicalBytesMax,
      query: { parsed.query.appendCanonicalForm(isPresigned: claim.form == .query, to: &$0) },
      headers: CanonicalHeaders(parsed.headers(named: claim.signedHeaders)),
      payload: claim.payload.text)
    let signature = canonical.signature(time: claim.timeText, scope: claim.scope, key: key)
    var expected = [UInt8]()
    expected.reserveCapacity(64)
    signature.appendHex(to: &expected)
    guard constantTimeEqual(expected.span, claim.signature.span) else {
      throw SigV4Error(.signatureMismatch, "The signature does not match the request.")
    }
    return VerifiedRequest(
      form: claim.form, accessKeyID: claim.accessKeyID,
      signedHeaders: claim.signedHeaders.map(Names.text),
      payload: claim.payload, signedAt: claim.signedAt,
      expiresAt: claim.lifetimeSeconds.map { claim.signedAt + $0 }, path: parsed.path,
      query: parsed.ownQuery(of: claim.form),
      chunks: claim.payload.hasSignedChunks
        ? ChunkVerifier(
          key: key, time: Array(claim.timeText), scope: Array(claim.scope), seed: expected) : nil)
  }

  func checkScope(
    day: ArraySlice<UInt8>, timeText: ArraySlice<UInt8>, region claimed: ArraySlice<UInt8>,
    service claimedService: ArraySlice<UInt8>
  ) throws(SigV4Error) {
    guard day.elementsEqual(timeText.prefix(8)) else {
      throw SigV4Error(.dateMismatch, "The credential's day is not the day of the date.")
    }
    guard region.map({ claimed.elementsEqual($0) }) ?? true else {
      throw SigV4Error(.regionMismatch, "The credential names another region.")
    }
    guard claimedService.elementsEqual(service) else {
      throw SigV4Error(.serviceMismatch, "The credential names another service.")
    }
  }

  private func checkTime(_ claim: Claim, now: Int64) throws(SigV4Error) {
    guard let lifetime = claim.lifetimeSeconds else {
      guard abs(now - claim.signedAt) <= Verifier.skewSecondsMax else {
        throw SigV4Error(.requestTimeSkewed, "The date is more than 15 minutes away from now.")
      }
      return
    }
    guard claim.signedAt <= now + Verifier.skewSecondsMax else {
      throw SigV4Error(.requestNotYetValid, "The date is more than 15 minutes ahead.")
    }
    guard now < claim.signedAt + lifetime else {
      throw SigV4Error(.requestExpired, "The presigned URL has expired.")
    }
  }

  func checkToken(_ claimed: ArraySlice<UInt8>?, _ known: String?) throws(SigV4Error) {
    let isRight =
      switch (claimed, known) {
      case (nil, nil): true
      case (let claimed?, let known?): constantTimeEqual(claimed.span, Array(known.utf8).span)
      default: false
      }
    guard isRight else {
      throw SigV4Error(.sessionTokenInvalid, "The session token is missing or wrong.")
    }
  }

  /// `host` and every `x-amz-*` header must be signed; each signed header must be there.
  private func checkSigned(_ claim: Claim, _ parsed: ParsedRequest) throws(SigV4Error) {
    let signed = claim.signedHeaders
    guard signed.contains(Names.host) else {
      throw SigV4Error(.headerNotSigned, "The host header is not signed.")
    }
    let isContentRequired = claim.form == .header && requiresSignedContentHeaders
    for index in parsed.headers.indices {
      let name = parsed.headers[index].name
      let isRequired =
        Names.starts(name, with: Names.amazonPrefix)
        || isContentRequired
          && (Names.equal(name, Names.contentType) || Names.equal(name, Names.contentMD5))
      guard !isRequired || signed.contains(where: { Names.equal(name, $0) }) else {
        throw SigV4Error(.headerNotSigned, "A header that must be signed is not.")
      }
    }
    guard signed.allSatisfy({ parsed.hasHeader($0) }) else {
      throw SigV4Error(.signatureMismatch, "A signed header is missing from the request.")
    }
  }
}

extension PayloadHash {
  var hasSignedChunks: Bool {
    if case .signedChunks = self { return true }
    return false
  }
}
