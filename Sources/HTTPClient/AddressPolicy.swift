// Which addresses a client may connect to. The check sees the address that the socket is about to
// be connected to, so a name that resolves differently the second time gains nothing.

import CCurl
import Glibc

/// A block of IPv4 or IPv6 addresses.
package struct AddressRange: Sendable, Hashable {
  private let network: [UInt8]
  private let prefixBits: Int

  /// Parses `10.0.0.0/8`, `fd00::/8` or a single address; nothing for other text.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard let first = parts.first, parts.count <= 2,
      let address = AddressRange.parse(String(first))
    else { return nil }
    var bits = address.count * 8
    if parts.count == 2 {
      guard let value = Int(parts[1]), (0...bits).contains(value) else { return nil }
      bits = value
    }
    network = address
    prefixBits = bits
  }

  /// Whether an address of 4 or 16 bytes lies in the block.
  package func contains(_ address: [UInt8]) -> Bool {
    guard address.count == network.count else { return false }
    let whole = prefixBits / 8
    guard address[..<whole].elementsEqual(network[..<whole]) else { return false }
    let rest = prefixBits % 8
    guard rest > 0 else { return true }
    let mask = UInt8(truncatingIfNeeded: 0xff00 >> rest)
    return (address[whole] ^ network[whole]) & mask == 0
  }

  private static func parse(_ text: String) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 16)
    if unsafe inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes[..<4]) }
    if unsafe inet_pton(AF_INET6, text, &bytes) == 1 { return bytes }
    return nil
  }
}

/// Which addresses may be connected to.
package enum AddressPolicy: Sendable, Hashable {
  /// Every address: the host comes from our own configuration.
  case any
  /// Addresses of the public internet, and the listed exceptions.
  case publicOnly(except: [AddressRange])

  /// Whether a connection to this address of 4 or 16 bytes is allowed.
  package func allows(_ address: [UInt8]) -> Bool {
    guard case .publicOnly(let exceptions) = self else { return true }
    let address = AddressPolicy.unmapped(address)
    if exceptions.contains(where: { $0.contains(address) }) { return true }
    guard address.count == 4 || address.count == 16 else { return false }
    return !AddressPolicy.special.contains { $0.contains(address) }
  }

  /// IPv4 inside IPv6 (RFC 4291 section 2.5.5.2) is judged as IPv4.
  private static func unmapped(_ address: [UInt8]) -> [UInt8] {
    let isMapped =
      address.count == 16 && address[..<10].allSatisfy { $0 == 0 } && address[10] == 0xff
      && address[11] == 0xff
    return isMapped ? Array(address[12...]) : address
  }

  /// The blocks of the IANA special-purpose registries (RFC 6890) that are not globally reachable,
  /// multicast, and the translation blocks that could carry a private IPv4 address.
  private static let special: [AddressRange] = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32",
    "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
  ].compactMap { AddressRange($0) }
}

extension AddressPolicy {
  /// The address bytes of what libcurl is about to connect to; empty for other families.
  static func bytes(of address: UnsafePointer<curl_sockaddr>) -> [UInt8] {
    // libcurl declares the room of a `sockaddr` and stores up to 128 bytes there; `addrlen` says how
    // many. So the bytes are read through the pointer, never through a copy of the structure.
    let family = unsafe address.pointee.family
    let available = Int(unsafe address.pointee.addrlen)
    let (start, count) = family == AF_INET ? (4, 4) : (8, 16)
    guard family == AF_INET || family == AF_INET6, available >= start + count,
      let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr)
    else { return [] }
    let bytes = unsafe UnsafeRawPointer(address).advanced(by: offset + start)
    return unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count))
  }
}
