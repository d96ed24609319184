// Tokens that were verified a moment ago, so that a client's second request costs a hash instead of
// a signature. A plain value: each loop owns one, and no lock is needed.

import Cryptography

/// Verified tokens, or what was made of them, by the SHA-256 of their text.
///
/// Only successes are kept. Empty the cache when keys or policies change; revocation by `jti` is
/// checked by the caller on every request, cached or not.
public struct VerifiedTokenCache<Value: Sendable>: Sendable {
  /// The most entries unless said otherwise.
  public static var entriesDefault: Int { 4096 }

  /// The longest time an entry counts, in milliseconds.
  public static var lifetimeMillisecondsMax: Int64 { 60_000 }

  private struct Entry {
    let value: Value
    /// Before this the clock went back, and 60 seconds might last for long.
    let validFrom: Int64
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

  /// What `derive` made of a token that `verify` accepted, now or before.
  ///
  /// A success is kept until the token expires, for 60 seconds at most; `derive` must depend on
  /// nothing but the token and what the cache is emptied for.
  public mutating func value(
    _ text: [UInt8], atMilliseconds now: Int64,
    verify: ([UInt8]) throws(JOSEError) -> VerifiedToken, derive: (VerifiedToken) -> Value
  ) throws(JOSEError) -> Value {
    guard text.count <= CompactToken.tokenBytesMax else { return derive(try verify(text)) }
    let digest = SHA256.hash(text)
    if let entry = entries[digest] {
      if entry.validFrom <= now, now < entry.validUntil { return entry.value }
      entries[digest] = nil
    }
    let token = try verify(text)
    let (latest, overflowed) = now.addingReportingOverflow(
      VerifiedTokenCache.lifetimeMillisecondsMax)
    let validUntil = min(token.expiresAtMilliseconds, overflowed ? now : latest)
    let value = derive(token)
    if now < validUntil { keep(value, digest, from: now, until: validUntil) }
    return value
  }

  /// Forgets everything.
  public mutating func removeAll() {
    entries.removeAll(keepingCapacity: true)
    slots.removeAll(keepingCapacity: true)
    hand = 0
  }

  private mutating func keep(_ value: Value, _ digest: SHA256Digest, from: Int64, until: Int64) {
    if slots.count < entriesMax {
      entries[digest] = Entry(value: value, validFrom: from, validUntil: until, slot: slots.count)
      slots.append(digest)
      return
    }
    let leaving = slots[hand]
    // The slot's old owner may have moved to another slot meanwhile: then it stays.
    if entries[leaving]?.slot == hand { entries[leaving] = nil }
    slots[hand] = digest
    entries[digest] = Entry(value: value, validFrom: from, validUntil: until, slot: hand)
    hand = (hand + 1) % entriesMax
  }
}

extension VerifiedTokenCache<VerifiedToken> {
  /// The token's claims from the cache, or from `verify`, whose success is kept until the token
  /// expires, for 60 seconds at most.
  public mutating func token(
    _ text: [UInt8], atMilliseconds now: Int64,
    verify: ([UInt8]) throws(JOSEError) -> VerifiedToken
  ) throws(JOSEError) -> VerifiedToken {
    try value(text, atMilliseconds: now, verify: verify, derive: { $0 })
  }
}
