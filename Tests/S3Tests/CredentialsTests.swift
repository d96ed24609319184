// Where credentials come from, when they end, and presigned URLs.

import Base
import Foundation
import S3
import SigV4
import TestSupport
import Testing

func id(_ provider: CredentialsProvider) async -> String {
  do throws(S3Error) {
    guard let found = try await provider.load() else { return "none" }
    return found.credentials.accessKeyID + (found.credentials.sessionToken.map { "+" + $0 } ?? "")
  } catch {
    return error.code.rawValue
  }
}

@Suite struct CredentialsTests {
  @Test func `the environment gives whole pairs or nothing`() async {
    let cases: [([String: String], String)] = [
      ([:], "none"),
      (["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""], "none"),
      (["AWS_ACCESS_KEY_ID": "A"], "credentials-invalid"),
      (["AWS_SECRET_ACCESS_KEY": "s"], "credentials-invalid"),
      (["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s"], "A"),
      (
        ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"], "A+t"
      ),
      (
        [
          "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s",
          "AWS_CREDENTIAL_EXPIRATION": "soon",
        ], "credentials-invalid"
      ),
    ]
    for (variables, expected) in cases { #expect(await id(.environment(variables)) == expected) }
  }

  @Test func `a shared file gives the values of its profile`() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { unlink(path) }
    #expect(await id(.sharedFile(path: path)) == "none")
    let text = """
      # comment
      aws_access_key_id = outside
      [default]
      aws_access_key_id = A1
        AWS_Secret_Access_Key=s=1
      ; comment
      [ other ]\r
      aws_access_key_id=A2\r
      aws_secret_access_key = s2\r
      aws_session_token = t2
      aws_credential_expiration = 2026-11-21T10:00:00+00:00
      [half]
      aws_access_key_id=A3
      """
    try Data(text.utf8).write(to: URL(filePath: path))
    let profiles = ["default", "other", "half", "absent"]
    var found = [String]()
    for profile in profiles { found.append(await id(.sharedFile(path: path, profile: profile))) }
    #expect(found == ["A1", "A2+t2", "credentials-invalid", "none"])
    let other = try await CredentialsProvider.sharedFile(path: path, profile: "other").load()
    #expect(other?.expiresAt == testNow.adding(seconds: 180))
    #expect(await id(.sharedFile(path: "/")) == "credentials-invalid")
    let size = 64 << 10
    try Data(repeating: 0x0a, count: size).write(to: URL(filePath: path))
    #expect(await id(.sharedFile(path: path)) == "none")
    try Data(repeating: 0x0a, count: size + 1).write(to: URL(filePath: path))
    #expect(await id(.sharedFile(path: path)) == "credentials-invalid")
    try Data([0xff]).write(to: URL(filePath: path))
    #expect(await id(.sharedFile(path: path)) == "credentials-invalid")
  }

  @Test func `a chain takes the first source that has any, and does not hide a broken one`() async {
    let none = CredentialsProvider.environment([:])
    let broken = CredentialsProvider.environment(["AWS_ACCESS_KEY_ID": "A"])
    let fixed = CredentialsProvider.fixed(testCredentials)
    #expect(await id(.chain([none, fixed])) == "AKTEST+sessiontokenvalue")
    #expect(await id(.chain([broken, fixed])) == "credentials-invalid")
    #expect(await id(.chain([none, none])) == "none")
    #expect(await id(.chain([])) == "none")
  }

  @Test func `a presigned URL names the public endpoint and ends with the credentials`()
    async throws
  {
    let server = try store(answering: [""])
    let end = testNow.adding(seconds: 100)
    let provider = CredentialsProvider { () throws(S3Error) in
      ExpiringCredentials(testCredentials, expiresAt: end)
    }
    let now = Lock(testNow)
    let client = try makeStore(server, credentials: provider, clock: testClock(now))
    let short = try await client.presign(.get, testObject, lifetimeSeconds: 60)
    let url = short.reveal()
    #expect(url.hasPrefix("https://files.example.com/letters/v1/a%20b/%C3%A4%2B.pdf?X-Amz-"))
    #expect(url.contains("%2Feu-central-1%2Fs3%2Faws4_request") && url.contains("-Expires=60&"))
    #expect(short.expiresAt == testNow.seconds + 60)
    let long = try await client.presign(.get, testObject, lifetimeSeconds: 600)
    #expect(long.expiresAt == end.seconds)
    now.withLock { $0 = end }
    let late = await #expect(throws: S3Error.self) {
      try await client.presign(.get, testObject, lifetimeSeconds: 1)
    }
    #expect(late?.code == .credentialsExpired)
    #expect(server.connectionCount == 0)
  }

  @Test func `credentials are asked for again after their time, and their absence is told`()
    async throws
  {
    let loads = Lock(0)
    let provider = CredentialsProvider { () throws(S3Error) in
      let count = loads.withLock { loads in
        loads += 1
        return loads
      }
      return count > 2 ? nil : ExpiringCredentials(testCredentials)
    }
    let tick = Lock(UInt64(0))
    let clock = Clock(now: { testNow }, monotonicNanoseconds: { tick.withLock { $0 } })
    let server = try store(answering: [answer("200 OK")])
    let client = try makeStore(server, credentials: provider, clock: clock)
    var seen = [String]()
    for second in [0, 59, 60, 119, 120] {
      tick.withLock { $0 = UInt64(second) * 1_000_000_000 }
      seen.append(
        await outcome { () async throws(S3Error) in _ = try await client.head(testObject) })
    }
    #expect(seen == ["ok", "ok", "ok", "ok", "credentials-missing"])
    #expect(loads.withLock { $0 } == 3)
  }
}
