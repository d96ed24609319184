// The server's side: what is accepted, what is refused, and with which code.

import SigV4
import Testing

/// One signer, one verifier and a moment that they agree on.
struct Fixture {
  static let now: Int64 = 1_790_000_000
  static let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
  static let credentials = Credentials(
    accessKeyID: "AKIA/odd$key", secretAccessKey: secret)
  static let key = Array("v1/a b/ü+%25~.pdf".utf8)

  static func signer(
    _ credentials: Credentials = credentials, region: String = "eu-central-1",
    service: String = "s3", style: Endpoint.Style = .path
  ) throws -> Signer {
    try Signer(
      credentials: credentials, region: region,
      endpoint: Endpoint("http://s3.localhost:9000", style: style), service: service)
  }

  static let verifier = Verifier(region: "eu-central-1")

  /// The request that an HTTP client makes of a URL.
  static func request(
    _ method: String, _ url: String, headers: [(name: String, value: String)] = []
  ) -> ReceivedRequest {
    let rest = url.drop { $0 != "/" }.dropFirst(2)
    let host = rest.prefix { $0 != "/" }
    let target = rest.dropFirst(host.count)
    let path = target.prefix { $0 != "?" }
    return inOneHead(
      ReceivedRequest(
        method: method, path: String(path), query: String(target.dropFirst(path.count + 1)),
        headers: [(name: "Host", value: String(host))] + headers))
  }

  /// The same request as slices of one array, as a server has it: none begins at 0.
  private static func inOneHead(_ request: ReceivedRequest) -> ReceivedRequest {
    let parts = [request.path, request.query] + request.headers.flatMap { [$0.name, $0.value] }
    var ranges = [Range<Int>]()
    var head = Array("GET ".utf8)
    for part in parts {
      ranges.append(head.count..<(head.count + part.count))
      head += part + [UInt8(ascii: " ")]
    }
    let slices = ranges.map { head[$0] }
    return ReceivedRequest(
      method: request.method, path: slices[0], query: slices[1],
      headers: stride(from: 2, to: slices.count, by: 2).map { (slices[$0], slices[$0 + 1]) })
  }

  @discardableResult
  static func verify(
    _ request: ReceivedRequest, at now: Int64 = now, credentials: Credentials = credentials,
    verifier: Verifier = verifier
  ) throws(SigV4Error) -> VerifiedRequest {
    try verifier.verify(request, at: now) { $0 == credentials.accessKeyID ? credentials : nil }
  }

  /// The code that refuses the request; nothing when it is accepted.
  static func refusal(
    _ request: ReceivedRequest, at now: Int64 = now, credentials: Credentials = credentials,
    verifier: Verifier = verifier
  ) -> SigV4Error.Code? {
    do {
      try verify(request, at: now, credentials: credentials, verifier: verifier)
      return nil
    } catch {
      return error.code
    }
  }
}

@Suite struct VerifierTests {
  @Test(arguments: PresignMethod.allCases, [Endpoint.Style.path, .virtualHost])
  func `a presigned URL of ours is accepted`(method: PresignMethod, style: Endpoint.Style) throws {
    let token = "token+/="
    let temporary = Credentials(
      accessKeyID: "ASIA", secretAccessKey: Fixture.secret, sessionToken: token)
    let url = try Fixture.signer(temporary, style: style).presign(
      method, bucket: "letters", key: Fixture.key, lifetimeSeconds: 60,
      query: [("response-content-type", "text/plain; a=\"ü\""), ("A", "1"), ("a", ""), ("a", "%")],
      headers: [("X-Amz-Meta-Owner", "  a   b "), ("content-type", "text/plain")],
      at: Fixture.now)
    let request = Fixture.request(
      method.rawValue, url.reveal(),
      headers: [
        ("x-amz-meta-owner", "a b"), ("Content-Type", "text/plain"), ("user-agent", "x"),
      ])
    let verified = try Fixture.verify(request, credentials: temporary)
    #expect(verified.form == .query && verified.payload == .unsigned)
    #expect(verified.expiresAt == Fixture.now + 60 && verified.signedAt == Fixture.now)
    #expect(verified.signedHeaders == ["content-type", "host", "x-amz-meta-owner"])
    let prefix = Array((style == .path ? "/letters/" : "/").utf8)
    #expect(verified.path == prefix + Fixture.key)
    #expect(verified.query.count == 4)
  }

  @Test func `a header-signed request of ours is accepted`() throws {
    let signed = try Fixture.signer().sign(
      "POST", bucket: "letters", key: Fixture.key, query: [("uploads", "")],
      headers: [("Content-Type", "text/plain"), ("x-amz-meta-a", "1")], payload: .empty,
      at: Fixture.now)
    let request = Fixture.request("POST", signed.url, headers: signed.headers)
    let verified = try Fixture.verify(request)
    #expect(verified.form == .header && verified.payload == .empty && verified.expiresAt == nil)
    #expect(verified.accessKeyID == Fixture.credentials.accessKeyID)
  }

  @Test func `every changed character of a presigned request is refused`() throws {
    let url = try Fixture.signer().presign(
      .get, bucket: "letters", key: Fixture.key, lifetimeSeconds: 60,
      query: [("response-content-disposition", "attachment; filename=\"a b\"")], at: Fixture.now)
    let request = Fixture.request("GET", url.reveal())
    try Fixture.verify(request)
    var accepted = 0
    for position in request.query.indices {
      for mask: UInt8 in [0x01, 0x20] {
        var changed = request
        changed.query[position] ^= mask
        // A lower-case escape (`%3b`) encodes the same byte: not a change of the request.
        if Fixture.refusal(changed) == nil,
          !isEscapeDigit(Array(request.query), position - request.query.startIndex)
        {
          accepted += 1
        }
      }
    }
    for position in request.path.indices {
      var changed = request
      changed.path[position] ^= 0x01
      if Fixture.refusal(changed) == nil { accepted += 1 }
    }
    #expect(accepted == 0)
  }

  @Test func `added, removed and repeated parameters are refused`() throws {
    let url = try Fixture.signer().presign(
      .get, bucket: "letters", key: Fixture.key, lifetimeSeconds: 60,
      query: [("versionId", "7")], at: Fixture.now)
    let whole = url.reveal()
    #expect(Fixture.refusal(Fixture.request("GET", whole + "&x=1")) == .signatureMismatch)
    #expect(Fixture.refusal(Fixture.request("HEAD", whole)) == .signatureMismatch)
    let query = whole.drop { $0 != "?" }.dropFirst().split(separator: "&")
    let codes = query.indices.map { index in
      var rest = query
      rest.remove(at: index)
      var request = Fixture.request("GET", whole)
      request.query = Array(rest.joined(separator: "&").utf8)[...]
      return Fixture.refusal(request)
    }
    #expect(
      codes == [
        .algorithmUnsupported, .queryMalformed, .dateMalformed, .queryMalformed, .queryMalformed,
        .signatureMismatch, .queryMalformed,
      ])
    for part in query where part.hasPrefix("X-Amz") {
      let code = Fixture.refusal(Fixture.request("GET", whole + "&" + part))
      #expect(code == .queryMalformed, "\(part)")
      let other = part.replacing("X-Amz", with: "x-amz")
      #expect(
        Fixture.refusal(Fixture.request("GET", whole.replacing(part, with: other)))
          == .queryMalformed)
    }
  }

  @Test func `a presigned URL lives exactly its seconds, and clocks may differ by 15 minutes`()
    throws
  {
    let url = try Fixture.signer().presign(
      .get, bucket: "b", key: [65], lifetimeSeconds: 10, at: Fixture.now)
    let request = Fixture.request("GET", url.reveal())
    let moments: [Int64] = [-901, -900, 0, 9, 10]
    let codes = moments.map { Fixture.refusal(request, at: Fixture.now + $0) }
    #expect(codes == [.requestNotYetValid, nil, nil, nil, .requestExpired])
    #expect(url.expiresAt == Fixture.now + 10)
    let signed = try Fixture.signer().sign("GET", bucket: "b", payload: .unsigned, at: Fixture.now)
    let headed = Fixture.request("GET", signed.url, headers: signed.headers)
    let around = [-901, -900, 900, 901].map { Fixture.refusal(headed, at: Fixture.now + $0) }
    #expect(around == [.requestTimeSkewed, nil, nil, .requestTimeSkewed])
  }

  @Test(arguments: ["0", "-1", "604801", "1e3", "", "00000060", " 60", "9999999"])
  func `an expiry outside 1 to 604800 is refused as such`(text: String) throws {
    let url = try Fixture.signer().presign(
      .get, bucket: "b", key: [65], lifetimeSeconds: 60, at: Fixture.now)
    let changed = url.reveal().replacing("Expires=60", with: "Expires=\(text)")
    #expect(Fixture.refusal(Fixture.request("GET", changed)) == .lifetimeOutOfRange)
  }

  @Test func `a scope for another region, service or day is refused as such`() throws {
    let region = try Fixture.signer(region: "us-east-1").presign(
      .get, bucket: "b", key: [65], lifetimeSeconds: 60, at: Fixture.now)
    let service = try Fixture.signer(service: "sts").presign(
      .get, bucket: "b", key: [65], lifetimeSeconds: 60, at: Fixture.now)
    let request = Fixture.request("GET", region.reveal())
    #expect(Fixture.refusal(request) == .regionMismatch)
    #expect(Fixture.refusal(request, verifier: Verifier(region: nil)) == nil)
    #expect(Fixture.refusal(Fixture.request("GET", service.reveal())) == .serviceMismatch)
    let good = try Fixture.signer().presign(
      .get, bucket: "b", key: [65], lifetimeSeconds: 60, at: 1_789_948_800)
    let day = good.reveal().replacing("T000000Z", with: "T000001Z").replacing(
      "Date=2026", with: "Date=2025")
    #expect(Fixture.refusal(Fixture.request("GET", day)) == .dateMismatch)
  }

  @Test func `who signs must be known, with the right secret and token`() throws {
    let url = try Fixture.signer().presign(
      .get, bucket: "b", key: [65], lifetimeSeconds: 60, at: Fixture.now)
    let request = Fixture.request("GET", url.reveal())
    let id = Fixture.credentials.accessKeyID
    let cases: [(Credentials, SigV4Error.Code?)] = [
      (Credentials(accessKeyID: "other", secretAccessKey: Fixture.secret), .accessKeyUnknown),
      (Credentials(accessKeyID: id, secretAccessKey: "wrong"), .signatureMismatch),
      (
        Credentials(accessKeyID: id, secretAccessKey: Fixture.secret, sessionToken: "t"),
        .sessionTokenInvalid
      ),
      (Fixture.credentials, nil),
    ]
    for (credentials, code) in cases {
      #expect(Fixture.refusal(request, credentials: credentials) == code)
    }
    let temporary = Credentials(
      accessKeyID: id, secretAccessKey: Fixture.secret, sessionToken: "t")
    let tokened = try Fixture.signer(temporary).presign(
      .get, bucket: "b", key: [65], lifetimeSeconds: 60, at: Fixture.now)
    let other = Fixture.request("GET", tokened.reveal())
    #expect(Fixture.refusal(other) == .sessionTokenInvalid)
    #expect(Fixture.refusal(other, credentials: temporary) == nil)
  }

  private func isEscapeDigit(_ query: [UInt8], _ position: Int) -> Bool {
    let percent = UInt8(ascii: "%")
    return position >= 1 && query[position - 1] == percent
      || position >= 2 && query[position - 2] == percent
  }
}
