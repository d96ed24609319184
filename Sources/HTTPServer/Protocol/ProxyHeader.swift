// The header with which a proxy says for whom it connects: the PROXY protocol of HAProxy, version 1
// (a line) and version 2 (binary). Only TCP over IPv4 and IPv6 is taken; whom to believe is decided
// elsewhere.

import Base
package import HTTPMessage

/// Reads PROXY headers.
package enum ProxyHeader {
  /// The client that the proxy speaks for.
  package struct Source: Sendable, Equatable {
    /// Its address.
    package let address: IPAddress
    /// Its port.
    package let port: UInt16
  }

  /// What the bytes so far are.
  package enum Outcome: Sendable, Equatable {
    /// The beginning of a header.
    case incomplete
    /// No header, or one that is not for us.
    case refused
    /// A whole header of so many bytes; without a source the connection is the proxy's own.
    case complete(byteCount: Int, Source?)
  }

  /// The longest header that is taken, of any version.
  package static let bytesMax = 536
  /// The longest line of version 1 with its CR LF.
  package static let lineBytesMax = 107

  private static let lineStart = Array("PROXY ".utf8)
  private static let signature: [UInt8] = [
    13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10,
  ]

  /// Reads the header at the start of `bytes`.
  package static func parse(_ bytes: [UInt8]) -> Outcome {
    if bytes.first == lineStart[0] { return parseLine(bytes) }
    let count = min(bytes.count, signature.count)
    guard bytes[..<count] == signature[..<count] else { return .refused }
    return count < signature.count ? .incomplete : parseBinary(bytes)
  }

  // MARK: Version 1

  private static func parseLine(_ bytes: [UInt8]) -> Outcome {
    let count = min(bytes.count, lineStart.count)
    guard bytes[..<count] == lineStart[..<count] else { return .refused }
    guard let end = bytes.prefix(lineBytesMax).firstIndex(of: 10) else {
      return bytes.count < lineBytesMax ? .incomplete : .refused
    }
    guard bytes[end - 1] == 13 else { return .refused }
    // Latin letters, digits and marks only: what else is in the line makes a word unreadable.
    let words = bytes[lineStart.count..<(end - 1)]
      .split(separator: 0x20, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    if words[0] == "UNKNOWN" { return .complete(byteCount: end + 1, nil) }
    guard words.count == 5, words[0] == "TCP4" || words[0] == "TCP6" else { return .refused }
    let hasColons = words[0] == "TCP6"
    guard words[1].contains(":") == hasColons, words[2].contains(":") == hasColons,
      let address = IPAddress(words[1]), IPAddress(words[2]) != nil,
      let port = port(words[3]), Self.port(words[4]) != nil
    else { return .refused }
    return .complete(byteCount: end + 1, Source(address: address, port: port))
  }

  private static func port(_ text: String) -> UInt16? {
    guard text.utf8.allSatisfy(Characters.isDigit), text == "0" || text.utf8.first != 0x30 else {
      return nil
    }
    return UInt16(text)
  }

  // MARK: Version 2

  private static func parseBinary(_ bytes: [UInt8]) -> Outcome {
    guard bytes.count >= 16 else { return .incomplete }
    let (version, command) = (bytes[12] >> 4, bytes[12] & 15)
    let size = 16 + Int(bytes[14]) << 8 + Int(bytes[15])
    guard version == 2, command <= 1, size <= bytesMax else { return .refused }
    guard bytes.count >= size else { return .incomplete }
    // LOCAL: a health check of the proxy. The addresses are to be ignored.
    if command == 0 { return .complete(byteCount: size, nil) }
    let addressBytes: Int
    switch bytes[13] {
    case 0x00: return .complete(byteCount: size, nil)
    case 0x11: addressBytes = 4
    case 0x21: addressBytes = 16
    // Datagrams and Unix sockets do not lead here.
    default: return .refused
    }
    let portIndex = 16 + 2 * addressBytes
    guard portIndex + 4 <= size, extensionsAreSound(bytes[(portIndex + 4)..<size], bytes[..<size])
    else { return .refused }
    let source = Source(
      address: address(bytes[16..<(16 + addressBytes)]),
      port: UInt16(bytes[portIndex]) << 8 | UInt16(bytes[portIndex + 1]))
    return .complete(byteCount: size, source)
  }

  private static func address(_ bytes: ArraySlice<UInt8>) -> IPAddress {
    func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
    if bytes.count == 4 { return IPAddress(v4: UInt32(truncatingIfNeeded: word(bytes))) }
    return IPAddress(high: word(bytes.prefix(8)), low: word(bytes.suffix(8)))
  }

  // Type, length and value each; a checksum among them (type 3) is that of the whole header.
  private static func extensionsAreSound(
    _ extensions: ArraySlice<UInt8>, _ header: ArraySlice<UInt8>
  ) -> Bool {
    var rest = extensions
    while !rest.isEmpty {
      guard rest.count >= 3 else { return false }
      let start = rest.startIndex + 3
      let end = start + Int(rest[start - 2]) << 8 + Int(rest[start - 1])
      guard end <= rest.endIndex else { return false }
      if rest[start - 3] == 3 {
        guard end - start == 4 else { return false }
        let stated = rest[start..<end].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        var blank = header
        for index in start..<end { blank[index] = 0 }
        guard CRC32.checksum(blank.span, .castagnoli) == stated else { return false }
      }
      rest = rest[end...]
    }
    return true
  }
}
