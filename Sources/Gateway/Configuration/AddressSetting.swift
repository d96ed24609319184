// Addresses as people write them: `127.0.0.1:8080`, `[::1]:8080`, `unix:/run/postern.sock`.

/// Where a listener listens.
package enum AddressSetting: Sendable, Hashable, CustomStringConvertible {
  /// A numeric IPv4 or IPv6 address, or `localhost`, and a port; port 0 lets the system choose.
  case tcp(host: String, port: UInt16)

  /// The path of a Unix socket.
  case unix(path: String)

  /// Reads an address; nothing for other text.
  package init?(_ text: String) {
    if text.hasPrefix("unix:") {
      let path = String(text.dropFirst(5))
      // sockaddr_un has 108 bytes with the final zero.
      guard path.hasPrefix("/"), path.utf8.count <= 107 else { return nil }
      self = .unix(path: path)
      return
    }
    guard let colon = text.lastIndex(of: ":"),
      let port = UInt16(text[text.index(after: colon)...])
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
      guard host.contains(":") else { return nil }
    } else if host.contains(":") {
      return nil
    }
    let isPlain = host.utf8.allSatisfy { byte in
      byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "-")
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
    guard !host.isEmpty, isPlain else { return nil }
    self = .tcp(host: String(host), port: port)
  }

  package var description: String {
    switch self {
    case .unix(let path): "unix:" + path
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
  }

  /// Whether it is a Unix socket.
  package var isUnix: Bool {
    if case .unix = self { true } else { false }
  }

  /// Whether only this machine can reach it.
  package var isLoopback: Bool {
    switch self {
    case .unix: true
    case .tcp(let host, _): host == "::1" || host == "localhost" || host.hasPrefix("127.")
    }
  }

  /// Whether it stands for every address of the machine, to which nobody can connect.
  package var isAnywhere: Bool {
    guard case .tcp(let host, _) = self else { return false }
    return host == "0.0.0.0" || host == "::"
  }
}
