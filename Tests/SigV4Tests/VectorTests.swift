// Third-party vectors: the official signing suite (header and query form of 20 cases) and the
// examples of the S3 reference.

import Cryptography
import Foundation
import SigV4
import TestSupport
import Testing

/// One case of the official suite.
struct SuiteCase: Sendable, CustomTestStringConvertible {
  static let folder = "corpus/sigv4/aws-signing-test-suite/v4"
  let name: String
  var testDescription: String { name }

  static let all: [SuiteCase] = {
    guard let path = try? Checks.path(folder),
      let names = try? FileManager.default.contentsOfDirectory(atPath: path)
    else { return [] }
    return names.sorted().map { SuiteCase(name: $0) }
  }()

  func text(_ file: String) throws -> String { try Checks.text("\(Self.folder)/\(name)/\(file)") }

  /// The request as it came: method, target, header lines, body.
  func request() throws -> (method: String, target: String, headers: [String], body: String) {
    let text = try text("request.txt").replacing("\r\n", with: "\n")
    let halves = text.split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
    var lines = halves[0].split(separator: "\n").map(String.init)
    let first = lines.removeFirst()
    let start = first.firstIndex(of: " ") ?? first.endIndex
    let end = first.lastIndex(of: " ") ?? first.endIndex
    let body = halves.count > 1 ? String(halves[1]) : ""
    return (
      String(first[..<start]), String(first[first.index(after: start)..<end]), lines, body
    )
  }
}

@Suite struct VectorTests {
  @Test(.needsChecks, arguments: SuiteCase.all)
  func `the official suite is reproduced in header and query form`(item: SuiteCase) throws {
    let context = try object(item.text("context.json"))
    let secrets = try #require(context["credentials"] as? [String: String])
    let credentials = Credentials(
      accessKeyID: secrets["access_key_id"] ?? "",
      secretAccessKey: secrets["secret_access_key"] ?? "", sessionToken: secrets["token"])
    let region = try #require(context["region"] as? String)
    let service = try #require(context["service"] as? String)
    let time: Int64 = 1_440_938_160
    #expect(context["timestamp"] as? String == "2015-08-30T12:36:00Z")

    let (method, target, lines, body) = try item.request()
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let path = context["normalize"] as? Bool == true ? normalised(parts[0]) : String(parts[0])
    let query = parts.count > 1 ? pairs(parts[1]) : []
    let headers = lines.map { line in
      let cut = line.firstIndex(of: ":") ?? line.endIndex
      return (name: bytes(line[..<cut]), value: bytes(line[cut...].dropFirst()))
    }
    let payload = digest(body)

    var added = [(name: "x-amz-date", value: "20150830T123600Z")]
    if let token = credentials.sessionToken { added.append(("x-amz-security-token", token)) }
    if context["sign_body"] as? Bool == true { added.append(("x-amz-content-sha256", payload)) }
    let headed = CanonicalRequest(
      method: method, path: bytes(path), query: query,
      headers: headers + added.map { (bytes($0.name), bytes($0.value)) }, payload: payload)
    try check(item, "header", headed, credentials, region, service, time)

    let names = Set(headers.map { String(decoding: $0.name, as: UTF8.self).lowercased() })
    var own = [
      ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
      ("X-Amz-Credential", "\(credentials.accessKeyID)/20150830/\(region)/\(service)/aws4_request"),
      ("X-Amz-Date", "20150830T123600Z"), ("X-Amz-Expires", "3600"),
      ("X-Amz-SignedHeaders", names.sorted().joined(separator: ";")),
    ]
    if let token = credentials.sessionToken { own.append(("X-Amz-Security-Token", token)) }
    let queried = CanonicalRequest(
      method: method, path: bytes(path), query: query + own.map { (bytes($0.0), bytes($0.1)) },
      headers: headers, payload: payload)
    try check(item, "query", queried, credentials, region, service, time)
  }

  private func check(
    _ item: SuiteCase, _ form: String, _ request: CanonicalRequest, _ credentials: Credentials,
    _ region: String, _ service: String, _ time: Int64
  ) throws {
    #expect(
      String(decoding: request.bytes, as: UTF8.self)
        == (try item.text("\(form)-canonical-request.txt")))
    let signature = try request.signature(
      credentials: credentials, region: region, service: service, at: time)
    #expect(try signature == item.text("\(form)-signature.txt").trimmingSpace)
  }

  @Test(.needsChecks) func `the suite has its 20 cases`() {
    #expect(SuiteCase.all.count == 20)
  }

  @Test(.needsChecks) func `the examples of the S3 reference are reproduced and verified`() throws {
    var kinds = [String: Int]()
    for line in try Checks.text("corpus/sigv4/s3-doc-examples.jsonl").split(separator: "\n") {
      let item = try object(String(line))
      let kind = item["kind"] as? String ?? ""
      kinds[kind, default: 0] += 1
      switch kind {
      case "query", "header", "streaming", "streaming-trailer": try verifyExample(item)
      default: break
      }
    }
    #expect(
      kinds == [
        "query": 1, "header": 4, "streaming": 1, "streaming-trailer": 1, "post-policy": 1,
        "signing-key": 1,
      ])
  }

  /// Builds the documented request as a server receives it and verifies it, chunks included.
  private func verifyExample(_ item: [String: Any]) throws {
    func text(_ name: String) throws -> String { try #require(item[name] as? String) }
    let credentials = Credentials(
      accessKeyID: try text("access_key_id"), secretAccessKey: try text("secret_access_key"))
    let scope = "20130524/us-east-1/s3/aws4_request"
    var headers = try #require(item["signed_headers"] as? [String: String])
    let names = headers.keys.sorted().joined(separator: ";")
    var url = try text("url")
    if item["kind"] as? String == "query" {
      url = try text("presigned_url")
    } else {
      headers["authorization"] =
        "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope),SignedHeaders=\(names),"
        + "Signature=\(try text("signature"))"
    }
    var request = Fixture.request(
      try text("method"), url,
      headers: headers.filter { $0.key != "host" }.map { ($0.key, $0.value) })
    request.headers[0].value = bytes(try #require(headers["host"]))[...]
    let verified = try Fixture.verify(
      request, at: 1_369_353_600, credentials: credentials,
      verifier: Verifier(region: "us-east-1"))
    #expect(verified.payload.text == (try text("payload_hash")))
    guard var chunks = verified.chunks else { return }
    let data = try #require(item["body_repeat"] as? [String: Any])
    let byte = bytes(try #require(data["byte"] as? String))[0]
    for chunk in try #require(item["chunks"] as? [[String: Any]]) {
      let size = try #require(chunk["size"] as? Int)
      let content = String(
        decoding: [UInt8](repeating: byte, count: size), as: UTF8.self)
      let signature = bytes(try #require(chunk["signature"] as? String))
      var other = chunks
      let isForgedAccepted = other.accepts(
        chunkSHA256Hex: bytes(digest(content + "x")), signature: signature)
      let isAccepted = chunks.accepts(
        chunkSHA256Hex: bytes(digest(content)), signature: signature)
      #expect(isAccepted && !isForgedAccepted)
    }
    if let trailer = item["trailer"] as? [String: String] {
      let lines = trailer.map { "\($0.key):\($0.value)\n" }.joined()
      let signature = bytes(try text("trailer_signature"))
      let isAccepted = chunks.accepts(
        trailerSHA256Hex: bytes(digest(lines)), signature: signature)
      #expect(isAccepted)
    }
  }

  private func object(_ text: String) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return try #require(value as? [String: Any])
  }

  private func digest(_ text: String) -> String { SHA256.hash(text.utf8).hex }

  private func bytes(_ text: some StringProtocol) -> [UInt8] { [UInt8](text.utf8) }

  private func pairs(_ query: Substring) -> [(name: [UInt8], value: [UInt8])] {
    query.split(separator: "&").map { part in
      let cut = part.firstIndex(of: "=") ?? part.endIndex
      let texts: [Substring] = [part[..<cut], part[cut...].dropFirst()]
      let sides = texts.map { bytes($0.removingPercentEncoding ?? "") }
      return (sides[0], sides[1])
    }
  }

  /// RFC 3986 section 5.2.4 with empty segments removed; S3 itself never does this.
  private func normalised(_ path: Substring) -> String {
    var segments = [Substring]()
    let parts = path.split(separator: "/", omittingEmptySubsequences: true)
    for part in parts where part != "." {
      if part == ".." { _ = segments.popLast() } else { segments.append(part) }
    }
    let isFolder = path.hasSuffix("/") || path.hasSuffix("/.")
    return "/" + segments.joined(separator: "/") + (isFolder && !segments.isEmpty ? "/" : "")
  }
}

extension String {
  var trimmingSpace: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
