// The address of the client behind proxies. Fields are believed only as far as they were written by
// proxies on the configured list: they are read from the right, and what a client wrote in front of
// that is not even parsed. Doubts about the proxies' own words fall back to the peer.

/// The proxies whose forwarding fields are believed.
package struct TrustedProxies: Sendable {
  /// The blocks in which the proxies lie.
  package let blocks: [AddressBlock]
  /// Whether every Unix socket peer is a trusted proxy.
  package let trustsUnixPeers: Bool

  /// Creates a list; an empty one believes nobody.
  package init(_ blocks: [AddressBlock], trustsUnixPeers: Bool = false) {
    self.blocks = blocks
    self.trustsUnixPeers = trustsUnixPeers
  }

  /// Whether an address is that of a trusted proxy.
  package func contains(_ address: IPAddress) -> Bool {
    blocks.contains { $0.contains(address) }
  }

  func trusts(_ peer: Peer) -> Bool {
    switch peer {
    case .tcp(let address, _): contains(address)
    case .unix: trustsUnixPeers
    }
  }
}

/// Where a request came from.
package struct ForwardedAddress: Sendable, Hashable {
  /// Why the address is what it is.
  package enum Source: String, Sendable, Hashable {
    /// The peer is no trusted proxy, or sent no forwarding field: its own address.
    case peer
    /// X-Forwarded-For of trusted proxies.
    case xForwardedFor = "x-forwarded-for"
    /// Forwarded (RFC 7239) of trusted proxies.
    case forwarded
    /// A trusted peer sent both fields and they name different clients, or its own part of a field
    /// is malformed: the address is the peer's. A proxy must write one of the two and remove the other.
    case refused
  }

  /// The client's address; nothing for a Unix peer without one and for a hidden node.
  package let address: IPAddress?
  /// How it was found.
  package let source: Source

  /// The most hops that are walked; more trusted ones are refused.
  package static let hopsMax = 32

  /// Finds the client: walks from the right past trusted hops to the first other address.
  package init(_ request: HTTPRequest, proxies: TrustedProxies) {
    self.init(request.fields, peer: request.peer, proxies: proxies)
  }

  /// Finds the client from the fields and the peer of a request.
  package init(_ fields: HTTPFields, peer: Peer, proxies: TrustedProxies) {
    guard proxies.trusts(peer) else {
      self.init(peer.address, .peer)
      return
    }
    let listed = ForwardedAddress.client(
      fields.all(.xForwardedFor), proxies, { ForwardedAddress.node($0) })
    let described = ForwardedAddress.client(fields.all(.forwarded), proxies) { part in
      // An element without `for` is a hop that says nothing about where it was asked from.
      ForwardedElement.parse([part]).map { $0.first?.client ?? .hidden }
    }
    switch (listed, described) {
    case (nil, nil): self.init(peer.address, .peer)
    case (let node?, nil): self.init(node, .xForwardedFor, peer)
    case (nil, let node?): self.init(node, .forwarded, peer)
    case (let one?, let other?):
      // Nobody knows which of the two the proxy wrote and which it let through.
      self.init(one == other ? one : .unreadable, .xForwardedFor, peer)
    }
  }

  private init(_ address: IPAddress?, _ source: Source) {
    self.address = address
    self.source = source
  }

  private init(_ client: Client, _ source: Source, _ peer: Peer) {
    switch client {
    case .node(.address(let address)): self.init(address, source)
    case .node(.hidden): self.init(nil, source)
    case .unreadable: self.init(peer.address, .refused)
    }
  }

  /// What a field says about the client.
  private enum Client: Equatable {
    case node(ForwardedElement.Node)
    case unreadable
  }

  /// Walks the elements of a field from the right, where our own proxy wrote, to the first that is
  /// no trusted hop; nothing if there is no field. What stands left of it can be anything.
  private static func client(
    _ lines: [String], _ proxies: TrustedProxies, _ read: (String) -> ForwardedElement.Node?
  ) -> Client? {
    guard !lines.isEmpty else { return nil }
    var rest = Array(lines.joined(separator: ",").utf8)[...]
    for _ in 0..<hopsMax {
      let part = lastElement(of: rest)
      guard let node = read(String(decoding: part, as: UTF8.self)) else { return .unreadable }
      guard case .address(let address) = node, proxies.contains(address),
        part.startIndex > rest.startIndex
      else { return .node(node) }
      rest = rest[..<(part.startIndex - 1)]
    }
    return .unreadable
  }

  /// What stands behind the last comma outside of quotes. An escaped quote is taken for a quote:
  /// no element that a proxy writes has one, and such an element then reads as malformed.
  private static func lastElement(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var isQuoted = false
    var start = bytes.endIndex
    while start > bytes.startIndex {
      let byte = bytes[start - 1]
      if byte == UInt8(ascii: ","), !isQuoted { break }
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      start -= 1
    }
    return bytes[start...]
  }

  private static func node(_ part: String) -> ForwardedElement.Node? {
    var text = part[...]
    while text.first == " " || text.first == "\t" { text = text.dropFirst() }
    while text.last == " " || text.last == "\t" { text = text.dropLast() }
    if let address = IPAddress(text) ?? ForwardedElement.addressWithPort(String(text)) {
      return .address(address)
    }
    return text == "unknown" ? .hidden : nil
  }
}
