// Where an object store listens, and where the bucket's name goes.

/// The address of an S3-compatible store.
public struct Endpoint: Sendable, Hashable {
  /// Where the bucket's name stands.
  public enum Style: String, Sendable {
    /// `https://host/bucket/key`.
    case path
    /// `https://bucket.host/key`.
    case virtualHost = "virtual"
  }

  /// `http` or `https`.
  public let scheme: String
  /// The host in lower case, with the port unless it is the scheme's own.
  public let authority: String
  /// A fixed path in front of every bucket; empty, or `/` and segments without a `/` at the end.
  public let basePath: String
  /// Where the bucket's name stands.
  public let style: Style

  /// Parses `scheme://host[:port][/base]`.
  ///
  /// Throws `endpoint-invalid` for another scheme, user information, a query, a fragment, an
  /// impossible port, a base path with anything but unreserved characters, or a virtual-host style
  /// on an IP address.
  public init(_ url: String, style: Style = .path) throws(SigV4Error) {
    let invalid = SigV4Error(.endpointInvalid, "The endpoint is not scheme://host[:port][/path].")
    var rest: Substring
    if url.hasPrefix("https://") {
      (scheme, rest) = ("https", url.dropFirst(8))
    } else if url.hasPrefix("http://") {
      (scheme, rest) = ("http", url.dropFirst(7))
    } else {
      throw invalid
    }
    var path: Substring = ""
    if let slash = rest.firstIndex(of: "/") {
      path = rest[slash...]
      rest = rest[..<slash]
    }
    while path.last == "/" { path = path.dropLast() }
    guard path.utf8.allSatisfy({ $0 == UInt8(ascii: "/") || Percent.isUnreserved($0) }),
      !path.split(separator: "/").contains(where: { $0 == "." || $0 == ".." })
    else { throw invalid }
    guard let (host, port) = Endpoint.split(rest) else { throw invalid }
    let isDefaultPort = port == nil || port == (scheme == "https" ? 443 : 80)
    let isAddress =
      host.hasPrefix("[") || host.utf8.allSatisfy { $0 == 0x2E || (0x30...0x39).contains($0) }
    guard style == .path || !isAddress else { throw invalid }
    authority = isDefaultPort ? host : "\(host):\(port ?? 0)"
    basePath = String(path)
    self.style = style
  }

  private static func split(_ authority: Substring) -> (host: String, port: Int?)? {
    var host = authority.lowercased()[...]
    var port: Int?
    if let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") {
      let digits = host[host.index(after: colon)...]
      guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits),
        (1...65_535).contains(number)
      else { return nil }
      port = number
      host = host[..<colon]
    }
    guard !host.isEmpty, host.utf8.count <= 253 else { return nil }
    if host.hasPrefix("[") {
      let inside = host.dropFirst().dropLast()
      guard host.hasSuffix("]"), inside.contains(":"),
        inside.utf8.allSatisfy({ Endpoint.isAddressCharacter($0) })
      else { return nil }
    } else {
      guard host.utf8.allSatisfy({ Endpoint.isHostCharacter($0) }) else { return nil }
    }
    return (String(host), port)
  }

  private static func isAddressCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x3A, 0x61...0x66, 0x2E: true
    default: false
    }
  }

  private static func isHostCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
    default: false
    }
  }
}
