// Which addresses are connected to; Unix sockets.

import Foundation
import HTTPClient
import HTTPMessage
import TestSupport
import Testing

@Suite struct AddressTests {
  static let addresses: [(String, Bool)] = [
    ("8.8.8.8", true), ("1.1.1.1", true), ("9.255.255.255", true), ("11.0.0.0", true),
    ("172.15.255.255", true), ("172.32.0.0", true), ("100.63.255.255", true),
    ("100.128.0.0", true), ("223.255.255.255", true), ("169.253.255.255", true),
    ("2606:4700:4700::1111", true), ("::ffff:8.8.8.8", true), ("2003::1", true),
    ("0.0.0.0", false), ("10.0.0.1", false), ("10.255.255.255", false), ("127.0.0.1", false),
    ("127.255.255.255", false), ("169.254.169.254", false), ("172.16.0.1", false),
    ("172.31.255.255", false), ("192.168.0.1", false), ("100.64.0.1", false),
    ("198.18.0.1", false), ("224.0.0.1", false), ("255.255.255.255", false), ("::", false),
    ("::1", false), ("::127.0.0.1", false), ("::ffff:127.0.0.1", false),
    ("::ffff:169.254.169.254", false), ("64:ff9b::7f00:1", false), ("2002:7f00:1::", false),
    ("fc00::1", false), ("fd00:ec2::254", false), ("fe80::1", false), ("febf::1", false),
    ("ff02::1", false), ("2001::1", false), ("2001:db8::1", false),
  ]

  private static func bytes(_ text: String) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes[..<4]) }
    return inet_pton(AF_INET6, text, &bytes) == 1 ? bytes : []
  }

  @Test func `only addresses of the public internet pass the public policy`() {
    let policy = AddressPolicy.publicOnly(except: [])
    for (text, isAllowed) in AddressTests.addresses {
      #expect(policy.allows(AddressTests.bytes(text)) == isAllowed, "\(text)")
    }
    #expect(!policy.allows([]) && !policy.allows([8, 8, 8]))
    #expect(AddressPolicy.any.allows([127, 0, 0, 1]))
  }

  @Test func `a range holds exactly its addresses`() throws {
    let cases: [(String, String, Bool)] = [
      ("10.0.0.0/9", "10.127.255.255", true), ("10.0.0.0/9", "10.128.0.0", false),
      ("10.1.2.3", "10.1.2.3", true), ("10.1.2.3", "10.1.2.4", false),
      ("0.0.0.0/0", "8.8.8.8", true),
      ("fd00::/8", "fdff::1", true), ("fd00::/8", "fe00::1", false), ("::/0", "10.1.1.1", false),
      ("fd00::/127", "fd00::1", true), ("fd00::/127", "fd00::2", false),
    ]
    for (range, address, isInside) in cases {
      let range = try #require(AddressRange(range))
      #expect(range.contains(AddressTests.bytes(address)) == isInside, "\(range) \(address)")
    }
    for text in [
      "", "10", "10.0.0.0/33", "10.0.0.0/-1", "::/129", "a/8", "10.0.0.0/8/8", "10.0.0.0/",
    ] {
      #expect(AddressRange(text) == nil, "\(text)")
    }
  }

  @Test func `the address of the socket is checked, by number and by name`() async throws {
    let server = try ScriptedServer { connection in
      connection.readHead()
      connection.answer("200 OK")
    }
    let loopback = try #require(AddressRange("127.0.0.0/8"))
    let closed = try makeClient { $0.addresses = .publicOnly(except: []) }
    let open = try makeClient { $0.addresses = .publicOnly(except: [loopback]) }
    for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"] {
      let request = ClientRequest(.get, "http://\(host):\(server.port)/")
      #expect(await verdict(closed, request) == "address-refused", "\(host)")
    }
    #expect(server.connectionCount == 0)
    #expect(await verdict(open, ClientRequest(.get, server.url())) == "200")
  }

  @Test func `key sets are fetched by https from public addresses in little time`() throws {
    let settings = HTTPClientConfiguration.keySets()
    #expect(settings.isHTTPSOnly && settings.addresses == .publicOnly(except: []))
    #expect(settings.responseBytesMax == 65_536 && settings.totalTimeout == .seconds(3))
  }

  @Test func `a Unix socket stands in for every host`() async throws {
    let path = "/tmp/postern-\(UUID().uuidString.prefix(8)).sock"
    defer { unlink(path) }
    let server = try ScriptedServer(unixPath: path) { connection in
      while connection.readHead() != nil { connection.answer("200 OK") }
    }
    let client = try makeClient { $0.unixSocketPath = path }
    #expect(await verdict(client, ClientRequest(.post, "http://postern/v1/x")) == "200")
    #expect(server.heads.first?.hasPrefix("POST /v1/x HTTP/1.1\r\nHost: postern\r\n") == true)
    unlink(path)
    #expect(await verdict(client, ClientRequest(.post, "http://postern/")) == "connect-failed")
  }
}
