// Key sets of issuers: read, kept when the source breaks, fetched for an unknown key but not often.

import API
import Base
import Foundation
import Gateway
import JOSE
import TestSupport
import Testing

@Suite struct TrustTests {
  private let root: TemporaryFolder
  private let keys: KeyRing
  private let time = ManualClock()
  private let lines = LogLines()
  private let signer: JWSSigner
  private let other: JWSSigner

  init() throws {
    root = try TemporaryFolder()
    let folder = DataFolder(path: root.path)
    _ = try folder.create()
    keys = try KeyRing(folder, at: time.now)
    signer = try JWSSigner(seed: Secret([UInt8](repeating: 7, count: 32)))
    other = try JWSSigner(seed: Secret([UInt8](repeating: 8, count: 32)))
  }

  private func keeper(
    _ source: String, fetchURL: (@Sendable (String) async throws -> [UInt8])? = nil
  ) throws -> TokenTrustKeeper {
    var sources = ConfigurationSources()
    let entry =
      #"{"issuers": [{"issuer": "idp", "audience": "postern", "tenants": ["acme"], "#
      + #""algorithms": ["EdDSA"], \#(source)}]}"#
    try sources.merge(file: Array(entry.utf8))
    return try TokenTrustKeeper(
      try Configuration(sources), keys: keys, log: lines.log(time.clock), clock: time.clock,
      fetchURL: fetchURL)
  }

  private func isTrusted(_ signer: JWSSigner, _ keeper: TokenTrustKeeper) throws -> Bool {
    let claims = [
      ClaimMember("iss", .string("idp")), ClaimMember("aud", .string("postern")),
      ClaimMember("sub", .string("anna")), ClaimMember("iat", .integer(time.now.seconds)),
      ClaimMember("exp", .integer(time.now.seconds + 60)),
    ]
    let token = try signer.sign(claims)
    do throws(JOSEError) {
      _ = try keeper.source.current().directory.verify(
        token.utf8.map { $0 }, atMilliseconds: time.now.milliseconds)
      return true
    } catch {
      return false
    }
  }

  private func set(_ signers: [JWSSigner]) -> String {
    String(decoding: JWSSigner.keySet(of: signers), as: UTF8.self)
  }

  @Test func `the last good set of a file stays until a better one is read`() async throws {
    let file = try root.write("jwks.json", set([signer]))
    let keeper = try keeper(#""jwks_file": "\#(file)""#)
    #expect(try !isTrusted(signer, keeper) && keeper.issuersWithoutKeys == 1)
    await keeper.refresh()
    #expect(try isTrusted(signer, keeper) && keeper.issuersWithoutKeys == 0)
    let contents: [(String, Bool)] = [
      ("{", true), (#"{"keys": []}"#, true), (String(repeating: " ", count: 65_537), true),
      (set([other]), false),
    ]
    for (text, isStillTrusted) in contents {
      try root.write("jwks.json", text)
      time.advance(seconds: 601)
      await keeper.refresh()
      #expect(try isTrusted(signer, keeper) == isStillTrusted)
    }
    #expect(try isTrusted(other, keeper))
    #expect(try lines.count("key-set-unreadable") == 3 && lines.count("key-set-read") == 2)
    unlink(file)
    time.advance(seconds: 86_400)
    await keeper.refresh()
    #expect(try isTrusted(other, keeper))
    time.advance(seconds: 86_401)
    await keeper.refresh()
    #expect(try !isTrusted(other, keeper))
  }

  @Test func `an unknown key is looked for at once, and then not before the cool-down`()
    async throws
  {
    let fetches = Lock(0)
    let answer = Lock(set([signer]))
    let keeper = try keeper(#""jwks_url": "https://idp.example/jwks""#) { url in
      #expect(url == "https://idp.example/jwks")
      fetches.withLock { $0 += 1 }
      return Array(answer.withLock { $0 }.utf8)
    }
    await keeper.refresh()
    answer.withLock { $0 = set([signer, other]) }
    let steps: [(Int64, Int, Bool)] = [(1, 1, false), (28, 1, false), (1, 2, true), (29, 2, true)]
    for (seconds, count, isTrusted) in steps {
      time.advance(seconds: seconds)
      await keeper.source.keyUnknown("idp")
      await keeper.source.keyUnknown("stranger")
      #expect(fetches.withLock { $0 } == count)
      #expect(try self.isTrusted(other, keeper) == isTrusted)
    }
  }

  @Test func `a source that fails says so and leaves the other issuers alone`() async throws {
    let keeper = try keeper(#""jwks_url": "https://idp.example/jwks""#) { _ in
      throw CancellationError()
    }
    await keeper.refresh()
    #expect(try lines.count("key-set-unreadable") == 1)
    #expect(keeper.source.current().rules.keys.sorted() == [KeyRing.localIssuer])
  }

  @Test(arguments: ["https://127.0.0.1:1/", "https://169.254.169.254/latest", "https://[::1]:1/"])
  func `key sets are not fetched from private addresses unless allowed`(url: String) async throws {
    let keeper = try keeper(#""jwks_url": "\#(url)""#)
    await keeper.refresh()
    #expect(lines.text.contains("address-refused"))
  }

  @Test(arguments: [
    (#"{"trusted_proxies": ["10.0.0.0/33"]}"#, false), (#"{"key_networks": ["x"]}"#, false),
    (#"{"trusted_proxies": ["10.0.0.0/8", "::1"], "key_networks": ["10.0.0.0/8"]}"#, true),
    (
      #"{"issuers": [{"issuer": "i", "audience": "a", "jwks_file": "k", "tenants": ["Acme"]}]}"#,
      false
    ),
    (
      #"{"issuers": [{"issuer": "i", "audience": "a", "jwks_file": "k", "tenants": ["*", "b"]}]}"#,
      false
    ),
    (#"{"issuers": [{"issuer": "i", "audience": "a", "jwks_file": "k", "tenants": ["b"]}]}"#, true),
  ])
  func `networks and tenants that mean nothing are refused`(file: String, isValid: Bool) throws {
    var sources = ConfigurationSources()
    try sources.merge(file: Array(file.utf8))
    let merged = sources
    let result = Result { try Configuration(merged) }
    #expect(((try? result.get()) != nil) == isValid)
  }
}
