// Tokens that were verified a moment ago, so that a client's second request costs a hash instead of
// a signature. A plain value: each loop owns one, and no lock is needed.

import Cryptography

/// Verified tokens by the SHA-256 of their text.
///
/// Only successes are kept. Empty the cache when keys or policies change; revocation by `jti` is
/// checked by the caller on every request, cached or not.
public struct VerifiedTokenCache: Sendable {
  /// The most entries unless said otherwise.
  public static let entriesDefault = 4096

  /// The longest time an entry counts, in milliseconds.
  public static let lifetimeMillisecondsMax: Int64 = 60_000

  private struct Entry {
    let token: VerifiedToken
    let validUntil: Int64
    let slot: Int
  }

  private let entriesMax: Int
  private var entries: [SHA256Digest: Entry] = [:]
  // A ring: when all slots are taken the oldest entry gives way.
  private var slots: [SHA256Digest] = []
  private var hand = 0

  /// Creates an empty cache of at most `entriesMax` (at least one) entries.
  public init(entriesMax: Int = VerifiedTokenCache.entriesDefault) {
    self.entriesMax = max(1, entriesMax)
  }

  /// The number of entries, expired ones included.
  public var count: Int { entries.count }

  /// The token's claims from the cache, or from `verify`, whose success is kept until the token
  /// expires, for 60 seconds at most.
  public mutating func token(
    _ text: [UInt8], atMilliseconds now: Int64,
    verify: ([UInt8]) throws(JOSEError) -> VerifiedToken
  ) throws(JOSEError) -> VerifiedToken {
    guard text.count <= CompactToken.tokenBytesMax else { return try verify(text) }
    let digest = SHA256.hash(text)
    if let entry = entries[digest] {
      if now < entry.validUntil { return entry.token }
      entries[digest] = nil
    }
    let token = try verify(text)
    let (latest, overflowed) = now.addingReportingOverflow(
      VerifiedTokenCache.lifetimeMillisecondsMax)
    let validUntil = min(token.expiresAtMilliseconds, overflowed ? now : latest)
    if now < validUntil { keep(token, digest, until: validUntil) }
    return token
  }

  /// Forgets everything.
  public mutating func removeAll() {
    entries.removeAll(keepingCapacity: true)
    slots.removeAll(keepingCapacity: true)
    hand = 0
  }

  private mutating func keep(_ token: VerifiedToken, _ digest: SHA256Digest, until: Int64) {
    if slots.count < entriesMax {
      entries[digest] = Entry(token: token, validUntil: until, slot: slots.count)
      slots.append(digest)
      return
    }
    let leaving = slots[hand]
    // The slot's old owner may have moved to another slot meanwhile: then it stays.
    if entries[leaving]?.slot == hand { entries[leaving] = nil }
    slots[hand] = digest
    entries[digest] = Entry(token: token, validUntil: until, slot: hand)
    hand = (hand + 1) % entriesMax
  }
}
