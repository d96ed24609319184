// IP addresses and address blocks as values: parsing of RFC 4291 text and IPv4 dotted decimals,
// RFC 5952 output. Zones (`fe80::1%eth0`) are not accepted.

/// An IPv4 or IPv6 address; an IPv4-mapped IPv6 address is the IPv4 address.
package struct IPAddress: Sendable, Hashable, CustomStringConvertible {
  /// The upper 64 bits of the IPv6 form.
  package let high: UInt64
  /// The lower 64 bits of the IPv6 form; an IPv4 address is `::ffff:a.b.c.d`.
  package let low: UInt64

  /// Creates an address from its 128 bits.
  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Creates an IPv4 address from its 32 bits, `127.0.0.1` being `0x7f000001`.
  package init(v4: UInt32) {
    high = 0
    low = 0xffff_0000_0000 | UInt64(v4)
  }

  /// The 32 bits of an IPv4 address.
  package var v4: UInt32? {
    high == 0 && low >> 32 == 0xffff ? UInt32(truncatingIfNeeded: low) : nil
  }

  /// Whether it is 127.0.0.0/8 or ::1.
  package var isLoopback: Bool {
    if let v4 { return v4 >> 24 == 127 }
    return high == 0 && low == 1
  }

  /// Parses exactly one address without brackets, port or zone; nothing for other text.
  package init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard bytes.count <= 45 else { return nil }
    if bytes.contains(UInt8(ascii: ":")) {
      guard let (high, low) = IPAddress.parseV6(bytes) else { return nil }
      self.init(high: high, low: low)
    } else {
      guard let v4 = IPAddress.parseV4(bytes[...]) else { return nil }
      self.init(v4: v4)
    }
  }

  package var description: String {
    if let v4 { return IPAddress.text(v4) }
    let groups = (0..<8).map { index in
      UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - index % 4 * 16))
    }
    // RFC 5952 section 4.2: the first longest run of two or more zero groups becomes `::`.
    var best = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8, groups[end] == 0 { end += 1 }
      if end - start >= 2, end - start > best.count { best = start..<end }
      start = max(end, start + 1)
    }
    let texts = groups.map { String($0, radix: 16) }
    if best.isEmpty { return texts.joined(separator: ":") }
    return texts[..<best.lowerBound].joined(separator: ":") + "::"
      + texts[best.upperBound...].joined(separator: ":")
  }

  // The address is in every line of the request log: it is written without interpolation.
  private static func text(_ v4: UInt32) -> String {
    unsafe String(unsafeUninitializedCapacity: 15) { text in
      var count = 0
      for shift: UInt32 in [24, 16, 8, 0] {
        let number = v4 >> shift & 255
        for (bound, divisor) in [(100, 100), (10, 10), (0, 1)] as [(UInt32, UInt32)]
        where number >= bound {
          // Four numbers of at most three digits and three dots fit in 15 bytes.
          unsafe text[count] = 0x30 + UInt8(truncatingIfNeeded: number / divisor % 10)
          count += 1
        }
        if shift > 0 {
          unsafe text[count] = UInt8(ascii: ".")
          count += 1
        }
      }
      return count
    }
  }

  private static func parseV4(_ bytes: ArraySlice<UInt8>) -> UInt32? {
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var result: UInt32 = 0
    for part in parts {
      // No leading zeros: some readers take them for octal.
      guard (1...3).contains(part.count), part.allSatisfy(Characters.isDigit),
        part.count == 1 || part.first != UInt8(ascii: "0")
      else { return nil }
      let value = part.reduce(UInt32(0)) { $0 * 10 + UInt32($1 - 0x30) }
      guard value < 256 else { return nil }
      result = result << 8 | value
    }
    return result
  }

  private static func parseV6(_ bytes: [UInt8]) -> (UInt64, UInt64)? {
    var head = [UInt16]()
    var tail: [UInt16]?
    var index = 0
    if bytes.starts(with: "::".utf8) {
      tail = []
      index = 2
    }
    while index < bytes.count {
      let rest = bytes[index...]
      let end = rest.firstIndex(of: UInt8(ascii: ":")) ?? bytes.count
      var groups = [UInt16]()
      if end == bytes.count, rest.contains(UInt8(ascii: ".")) {
        guard let v4 = parseV4(rest) else { return nil }
        groups = [UInt16(truncatingIfNeeded: v4 >> 16), UInt16(truncatingIfNeeded: v4)]
      } else {
        guard (1...4).contains(end - index), let value = hex(bytes[index..<end]) else { return nil }
        groups = [value]
      }
      if tail == nil { head += groups } else { tail? += groups }
      index = end
      guard index < bytes.count else { break }
      index += 1
      if index < bytes.count, bytes[index] == UInt8(ascii: ":") {
        guard tail == nil else { return nil }
        tail = []
        index += 1
      } else if index == bytes.count {
        return nil
      }
    }
    let count = head.count + (tail?.count ?? 0)
    guard tail == nil ? count == 8 : count <= 7 else { return nil }
    let all = head + Array(repeating: 0, count: 8 - count) + (tail ?? [])
    let word = { (range: Range<Int>) in all[range].reduce(UInt64(0)) { $0 << 16 | UInt64($1) } }
    return (word(0..<4), word(4..<8))
  }

  private static func hex(_ digits: ArraySlice<UInt8>) -> UInt16? {
    var value: UInt16 = 0
    for digit in digits {
      guard let digit = Characters.hexValue(digit) else { return nil }
      value = value << 4 | UInt16(digit)
    }
    return value
  }
}

/// A block of addresses, written as `10.0.0.0/8`, `fd00::/8` or a single address.
package struct AddressBlock: Sendable, Hashable, CustomStringConvertible {
  /// The first address of the block.
  package let address: IPAddress
  /// How many of the 128 bits of the IPv6 form are fixed, 0...128.
  package let fixedBits: Int

  /// Parses a block; nothing if the length is out of range or a bit after it is set.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let address = IPAddress(first) else { return nil }
    let isV4 = address.v4 != nil && !first.contains(":")
    var length = 128
    if parts.count == 2 {
      guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy(Characters.isDigit),
        let value = Int(parts[1]), value <= (isV4 ? 32 : 128)
      else { return nil }
      length = isV4 ? value + 96 : value
    }
    self.address = address
    fixedBits = length
    guard AddressBlock.masked(address, length) == address else { return nil }
  }

  /// Whether an address lies in the block.
  package func contains(_ other: IPAddress) -> Bool {
    AddressBlock.masked(other, fixedBits) == address
  }

  package var description: String {
    if address.v4 != nil, fixedBits >= 96 { return "\(address)/\(fixedBits - 96)" }
    return "\(address)/\(fixedBits)"
  }

  private static func masked(_ address: IPAddress, _ bits: Int) -> IPAddress {
    // Swift's smart shifts give 0 for a shift by 64, so that no case is special.
    let high = address.high & (UInt64.max << UInt64(64 - min(bits, 64)))
    let low = address.low & (UInt64.max << UInt64(128 - max(bits, 64)))
    return IPAddress(high: high, low: low)
  }
}
