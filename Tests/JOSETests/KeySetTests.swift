// Key sets: what is skipped, what is refused, when a set is fetched again; and the token cache.

import JOSE
import Testing

private let ed25519 = """
  {"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
  """

private func set(_ keys: [String]) -> [UInt8] {
  Array("{\"keys\":[\(keys.joined(separator: ","))]}".utf8)
}

private func with(_ members: String) -> String { ed25519.dropLast() + "," + members + "}" }

@Suite struct KeySetTests {
  @Test(arguments: [
    "1", "{}", with(#""use":"enc""#), with(#""use":1"#), with(#""key_ops":["sign"]"#),
    with(#""key_ops":"verify""#), with(#""alg":"ES256""#), with(#""alg":"none""#),
    with(#""alg":null"#), #"{"kty":"OKP","crv":"Ed448","x":"AA"}"#,
    #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo="}"#,
    #"{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#, #"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#,
    #"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, #"{"kty":"okp"}"#, #"{"kty":"oct"}"#,
    ed25519.replacing("\"a\"", with: "7"),
  ])
  func `an unusable key is skipped and the others stay`(key: String) throws {
    let keys = try JWKSet(parsing: set([key, ed25519]))
    #expect((keys.count, keys.skippedCount) == (1, 1))
    #expect(keys.keyIDs == ["a"])
  }

  @Test func `what a key may carry beside itself does not matter`() throws {
    let keys = try JWKSet(
      parsing: set([
        with(#""use":"sig","key_ops":["sign","verify"],"alg":"EdDSA","x5c":[],"ext":true"#)
      ]))
    #expect((keys.count, keys.skippedCount) == (1, 0))
  }

  @Test func `a set is strict JSON with at most 32 keys and 64 KiB`() {
    func isTaken(_ bytes: [UInt8]) -> Bool {
      do throws(JOSEError) {
        _ = try JWKSet(parsing: bytes)
        return true
      } catch {
        return false
      }
    }
    let padding = [UInt8](repeating: 0x20, count: 65_536 - set([]).count)
    #expect(isTaken(set([])))
    #expect(isTaken(set([]) + padding))
    #expect(!isTaken(set([]) + padding + [0x20]))
    #expect(isTaken(set(Array(repeating: ed25519, count: 32))))
    #expect(!isTaken(set(Array(repeating: ed25519, count: 33))))
    for text in ["", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[],\"keys\":[]}", "{\"keys\":[]} x"] {
      #expect(!isTaken(Array(text.utf8)), "\(text)")
    }
  }

  @Test func `two keys that share an id, or no id and two keys, are ambiguous`() throws {
    let (one, other) = (try Fixture.signer(1), try Fixture.signer(2))
    let token = try one.sign(Fixture.claims())
    let verifier = try Fixture.verifier([one, other])
    #expect(Fixture.code { try verifier.verify(token, atMilliseconds: 0) } == .keyAmbiguous)
  }

  @Test func `without an id a key has its thumbprint`() throws {
    // RFC 8037 appendix A.3: the key of appendix A.1.
    let seed: [UInt8] = [
      0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c,
      0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae,
      0x7f, 0x60,
    ]
    #expect(
      try JWSSigner(ed25519Seed: seed).keyID == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
    #expect(throws: JOSEError.self) { try JWSSigner(ed25519Seed: Array(seed.dropLast())) }
  }
}

@Suite struct KeySetCacheTests {
  @Test func `fetches are single, spaced and never lose the last good set`() throws {
    var cache = KeySetCache()
    #expect(cache.keys(atSeconds: 0) == nil)
    #expect(cache.tick(atSeconds: 0) == .fetch)
    #expect(cache.tick(atSeconds: 1) == .none)
    #expect(cache.keyUnknown(atSeconds: 1) == .none)
    #expect(try cache.fetchFinished(set([ed25519]), atSeconds: 2).count == 1)
    #expect(cache.keyUnknown(atSeconds: 29) == .none)
    #expect(cache.keyUnknown(atSeconds: 30) == .fetch)
    cache.fetchFailed()
    #expect(cache.keys(atSeconds: 31)?.count == 1)
    #expect(cache.keyUnknown(atSeconds: 59) == .none)
    #expect(cache.keyUnknown(atSeconds: 60) == .fetch)
    for bytes in [Array("{".utf8), set([]), set(["{}"])] {
      #expect(throws: JOSEError.self) { try cache.fetchFinished(bytes, atSeconds: 61) }
    }
    #expect(cache.keys(atSeconds: 61)?.count == 1)
    #expect(cache.tick(atSeconds: 601) == .none)
    #expect(cache.tick(atSeconds: 602) == .fetch)
  }

  @Test func `a fetch that is never reported is given up, and an old set is trusted no more`()
    throws
  {
    var cache = KeySetCache()
    #expect(cache.tick(atSeconds: 0) == .fetch)
    _ = try cache.fetchFinished(set([ed25519]), atSeconds: 0)
    #expect(cache.tick(atSeconds: 600) == .fetch)
    #expect(cache.tick(atSeconds: 629) == .none)
    #expect(cache.tick(atSeconds: 630) == .fetch)
    #expect(cache.keys(atSeconds: 86_400)?.count == 1)
    #expect(cache.keys(atSeconds: 86_401) == nil)
  }
}

@Suite struct VerifiedTokenCacheTests {
  @Test func `a success is kept until it expires, 60 seconds at most; failures are not`() throws {
    let signer = try Fixture.signer()
    let verifier = try Fixture.verifier([signer])
    var cache = VerifiedTokenCache<VerifiedToken>()
    var calls = 0
    func ask(_ token: String, _ milliseconds: Int64) -> Bool {
      Fixture.code {
        try cache.token(Array(token.utf8), atMilliseconds: milliseconds) {
          (text) throws(JOSEError) in
          calls += 1
          return try verifier.verify(text, atMilliseconds: milliseconds)
        }
      } == nil
    }
    let start = Fixture.now * 1000
    let long = try signer.sign(Fixture.claims())
    let short = try signer.sign(Fixture.claims([("exp", .integer(Fixture.now + 5))]))
    let steps: [(String, Int64, Bool, Int)] = [
      (long, 0, true, 1), (long, 59_999, true, 1), (long, 60_000, true, 2), (short, 0, true, 3),
      (short, 4999, true, 3), (short, 5000, false, 4), (short, 5000, false, 5),
      (long + "x", 0, false, 6), (long + "x", 0, false, 7),
      // A clock that was put back must not make a minute last for an hour.
      (long, 59_999, true, 8), (long, 59_998, true, 9), (long, 59_998, true, 9),
    ]
    for (token, offset, isValid, wanted) in steps {
      #expect(ask(token, start + offset) == isValid)
      #expect(calls == wanted)
    }
    cache.removeAll()
    #expect(cache.count == 0)
    #expect(ask(long, start))
    #expect(calls == 10)
  }

  @Test func `the oldest entry gives way at the limit`() throws {
    let signer = try Fixture.signer()
    let verifier = try Fixture.verifier([signer])
    let tokens = try (0..<6).map {
      Array(try signer.sign(Fixture.claims([("jti", .string("\($0)"))])).utf8)
    }
    var cache = VerifiedTokenCache<VerifiedToken>(entriesMax: 4)
    var calls = 0
    func ask(_ index: Int, _ seconds: Int64 = 0) throws {
      let now = (Fixture.now + seconds) * 1000
      _ = try cache.token(tokens[index], atMilliseconds: now) { (text) throws(JOSEError) in
        calls += 1
        return try verifier.verify(text, atMilliseconds: now)
      }
      #expect(cache.count <= 4)
    }
    for index in [0, 1, 2, 3, 0, 1, 2, 3] { try ask(index) }
    #expect(calls == 4)
    try ask(4)
    try ask(1)
    #expect(calls == 5)
    try ask(0)
    #expect(calls == 6)
    // Expired entries are replaced without the ring losing count.
    for round in 1...3 { for index in tokens.indices { try ask(index, Int64(round) * 61) } }
    #expect(calls == 6 + 18)
  }
}
