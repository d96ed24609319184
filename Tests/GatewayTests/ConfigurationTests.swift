import Gateway
import JSONText
import Testing

@Suite struct ConfigurationTests {
  private static func sources(
    file: String = "{}", environment: [String: String] = [:], flags: [(String, String)] = []
  ) throws -> ConfigurationSources {
    var sources = ConfigurationSources()
    try sources.merge(file: Array(file.utf8))
    try sources.merge(environment: environment)
    for (flag, text) in flags { try sources.merge(flag: flag, text: text) }
    return sources
  }

  @Test func `the last word wins: default, file, environment, flag`() throws {
    let file = #"{ /* comment */ "limits": { "head_seconds": 5, "body_seconds": 6 }, "loops": 3 }"#
    let sources = try Self.sources(
      file: file, environment: ["POSTERN_LIMITS_BODY_SECONDS": "7", "POSTERN_DATA": "x"],
      flags: [("loops", "4")])
    let configuration = try Configuration(sources)
    #expect(configuration.limits.headSeconds == 5)
    #expect(configuration.limits.bodySeconds == 7)
    #expect(configuration.loops == 4)
    #expect(configuration.limits.idleSeconds == 60)
    #expect(sources.origin("limits.head_seconds") == .file)
    #expect(sources.origin("limits.body_seconds") == .environment)
    #expect(sources.origin("loops") == .flag)
  }

  @Test(arguments: [
    (#"{"lissten": []}"#, ConfigurationError.Code.unknownSetting),
    (#"{"limits": {"heads": 1}}"#, .unknownSetting),
    (#"{"limits.head_seconds": 1, "loops": {"x": 1}}"#, .invalidSetting),
    (#"{"limits": {"head_seconds": 0}}"#, .invalidSetting),
    (#"{"limits": {"head_seconds": 301}}"#, .invalidSetting),
    (#"{"limits": {"head_seconds": "5"}}"#, .invalidSetting),
    (#"{"listen": ["localhost"]}"#, .invalidSetting),
    (#"{"listen": []}"#, .contradiction),
    (#"{"tls": {"certificate": "c", "kee": "k"}}"#, .unknownSetting),
    (#"{"tls": {"certificate": "c"}}"#, .contradiction),
    (#"{"tls": {"key": "k"}}"#, .contradiction),
    (#"{"tls": "c"}"#, .unknownSetting),
    (#"{"ops_tls": {"certificate": 1, "key": "k"}}"#, .invalidSetting),
    (#"{"object_store": {"tls": {"certificate": "c", "key": ""}}}"#, .contradiction),
    (#"{"object_store": {"tls": {"ca": "c"}}}"#, .unknownSetting),
    (#"{"object_store": {"ca_file": "c"}}"#, .contradiction),
    (#"{"object_store": {"ca_file": "c", "endpoint": "http://s"}}"#, .contradiction),
    (
      #"{"object_store": {"tls": {"certificate": "c", "key": "k"}, "endpoint": "https://s"}}"#,
      .contradiction
    ),
    (#"{"proxy_listen": ["127.0.0.1:80"]}"#, .contradiction),
    (#"{"proxy_listen": ["here"], "trusted_proxies": ["10.0.0.0/8"]}"#, .invalidSetting),
    (
      #"{"issuers": [{"issuer": "i", "audience": "a", "jwks_file": "k", "tenants": ["*"],"#
        + #""ca_file": "c"}]}"#, .invalidSetting
    ),
    (#"{"public_url": "ftp://x"}"#, .invalidSetting),
    (#"{"public_url": "https://x/path"}"#, .invalidSetting),
    (#"{"public_url": "https://user:pass@x"}"#, .invalidSetting),
    (#"{"object_store": {"style": "both"}}"#, .invalidSetting),
    (#"{"object_store": {"credentials": "environment"}}"#, .contradiction),
    (#"{"object_store": {"kind": "unknown"}}"#, .invalidSetting),
    (#"{"object_store": {"parts": 33}}"#, .invalidSetting),
    (#"{"object_store": {"encryption_key": "k"}}"#, .contradiction),
    (#"{"object_store": {"token_service": "https://x/path"}}"#, .invalidSetting),
    (#"{"audit": {"origin": "a b"}}"#, .invalidSetting),
    (
      #"{"issuers": [{"issuer": "i", "audience": "a", "jwks_url": "https://k", "tenats": ["a"]}]}"#,
      .unknownSetting
    ),
    (
      #"{"issuers": [{"issuer": "i", "audience": "a", "jwks_url": "http://k", "tenants": ["a"]}]}"#,
      .invalidSetting
    ),
    (#"{"issuers": [{"issuer": "i", "audience": "a", "jwks_file": "k"}]}"#, .invalidSetting),
    (
      #"{"issuers": [{"issuer": "i", "audience": "a", "jwks_file": "k", "tenants": ["*"],"#
        + #""algorithms": ["none"]}]}"#, .invalidSetting
    ),
    ("[]", .malformed), ("{", .malformed),
  ])
  func `a doubtful setting is refused`(file: String, code: ConfigurationError.Code) throws {
    let error = #expect(throws: ConfigurationError.self) {
      _ = try Configuration(try Self.sources(file: file))
    }
    #expect(error?.code == code)
  }

  @Test func `unknown variables and flags are refused, foreign variables are not ours`() throws {
    _ = try Self.sources(environment: ["PATH": "/bin", "POSTERN_CHECKS": "x"])
    for run in [
      { _ = try Self.sources(environment: ["POSTERN_LOOPZ": "1"]) },
      { _ = try Self.sources(flags: [("loopz", "1")]) },
    ] {
      let error = #expect(throws: ConfigurationError.self) { try run() }
      #expect(error?.code == .unknownSetting)
    }
  }

  @Test func `each setting has its own name in each spelling and a valid default`() throws {
    #expect(Set(Settings.all.map(\.variable)).count == Settings.all.count)
    #expect(Set(Settings.all.map(\.flag)).count == Settings.all.count)
    for setting in Settings.all { try setting.check(setting.fallback) }
    _ = try Configuration(ConfigurationSources())
  }

  @Test func `the printed settings name their origin and no key`() throws {
    let text = try Self.sources(flags: [("loops", "2")]).printed()
    let value = try JSONValue(parsing: Array(text.utf8), limits: .configuration)
    #expect(value["loops"]?["from"] == "flag")
    #expect(value["keys.pepper"] == "redacted")
  }

  @Test(arguments: [
    ("127.0.0.1:8080", "127.0.0.1:8080", true), ("[::1]:1", "[::1]:1", true),
    ("0.0.0.0:80", "0.0.0.0:80", false), ("unix:/run/x.sock", "unix:/run/x.sock", true),
  ])
  func `an address is read and written`(text: String, written: String, isLoopback: Bool) {
    let address = AddressSetting(text)
    #expect(address?.description == written)
    #expect(address?.isLoopback == isLoopback)
  }

  @Test(arguments: ["", "8080", ":80", "::1:80", "[1.2.3.4]:80", "h:65536", "unix:x", "a b:1"])
  func `text that is no address is refused`(text: String) {
    #expect(AddressSetting(text) == nil)
  }
}
