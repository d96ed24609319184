// Keys from files, and the tokens of the local issuer.

import API
import Base
import Delivery
import Gateway
import JOSE
import TestSupport
import Testing
import Wire

@Suite struct KeysTests {
  private let root: TemporaryFolder
  private let folder: DataFolder
  private let time = ManualClock()

  init() throws {
    (root, folder) = try DataFolder.temporary()
  }

  @Test(arguments: [
    "", "00", String(repeating: "0", count: 63), String(repeating: "0", count: 65),
    String(repeating: "0", count: 66), String(repeating: "g", count: 64),
    String(repeating: "0", count: 64) + "\n\n",
  ])
  func `a key that is not 32 bytes in hexadecimal is refused`(text: String) throws {
    for key in [DataFolder.Key.pepper, .localIssuer, .audit] {
      let whole = try content(folder.file(of: key))
      try root.write("keys/" + key.rawValue, text)
      let error = #expect(throws: ConfigurationError.self) {
        _ = try KeyRing(folder, at: time.now)
        _ = try KeyRing.auditSeeds(folder)
      }
      #expect(error?.code == .secretUnusable)
      try root.write("keys/" + key.rawValue, String(decoding: whole, as: UTF8.self))
    }
    _ = try KeyRing(folder, at: time.now)
  }

  @Test func `the server starts without the audit key and the sealer without the others`() throws {
    let seed = try content(folder.file(of: .audit))
    try root.write("keys/audit", "")
    _ = try KeyRing(folder, at: time.now)
    try root.write("keys/audit", String(decoding: seed, as: UTF8.self))
    for key in [DataFolder.Key.pepper, .localIssuer, .objectStore] {
      try root.write("keys/" + key.rawValue, "")
    }
    #expect(try KeyRing.auditSeeds(folder)[0].withBytes { $0.count } == 32)
  }

  @Test(arguments: ["", "id", "id:", ":secret"])
  func `the store's key is an id and a secret`(text: String) throws {
    try root.write("keys/object-store", text)
    let error = #expect(throws: StartError.self) { _ = try EmbeddedStore.credentials(folder) }
    #expect(error?.code == .secretUnusable)
  }

  @Test func `a local token verifies with its tenant, scopes and end`() async throws {
    let keys = try KeyKeeper(folder, hasStore: true, clock: time.clock)
    let issuer = LocalIssuer(keys: keys, clock: time.clock)
    let body = try issuer.issue(
      try Stage.tenant("acme"),
      TokenRequestBody(
        subject: "bff", scopes: ["links:create", "documents:read"], roles: ["auditor"],
        expiresInSeconds: 60), TokenID(at: time.now, random: (1, 2))
    ).body
    let keeper = try TokenTrustKeeper(
      try Configuration(ConfigurationSources()), keys: keys.current,
      log: .silent(clock: time.clock),
      clock: time.clock)
    // Trusted before the keeper runs.
    let trust = keeper.source.current()
    let verified = try trust.directory.verify(
      Array(body.token.utf8), atMilliseconds: time.now.milliseconds)
    #expect(trust.rules[KeyRing.localIssuer]?.isLocal == true)
    #expect("\(verified)".contains(body.token) == false)
    #expect(throws: JOSEError.self) {
      _ = try trust.directory.verify(
        Array(body.token.utf8), atMilliseconds: time.now.milliseconds + 91_000)
    }
    #expect(
      body.expiresAt == time.now.adding(seconds: 60).description.replacing(".678", with: ".000"))
  }

  @Test(
    arguments: [
      ("", ["links:create"], nil, nil), ("bff", [], nil, nil), ("bff", ["operator"], nil, nil),
      ("bff", ["links:create", "operator"], nil, nil), ("bff", ["links:create", "x"], nil, nil),
      ("bff", ["links:create"], nil, 0), ("bff", ["links:create"], nil, -1),
      ("bff", ["links:create"], nil, LocalIssuer.secondsMax + 1),
      ("bff", ["links:create"], nil, Int64.max),
      ("bff", ["links:create"], [""], nil),
      ("bff", ["links:create"], [String](repeating: "r", count: 65), nil),
      (String(repeating: "s", count: 256), ["links:create"], nil, nil),
    ] as [(String, [String], [String]?, Int64?)])
  func `a token outside the rules is not issued`(
    subject: String, scopes: [String], roles: [String]?, seconds: Int64?
  ) throws {
    let issuer = LocalIssuer(
      keys: try KeyKeeper(folder, hasStore: true, clock: time.clock), clock: time.clock)
    let error = #expect(throws: Problem.self) {
      _ = try issuer.issue(
        try Stage.tenant("acme"),
        TokenRequestBody(
          subject: subject, scopes: scopes, roles: roles, expiresInSeconds: seconds),
        TokenID(at: time.now, random: (1, 2)))
    }
    #expect(error?.code == (seconds == nil ? .memberInvalid : .expiryOutOfRange))
  }

  @Test func `the bounds themselves are issued`() throws {
    let issuer = LocalIssuer(
      keys: try KeyKeeper(folder, hasStore: true, clock: time.clock), clock: time.clock)
    for seconds in [1, LocalIssuer.secondsMax] {
      _ = try issuer.issue(
        try Stage.tenant("acme"),
        TokenRequestBody(
          subject: String(repeating: "s", count: 255),
          scopes: Scope.allCases.filter { $0 != .operator }.map(\.rawValue),
          roles: [String](repeating: "r", count: 64), expiresInSeconds: seconds),
        TokenID(at: time.now, random: (1, 2)))
    }
  }
}
