// Requests signed in their headers: each way in which one can be wrong has its code.

import SigV4
import Testing

@Suite struct HeaderVerificationTests {
  /// A valid request with the header `name` replaced, or removed where there is no value.
  private func refusal(
    _ name: String, _ change: (String) -> String?, target: String? = nil,
    extra: [(name: String, value: String)] = []
  ) throws -> SigV4Error.Code? {
    let signed = try Fixture.signer().sign(
      "PUT", bucket: "b", key: [65], headers: [("content-type", "text/plain")],
      payload: .unsigned, at: Fixture.now)
    let headers = signed.headers.compactMap { header -> (name: String, value: String)? in
      guard header.name == name else { return header }
      return change(header.value).map { (name, $0) }
    }
    return Fixture.refusal(
      Fixture.request("PUT", target ?? signed.url, headers: headers + extra))
  }

  @Test func `each malformed Authorization header is refused`() throws {
    let changes: [((String) -> String?, SigV4Error.Code?)] = [
      ({ $0 }, nil),
      ({ _ in nil }, .authorizationMissing),
      ({ _ in "" }, .algorithmUnsupported),
      ({ _ in "Basic YTpi" }, .algorithmUnsupported),
      ({ _ in "AWS4-HMAC-SHA256" }, .authorizationMalformed),
      ({ $0.replacing("AWS4-HMAC-SHA256", with: "AWS4-ECDSA-P256-SHA256") }, .algorithmUnsupported),
      ({ $0.replacing("Signature=", with: "Signature") }, .authorizationMalformed),
      ({ $0 + ", Signature=0" }, .authorizationMalformed),
      ({ $0 + ", Other=0" }, .authorizationMalformed),
      ({ String($0.dropLast()) }, .authorizationMalformed),
      ({ $0 + "0" }, .authorizationMalformed),
      ({ $0.replacing("aws4_request", with: "aws4") }, .authorizationMalformed),
      ({ $0.replacing("/s3/", with: "/") }, .authorizationMalformed),
      ({ $0.replacing("content-type;host", with: "host;content-type") }, .authorizationMalformed),
      (
        { $0.replacing("content-type;host", with: "content-type;host;host") },
        .authorizationMalformed
      ),
      ({ $0.replacing("content-type;host", with: "Content-Type;host") }, .authorizationMalformed),
      ({ $0.replacing("content-type;host;", with: "content-type;") }, .headerNotSigned),
      ({ $0.replacing("content-type;host", with: "host") }, .headerNotSigned),
      ({ $0.replacing(";x-amz-date", with: "") }, .headerNotSigned),
      ({ $0.replacing(";x-amz-date", with: ";x-amz-date;x-missing") }, .signatureMismatch),
    ]
    for (index, (change, code)) in changes.enumerated() {
      #expect(try refusal("Authorization", change) == code, "change \(index)")
    }
  }

  @Test func `dates, hashes, bodies of the request and unsigned headers are checked`() throws {
    let dates = ["20260921T141320", "20260921T141320X", "20260231T000000Z", "", "Mon, 21 Sep 2026"]
    for date in dates {
      #expect(try refusal("x-amz-date", { _ in date }) == .dateMalformed)
    }
    #expect(try refusal("x-amz-date", { _ in nil }) == .dateMalformed)
    #expect(try refusal("x-amz-content-sha256", { _ in nil }) == .payloadHashMissing)
    for hash in ["", "unsigned-payload", String(repeating: "A", count: 64), "e3b0"] {
      #expect(try refusal("x-amz-content-sha256", { _ in hash }) == .payloadHashMalformed)
    }
    #expect(
      try refusal("x-amz-content-sha256", { _ in PayloadHash.empty.text }) == .signatureMismatch)
    #expect(try refusal("content-type", { _ in "text/html" }) == .signatureMismatch)
    #expect(try refusal("content-type", { _ in " text/plain " }) == nil)
    #expect(try refusal("content-type", { _ in nil }) == .signatureMismatch)
    #expect(try refusal("", { $0 }, extra: [("X-Amz-Acl", "public-read")]) == .headerNotSigned)
    #expect(try refusal("", { $0 }, extra: [("Content-MD5", "x")]) == .headerNotSigned)
    #expect(try refusal("", { $0 }, extra: [("user-agent", "x")]) == nil)
    #expect(try refusal("", { $0 }, extra: [("authorization", "x")]) == .authorizationMalformed)
    let double = "http://s3.localhost:9000/b/A?X-Amz-Signature=1"
    #expect(try refusal("", { $0 }, target: double) == .authorizationAmbiguous)
    for bad in ["http://s3.localhost:9000/b/%4", "http://s3.localhost:9000/b/A?a=%zz"] {
      #expect(try refusal("", { $0 }, target: bad) == .encodingMalformed)
    }
    #expect(try refusal("", { $0 }, target: "http://s3.localhost:9000/b/%41") == nil)
  }

  @Test func `long queries are refused before they are read`() throws {
    func code(_ query: String) -> SigV4Error.Code? {
      Fixture.refusal(Fixture.request("GET", "http://a/?" + query))
    }
    let longest = String(repeating: "a", count: Verifier.queryBytesMax)
    #expect([code(longest), code(longest + "a")] == [.authorizationMissing, .requestTooLarge])
    let most = Array(repeating: "a", count: Verifier.parametersMax).joined(separator: "&")
    #expect([code(most), code(most + "&a")] == [.authorizationMissing, .requestTooLarge])
  }

  @Test func `a presigned request must sign the x-amz headers that it carries`() throws {
    let url = try Fixture.signer().presign(
      .put, bucket: "b", key: [65], lifetimeSeconds: 60, at: Fixture.now)
    let cases: [((name: String, value: String), SigV4Error.Code?)] = [
      (("x-amz-acl", "private"), .headerNotSigned), (("Content-Type", "a/b"), nil),
      (("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), .headerNotSigned), (("range", "b"), nil),
    ]
    for (header, code) in cases {
      let request = Fixture.request("PUT", url.reveal(), headers: [header])
      #expect(Fixture.refusal(request) == code)
    }
    var doubled = Fixture.request("PUT", url.reveal())
    doubled.headers.append(doubled.headers[0])
    #expect(Fixture.refusal(doubled) == .signatureMismatch)
  }

  @Test func `content headers may stay unsigned where the verifier says so`() throws {
    let signed = try Fixture.signer().sign("GET", bucket: "b", payload: .empty, at: Fixture.now)
    let request = Fixture.request(
      "GET", signed.url, headers: signed.headers + [("content-type", "a/b")])
    let lenient = Verifier(region: nil, requiresSignedContentHeaders: false)
    #expect(Fixture.refusal(request) == .headerNotSigned)
    #expect(Fixture.refusal(request, verifier: lenient) == nil)
  }
}
