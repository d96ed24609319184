// The address of the client behind proxies. Fields are believed only as far as they were written by
// proxies on the configured list; anything doubtful falls back to the peer of the connection.

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
    /// A trusted peer sent both fields, or a malformed one: neither is used.
    case refused
  }

  /// The client's address; nothing for a Unix peer without one and for a hidden node.
  package let address: IPAddress?
  /// How it was found.
  package let source: Source

  /// The most hops that are walked.
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
    switch (fields.contains(.xForwardedFor), fields.contains(.forwarded)) {
    case (false, false): self.init(peer.address, .peer)
    case (true, true): self.init(peer.address, .refused)
    case (true, false):
      guard let nodes = ForwardedAddress.list(fields.all(.xForwardedFor)) else {
        self.init(peer.address, .refused)
        return
      }
      self.init(nodes, .xForwardedFor, proxies)
    case (false, true):
      guard let elements = ForwardedElement.parse(fields.all(.forwarded)) else {
        self.init(peer.address, .refused)
        return
      }
      self.init(elements.map { $0.client ?? .hidden }, .forwarded, proxies)
    }
  }

  private init(_ address: IPAddress?, _ source: Source) {
    self.address = address
    self.source = source
  }

  private init(
    _ nodes: [ForwardedElement.Node], _ source: Source, _ proxies: TrustedProxies
  ) {
    var last: IPAddress?
    for node in nodes.reversed() {
      guard case .address(let address) = node else {
        self.init(nil, source)
        return
      }
      last = address
      guard proxies.contains(address) else { break }
    }
    self.init(last, source)
  }

  private static func list(_ lines: [String]) -> [ForwardedElement.Node]? {
    let parts = lines.joined(separator: ",").split(
      separator: ",", omittingEmptySubsequences: false)
    guard parts.count <= hopsMax else { return nil }
    var nodes = [ForwardedElement.Node]()
    for part in parts {
      var text = part[...]
      while text.first == " " || text.first == "\t" { text = text.dropFirst() }
      while text.last == " " || text.last == "\t" { text = text.dropLast() }
      if let address = IPAddress(text) ?? ForwardedElement.addressWithPort(String(text)) {
        nodes.append(.address(address))
      } else if text == "unknown" {
        nodes.append(.hidden)
      } else {
        return nil
      }
    }
    return nodes
  }
}
