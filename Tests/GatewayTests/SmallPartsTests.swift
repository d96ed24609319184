// Parts that need no server: addresses of listeners, operations, refusals.

import Delivery
import Gateway
import HTTPMessage
import HTTPServer
import TestSupport
import Testing

@Suite struct SmallPartsTests {
  @Test(arguments: [
    ("localhost:80", "127.0.0.1"), ("127.0.0.1:80", "127.0.0.1"), ("[::1]:80", "::1"),
    ("0.0.0.0:80", "0.0.0.0"),
  ])
  func `a numeric address or localhost can be listened on`(text: String, host: String) throws {
    let address = try #require(IPAddress(host))
    #expect(try #require(AddressSetting(text)).listener() == .tcp(address, port: 80))
  }

  @Test func `a name that would have to be looked up is refused`() throws {
    for text in ["example.com:80", "256.0.0.1:80", "1.2.3:80"] {
      let setting = try #require(AddressSetting(text))
      let error = #expect(throws: StartError.self) { _ = try setting.listener() }
      #expect(error?.code == .settingInvalid)
    }
  }

  @Test func `a Unix socket has the permissions that are asked for`() throws {
    let setting = try #require(AddressSetting("unix:/run/x.sock"))
    #expect(try setting.listener() == .unix(path: "/run/x.sock", mode: 0o660))
    #expect(try setting.listener(mode: 0o600) == .unix(path: "/run/x.sock", mode: 0o600))
    let longest = "unix:/" + String(repeating: "a", count: 106)
    #expect(AddressSetting(longest) != nil && AddressSetting(longest + "a") == nil)
  }

  @Test(arguments: [
    ("listen", "0.0.0.0:8080", "http://127.0.0.1:8080"), ("listen", "[::]:1", "http://127.0.0.1:1"),
    ("listen", "[::1]:1", "http://[::1]:1"),
    ("public-url", "https://f.example/", "https://f.example"),
  ])
  func `links start with the public origin`(flag: String, text: String, origin: String) throws {
    var sources = ConfigurationSources()
    try sources.merge(flag: flag, text: text)
    #expect(try Configuration(sources).publicOrigin() == origin)
  }

  @Test(arguments: ["unix:/run/x.sock", "127.0.0.1:0"])
  func `an address that no link can start with needs a public origin`(text: String) throws {
    var sources = ConfigurationSources()
    try sources.merge(flag: "listen", text: text)
    let configuration = try Configuration(sources)
    let error = #expect(throws: StartError.self) {
      _ = try configuration.publicOrigin()
    }
    #expect(error?.code == .settingInvalid)
  }

  @Test func `each refusal of the server is a problem with the same status`() throws {
    for code in RefusalCode.allCases {
      let answer = Refusals.answer(code, RequestID(high: 1, low: 2))
      // It may have been for a link, and is kept from browsers as those answers are.
      #expect(answer.fields[.referrerPolicy] == "no-referrer")
      #expect(answer.fields[.contentSecurityPolicy] == "default-src 'none'; sandbox")
      #expect(answer.fields.all(.cacheControl) == ["no-store"])
      #expect(answer.status == code.status, "\(code)")
      #expect(answer.fields[.contentType] == "application/problem+json")
    }
  }
}
