// Credentials that end: renewed before, used to the end when the source is away, and never outlived
// by a presigned URL.

import Base
import HTTPClient
import S3
import SigV4
import TestSupport
import Testing

/// A service that gives numbered credentials of a length of life, or fails.
private final class Source: Sendable {
  struct State: Sendable {
    var loads = 0
    var lifeSeconds: Int64 = 3600
    var failure: S3Error.Code?
  }

  let state = Lock(State())
  let now = Lock(testNow)

  var clock: Clock {
    let now = now
    return Clock(
      now: { now.withLock { $0 } },
      monotonicNanoseconds: { UInt64(now.withLock { $0.milliseconds }) * 1_000_000 })
  }

  var provider: CredentialsProvider {
    CredentialsProvider(isRemote: true) { [state, now] () async throws(S3Error) in
      let (number, life, failure) = state.withLock { state in
        state.loads += 1
        return (state.loads, state.lifeSeconds, state.failure)
      }
      if let failure { throw S3Error(failure, "away") }
      return ExpiringCredentials(
        Credentials(accessKeyID: "AK\(number)", secretAccessKey: "s", sessionToken: "t\(number)"),
        expiresAt: now.withLock { $0 }.adding(seconds: life))
    }
  }

  func pass(seconds: Int64) { now.withLock { $0 = $0.adding(seconds: seconds) } }

  var loads: Int { state.withLock { $0.loads } }
}

/// The key in a presigned URL and the seconds that it lives, or the code of the failure.
private func presign(_ client: S3Client, seconds: Int = 604_800) async -> (String, Int64) {
  do throws(S3Error) {
    let url = try await client.presign(.get, testObject, lifetimeSeconds: seconds)
    let text = url.reveal()
    let key = text.firstRange(of: "Credential=").map { text[$0.upperBound...].prefix { $0 != "%" } }
    return (String(key ?? ""), url.expiresAt)
  } catch {
    return (error.code.rawValue, 0)
  }
}

@Suite struct RenewalTests {
  @Test func `a presigned URL never outlives the session that signed it`() async throws {
    let source = Source()
    let server = try store(answering: [""])
    let client = try makeStore(server, credentials: source.provider, clock: source.clock)
    let end = testNow.seconds + 3600
    for (passed, seconds, expected) in [
      (0, 604_800, end), (0, 3600, end), (0, 3599, end - 1), (1000, 3600, end),
      (1600, 5, end - 995),
    ] as [(Int64, Int, Int64)] {
      source.pass(seconds: passed)
      let (key, expiresAt) = await presign(client, seconds: seconds)
      #expect(key == "AK1" && expiresAt == expected)
    }
    #expect(client.credentialsSecondsLeft == 1000)
  }

  @Test func `credentials are renewed in their last quarter hour, without anybody waiting`()
    async throws
  {
    let source = Source()
    let server = try store(answering: [""])
    let client = try makeStore(server, credentials: source.provider, clock: source.clock)
    _ = await presign(client)
    source.pass(seconds: 2699)
    #expect(await presign(client).0 == "AK1" && source.loads == 1)
    source.pass(seconds: 1)
    // Whoever comes first starts the load; the old ones are still good.
    var key = await presign(client).0
    var tries = 0
    while key == "AK1", tries < 100_000 {
      await Task.yield()
      key = await presign(client).0
      tries += 1
    }
    #expect(key == "AK2" && source.loads == 2)
  }

  @Test func `credentials that vanish are used to their end, and then missed with a code`()
    async throws
  {
    let source = Source()
    let server = try store(answering: [""])
    let client = try makeStore(server, credentials: source.provider, clock: source.clock)
    _ = await presign(client)
    source.state.withLock { $0.failure = .credentialsUnavailable }
    source.pass(seconds: 3599)
    for _ in 0..<3 {
      let (key, expiresAt) = await presign(client)
      #expect(key == "AK1" && expiresAt == testNow.seconds + 3600)
    }
    source.pass(seconds: 1)
    #expect(await presign(client).0 == "credentials-unavailable")
    source.state.withLock { $0.failure = nil }
    #expect(await presign(client).0.hasPrefix("AK"))
  }

  @Test func `many who find no credentials cause one load`() async throws {
    let source = Source()
    let (gate, opened) = AsyncStream.makeStream(of: Void.self)
    let inner = source.provider
    let provider = CredentialsProvider(isRemote: true) { () async throws(S3Error) in
      for await _ in gate {}
      return try await inner.load()
    }
    let server = try store(answering: [""])
    let client = try makeStore(server, credentials: provider, clock: source.clock)
    let keys = await withTaskGroup(of: String.self) { group in
      for _ in 0..<20 { group.addTask { await presign(client).0 } }
      opened.finish()
      return await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(keys == ["AK1"] && source.loads == 1)
  }

  @Test func `a local source that fails takes nothing away, one that is empty does`() async throws {
    let source = Source()
    let failure = Lock<S3Error.Code?>(nil)
    let provider = CredentialsProvider(isRemote: false) { () async throws(S3Error) in
      if let code = failure.withLock({ $0 }) { throw S3Error(code, "away") }
      return ExpiringCredentials(
        Credentials(accessKeyID: "AK1", secretAccessKey: "s"), expiresAt: nil)
    }
    let server = try store(answering: [""])
    let client = try makeStore(server, credentials: provider, clock: source.clock)
    let cases: [(S3Error.Code?, String)] = [
      (nil, "AK1"), (.credentialsUnavailable, "AK1"), (.credentialsInvalid, "AK1"),
      (.credentialsMissing, "credentials-missing"), (nil, "AK1"),
    ]
    for (code, expected) in cases {
      failure.withLock { $0 = code }
      source.pass(seconds: 3600)
      #expect(await presign(client).0 == expected)
    }
  }

  @Test func `all requests whose credentials end get the newer ones`() async throws {
    let source = Source()
    let server = try store { request in
      request.head.contains("AK1/")
        ? problem("400 Bad Request", "ExpiredToken") : answer("200 OK")
    }
    let client = try makeStore(server, credentials: source.provider, clock: source.clock)
    let results = await withTaskGroup(of: String.self) { group in
      for _ in 0..<8 {
        group.addTask {
          await outcome { () async throws(S3Error) in
            try await client.put(testObject, .bytes([1]))
          }
        }
      }
      return await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(results.count == 1 && !results.contains("credentials-expired"))
    #expect(source.loads == 2)
  }

  @Test func `a store that has forgotten the credentials gets newer ones, once`() async throws {
    let refusals = [
      problem("400 Bad Request", "ExpiredToken"), problem("403 Forbidden", "InvalidAccessKeyId"),
      problem("400 Bad Request", "InvalidToken"),
    ]
    for refusal in refusals {
      let source = Source()
      let server = try store { request in
        request.head.contains("AK1/") ? refusal : answer("200 OK")
      }
      let client = try makeStore(server, credentials: source.provider, clock: source.clock)
      try await client.put(testObject, .bytes([1]))
      #expect(source.loads == 2 && server.heads.count == 2)
    }
    let source = Source()
    let server = try store(answering: [problem("400 Bad Request", "ExpiredToken")])
    let client = try makeStore(server, credentials: source.provider, clock: source.clock)
    let result = await outcome { () async throws(S3Error) in
      try await client.put(testObject, .bytes([1]))
    }
    #expect(result == "credentials-expired" && server.heads.count == 2)
  }
}
