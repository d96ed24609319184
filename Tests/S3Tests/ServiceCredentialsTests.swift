// Credentials from services, against a stand-in for the metadata, container and token services: what
// is asked, when it is asked again, and how long presigned URLs then live.

import Base
import Foundation
import HTTPClient
import S3
import SigV4
import TestSupport
import Testing

private func keys(_ id: String, seconds: Int64) -> String {
  """
  {"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"\(id)","SecretAccessKey":"planted-secret",\
  "Token":"token-of-\(id)","Expiration":"\(testNow.adding(seconds: seconds))"}
  """
}

private func makeHTTP() throws -> HTTPClient {
  var configuration = HTTPClientConfiguration.credentialServices()
  configuration.retry.sleep = { _ in }
  configuration.lowSpeedSeconds = 1
  return try HTTPClient(configuration)
}

/// A file with a token; gone with the last reference.
private final class TokenFile {
  let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path

  init(_ text: String) throws { try write(text) }

  func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: path)) }

  deinit { unlink(path) }
}

@Suite struct ServiceCredentialsTests {
  @Test func `the machine's role comes from its metadata service, version 2`() async throws {
    let server = try store { request in
      switch (request.method, request.target) {
      case ("PUT", "/latest/api/token"): answer("200 OK", "session==")
      case ("GET", "/latest/meta-data/iam/security-credentials/"): answer("200 OK", "my-role\n")
      case ("GET", "/latest/meta-data/iam/security-credentials/my-role"):
        answer("200 OK", keys("AKMETA", seconds: 3600))
      default: answer("404 Not Found")
      }
    }
    let variables = ["AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url()]
    let provider = CredentialsProvider.instance(variables, http: try makeHTTP())
    let found = try await provider.load()
    #expect(found?.credentials.accessKeyID == "AKMETA")
    #expect(found?.credentials.sessionToken == "token-of-AKMETA")
    #expect(found?.expiresAt == testNow.adding(seconds: 3600))
    #expect(server.heads[0].contains("X-aws-ec2-metadata-token-ttl-seconds: 21600\r\n"))
    #expect(
      server.heads[1...].allSatisfy { $0.contains("X-aws-ec2-metadata-token: session==\r\n") })
    let off = variables.merging(["AWS_EC2_METADATA_DISABLED": "true"]) { $1 }
    #expect(await id(.instance(off, http: try makeHTTP())) == "none")
  }

  /// Answers to the session, the list of roles and the role, and what comes of them.
  static let troubles: [([String], String)] = [
    ([""], "credentials-unavailable"), ([answer("403 Forbidden")], "credentials-invalid"),
    ([answer("503 Service Unavailable")], "credentials-unavailable"),
    ([answer("200 OK")], "credentials-invalid"),
    ([answer("200 OK", "s"), answer("404 Not Found")], "none"),
    ([answer("200 OK", "s"), answer("200 OK")], "none"),
    ([answer("200 OK", "s"), answer("200 OK", "../user-data")], "credentials-invalid"),
    ([answer("200 OK", "s"), answer("200 OK", "r"), answer("200 OK", "{")], "credentials-invalid"),
    (
      [answer("200 OK", "s"), answer("200 OK", "r"), answer("200 OK", "{}")], "credentials-invalid"
    ),
    (
      [
        answer("200 OK", "s"), answer("200 OK", "r"),
        answer("200 OK", #"{"Code":"AssumeRoleUnauthorizedAccess"}"#),
      ], "credentials-unavailable"
    ),
    (
      [
        answer("200 OK", "s"), answer("200 OK", "r"),
        answer("200 OK", #"{"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"soon"}"#),
      ], "credentials-invalid"
    ),
    (
      [
        answer("200 OK", "s"), answer("200 OK", "r"),
        answer("200 OK", String(repeating: " ", count: 65_537)),
      ], "credentials-unavailable"
    ),
  ]

  @Test func `a metadata service in trouble is told from one that has nothing`() async throws {
    for (answers, expected) in ServiceCredentialsTests.troubles {
      let server = try store(answering: answers)
      let variables = ["AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url("")]
      let found = await id(.instance(variables, http: try makeHTTP()))
      #expect(found == expected, "\(answers.last?.prefix(200) ?? "")")
    }
  }

  @Test func `a container asks its agent with the token of the moment`() async throws {
    let server = try store { _ in answer("200 OK", keys("AKBOX", seconds: 900)) }
    let file = try TokenFile("first\n")
    let provider = CredentialsProvider.container(
      [
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url("/v1/credentials"),
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": file.path,
      ], http: try makeHTTP())
    #expect(await id(provider) == "AKBOX+token-of-AKBOX")
    try file.write("second")
    #expect(await id(provider) == "AKBOX+token-of-AKBOX")
    #expect(server.heads[0].contains("Authorization: first\r\n"))
    #expect(server.heads[1].contains("Authorization: second\r\n"))
    for text in ["", "two words", "line\nline"] {
      try file.write(text)
      #expect(await id(provider) == "credentials-invalid", "\(text)")
    }
    for (address, expected) in [
      ("http://metadata.example.com/", "credentials-invalid"),
      ("ftp://127.0.0.1/", "credentials-invalid"),
      ("http://127.0.0.1.example.com/", "credentials-invalid"),
      ("http://127.0.0.1@example.com/", "credentials-invalid"), ("", "none"),
      ("http://127.0.0.1:1/", "credentials-unavailable"),
      ("http://[::1]:1/", "credentials-unavailable"),
    ] {
      let variables = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": address]
      #expect(await id(.container(variables, http: try makeHTTP())) == expected, "\(address)")
    }
  }

  private static func role(_ id: String, seconds: Int64) -> String {
    answer(
      "200 OK",
      """
      <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\
      <AssumeRoleWithWebIdentityResult><Audience>x</Audience><Credentials>\
      <SessionToken>token-of-\(id)</SessionToken><SecretAccessKey>planted-secret</SecretAccessKey>\
      <Expiration>\(testNow.adding(seconds: seconds))</Expiration><AccessKeyId>\(id)</AccessKeyId>\
      </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>
      """)
  }

  @Test func `a web identity is exchanged for the role's credentials`() async throws {
    let bodies = Lock<[String]>([])
    let server = try store { request in
      bodies.withLock { $0.append(String(decoding: request.body, as: UTF8.self)) }
      return Self.role("AKROLE", seconds: 3600)
    }
    let file = try TokenFile("a.b+c.d\n")
    let variables = [
      "AWS_ROLE_ARN": "arn:aws:iam::1:role/x", "AWS_WEB_IDENTITY_TOKEN_FILE": file.path,
    ]
    func provider(_ variables: [String: String]) throws -> CredentialsProvider {
      .webIdentity(variables, region: "r", endpoint: server.url(""), http: try makeHTTP())
    }
    #expect(await id(try provider(variables)) == "AKROLE+token-of-AKROLE")
    #expect(
      bodies.withLock { $0 } == [
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1"
          + "%3Arole%2Fx&RoleSessionName=postern&WebIdentityToken=a.b%2Bc.d"
      ])
    #expect(server.heads[0].hasPrefix("POST / HTTP/1.1\r\n") && !server.heads[0].contains("a.b"))
    #expect(await id(try provider([:])) == "none")
    #expect(await id(try provider(["AWS_ROLE_ARN": "x"])) == "credentials-invalid")
    let gone = variables.merging(["AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere"]) { $1 }
    #expect(await id(try provider(gone)) == "credentials-invalid")
    for (text, expected) in [
      (problem("400 Bad Request", "ExpiredTokenException"), "credentials-invalid"),
      (problem("500 Internal Server Error", "InternalFailure"), "credentials-unavailable"),
      (answer("200 OK", "<html/>"), "credentials-invalid"), ("", "credentials-unavailable"),
    ] {
      let other = try store(answering: [text])
      let provider = CredentialsProvider.webIdentity(
        variables, region: "r", endpoint: other.url(), http: try makeHTTP())
      #expect(await id(provider) == expected)
    }
  }
}
