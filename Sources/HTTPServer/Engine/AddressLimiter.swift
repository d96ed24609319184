// How many connections one client address may hold: an IPv4 address, or an IPv6 /64, since that is
// what one customer is usually given.

import Base
import HTTPMessage

/// Counts open connections by address.
final class AddressLimiter: Sendable {
  private let countMax: Int
  private let exempt: [AddressBlock]
  private let counts = Lock<[UInt64: Int]>([:])

  init(countMax: Int, exempt: [AddressBlock]) {
    self.countMax = countMax
    self.exempt = exempt
  }

  /// What became of an attempt to enter.
  enum Entry {
    /// Not counted.
    case free
    /// Counted under the key, which must be given back to `leave`.
    case counted(UInt64)
    case full
  }

  func enter(_ peer: Peer) -> Entry {
    guard let address = peer.address, !exempt.contains(where: { $0.contains(address) }) else {
      return .free
    }
    // IPv4 keys have a bit pattern that no global /64 has: the upper half is all ones.
    let key = address.v4.map { 0xffff_ffff_0000_0000 | UInt64($0) } ?? address.high
    return counts.withLock { counts in
      let count = counts[key, default: 0]
      guard count < countMax else { return .full }
      counts[key] = count + 1
      return .counted(key)
    }
  }

  func leave(_ key: UInt64) {
    counts.withLock { counts in
      let count = counts[key, default: 1] - 1
      counts[key] = count > 0 ? count : nil
    }
  }
}
