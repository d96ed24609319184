// Addresses, address blocks and who the client behind proxies is.

import HTTPMessage
import Testing

@Suite struct AddressTests {
  @Test(arguments: [
    ("127.0.0.1", "127.0.0.1"), ("::", "::"), ("::1", "::1"), ("2001:DB8::1", "2001:db8::1"),
    ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("::ffff:10.0.0.1", "10.0.0.1"),
    ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1::", "1::"),
    ("64:ff9b::1.2.3.4", "64:ff9b::102:304"),
    ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"),
  ])
  func `an address is read and written in its one short form`(text: String, canonical: String) {
    #expect(IPAddress(text)?.description == canonical)
  }

  @Test(arguments: [
    "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "0x7f.0.0.1", ":", ":::",
    "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "::1%eth0", "[::1]",
    "1:2:3:4:5:6:7:",
    "::1.2.3", "1.2.3.4::", "1:2:3:4:5:6:7:8::", ":1:2:3:4:5:6:7:8",
  ])
  func `text that is not exactly an address is refused`(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test(arguments: [
    ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false),
    ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "::1", false), ("::/0", "8.8.8.8", true),
    ("fd00::/8", "fdff::1", true), ("fd00::/8", "fc00::1", false),
    ("2001:db8::/64", "2001:db8::ffff:0:0:1", true), ("2001:db8::/64", "2001:db8:0:1::", false),
    ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("::1", "::1", true),
  ])
  func `a block contains its addresses and not the next one`(
    block: String, address: String, isInside: Bool
  ) throws {
    let block = try #require(AddressBlock(block))
    #expect(block.contains(try #require(IPAddress(address))) == isInside)
  }

  @Test(arguments: [
    "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129", "10/8", "/8",
  ])
  func `a block with set bits behind its length, or none at all, is refused`(text: String) {
    #expect(AddressBlock(text) == nil)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let peer: String
    let fields: [(FieldName, String)]
    let address: String?
    let source: ForwardedAddress.Source
    init(
      _ peer: String, _ fields: [(FieldName, String)], _ address: String?,
      _ source: ForwardedAddress.Source
    ) {
      self.peer = peer
      self.fields = fields
      self.address = address
      self.source = source
    }
    var testDescription: String { "\(peer) \(fields)" }
  }

  @Test(arguments: [
    Case("10.0.0.1", [], "10.0.0.1", .peer),
    Case("8.8.8.8", [(.xForwardedFor, "1.1.1.1")], "8.8.8.8", .peer),
    Case("8.8.8.8", [(.forwarded, "for=1.1.1.1")], "8.8.8.8", .peer),
    Case("10.0.0.1", [(.xForwardedFor, "1.1.1.1")], "1.1.1.1", .xForwardedFor),
    // What the client wrote itself stands left of what the first trusted proxy added.
    Case("10.0.0.1", [(.xForwardedFor, "6.6.6.6, 1.1.1.1")], "1.1.1.1", .xForwardedFor),
    Case("10.0.0.1", [(.xForwardedFor, "6.6.6.6, 1.1.1.1, 10.0.0.2")], "1.1.1.1", .xForwardedFor),
    Case(
      "10.0.0.1", [(.xForwardedFor, "6.6.6.6"), (.xForwardedFor, "1.1.1.1,10.0.0.2")], "1.1.1.1",
      .xForwardedFor),
    Case("10.0.0.1", [(.xForwardedFor, "10.0.0.3, 10.0.0.2")], "10.0.0.3", .xForwardedFor),
    Case("10.0.0.1", [(.xForwardedFor, "1.1.1.1:4711")], "1.1.1.1", .xForwardedFor),
    Case("10.0.0.1", [(.xForwardedFor, "[2001:db8::1]:80")], "2001:db8::1", .xForwardedFor),
    Case("10.0.0.1", [(.xForwardedFor, "2001:db8::1")], "2001:db8::1", .xForwardedFor),
    Case("10.0.0.1", [(.xForwardedFor, "unknown, 10.0.0.2")], nil, .xForwardedFor),
    Case("10.0.0.1", [(.xForwardedFor, "1.1.1.1, evil")], "10.0.0.1", .refused),
    Case("10.0.0.1", [(.xForwardedFor, "1.1.1.1,")], "10.0.0.1", .refused),
    Case(
      "10.0.0.1", [(.xForwardedFor, "1.1.1.1"), (.forwarded, "for=2.2.2.2")], "10.0.0.1", .refused),
    Case(
      "10.0.0.1", [(.xForwardedFor, "1.1.1.1"), (.forwarded, "for=2.2.2.2, for=1.1.1.1")],
      "1.1.1.1", .xForwardedFor),
    // Nothing that stands left of the proxy's own words can hide the client.
    Case("10.0.0.1", [(.xForwardedFor, "evil,, 1.1.1.1")], "1.1.1.1", .xForwardedFor),
    Case("10.0.0.1", [(.forwarded, "for=\"evil, for=1.1.1.1")], "1.1.1.1", .forwarded),
    Case("10.0.0.1", [(.forwarded, "a=\"\\, for=1.1.1.1, for=10.0.0.2")], "1.1.1.1", .forwarded),
    Case("10.0.0.1", [(.forwarded, "for=1.1.1.1;by=\"_a,b\"")], "10.0.0.1", .refused),
    Case("10.0.0.1", [(.forwarded, "for=1.1.1.1;x=\"a,b\"")], "1.1.1.1", .forwarded),
    Case("10.0.0.1", [(.forwarded, "for=1.1.1.1;proto=https")], "1.1.1.1", .forwarded),
    Case(
      "10.0.0.1", [(.forwarded, "for=6.6.6.6, For=\"[2001:db8::1]:47\";by=_x, for=10.0.0.2")],
      "2001:db8::1", .forwarded),
    Case("10.0.0.1", [(.forwarded, "for=_hidden")], nil, .forwarded),
    Case("10.0.0.1", [(.forwarded, "for=unknown")], nil, .forwarded),
    Case("10.0.0.1", [(.forwarded, "for=\"1.1.\\1.1\"")], "1.1.1.1", .forwarded),
    Case("10.0.0.1", [(.forwarded, "proto=https")], nil, .forwarded),
    Case("10.0.0.1", [(.forwarded, "for=2001:db8::1")], "10.0.0.1", .refused),
    Case("10.0.0.1", [(.forwarded, "for=\"1.1.1.1")], "10.0.0.1", .refused),
    Case("10.0.0.1", [(.forwarded, "for=1.1.1.1;for=2.2.2.2")], "10.0.0.1", .refused),
    Case("10.0.0.1", [(.forwarded, "for=1.1.1.1,,")], "10.0.0.1", .refused),
    Case("10.0.0.1", [(.forwarded, "for = 1.1.1.1")], "10.0.0.1", .refused),
  ])
  func `the client is the first address from the right that is no trusted proxy`(
    example: Case
  ) throws {
    let proxies = TrustedProxies([try #require(AddressBlock("10.0.0.0/8"))])
    let peer = Peer.tcp(try #require(IPAddress(example.peer)), port: 1)
    let found = ForwardedAddress(HTTPFields(example.fields), peer: peer, proxies: proxies)
    #expect(found.address?.description == example.address)
    #expect(found.source == example.source)
  }

  @Test func `a Unix peer is believed only if the settings say so`() {
    let peer = Peer.unix(UnixCredentials(process: 1, user: 2, group: 3))
    let fields = HTTPFields([(.xForwardedFor, "1.1.1.1")])
    let strict = ForwardedAddress(fields, peer: peer, proxies: TrustedProxies([]))
    #expect(strict.address == nil && strict.source == .peer)
    let open = ForwardedAddress(
      fields, peer: peer, proxies: TrustedProxies([], trustsUnixPeers: true))
    #expect(open.address?.description == "1.1.1.1")
  }

  @Test func `32 hops are walked and the 33rd is refused, unless the client comes before`() throws {
    let proxies = TrustedProxies([try #require(AddressBlock("10.0.0.0/8"))])
    let peer = Peer.tcp(IPAddress(v4: 0x0a00_0001), port: 1)
    let cases: [(String, Int, ForwardedAddress.Source)] = [
      ("10.0.0.2", 32, .xForwardedFor), ("10.0.0.2", 33, .refused), ("1.1.1.1", 99, .xForwardedFor),
    ]
    for (hop, count, source) in cases {
      let value = Array(repeating: hop, count: count).joined(separator: ",")
      let fields = HTTPFields([(.xForwardedFor, value)])
      #expect(ForwardedAddress(fields, peer: peer, proxies: proxies).source == source)
    }
  }
}
