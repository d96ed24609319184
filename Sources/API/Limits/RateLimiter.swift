// GCRA, the generic cell rate algorithm (ITU-T I.371): one 64-bit number a key, no timers, exact
// `Retry-After`. The table has a fixed size; a full one forgets its idlest entry, so that a flood of
// new keys costs memory nothing and an old key at most one burst.

package import Base
import HTTPMessage

/// How many requests a key may make.
package struct RateLimit: Sendable, Hashable {
  /// The least time between two requests at a steady rate, in nanoseconds.
  package let intervalNanoseconds: UInt64

  /// How far a burst may run ahead, in nanoseconds.
  package let toleranceNanoseconds: UInt64

  /// A limit of `requestsPerMinute`, of which a tenth (at least 10) may come at once.
  package init(requestsPerMinute: Int64) {
    self.init(requestsPerMinute: requestsPerMinute, burst: max(10, requestsPerMinute / 10))
  }

  /// A limit with its own burst, in requests.
  package init(requestsPerMinute: Int64, burst: Int64) {
    precondition(requestsPerMinute > 0 && burst > 0, "a rate limit lets something through")
    intervalNanoseconds = max(1, 60_000_000_000 / UInt64(requestsPerMinute))
    toleranceNanoseconds = intervalNanoseconds * UInt64(burst - 1)
  }
}

extension IPAddress {
  /// What the limits count: an IPv4 address, or the /64 of an IPv6 address, whose owner has all
  /// addresses below it.
  var limitKey: IPAddress { v4 == nil ? IPAddress(high: high, low: 0) : self }
}

/// What the limiter decided.
package enum RateDecision: Sendable, Hashable {
  /// The request may pass.
  case allowed
  /// Too many: try again after so many whole seconds, at least 1.
  case refused(retryAfterSeconds: Int)
}

/// A table of keys and their theoretical arrival times.
package final class RateLimiter: Sendable {
  /// Entries that share a bucket; an insertion evicts among these.
  private static let waysPerBucket = 8

  private struct Entry {
    var key: UInt64 = 0
    var arrivalNanoseconds: UInt64 = 0
  }

  private let limit: RateLimit
  private let clock: Clock
  private let bucketCount: Int
  // Locks are striped so that loops rarely meet. A stripe has no entries until its first key.
  private let stripes: [Lock<[Entry]>]

  /// Creates a limiter.
  /// - Parameters:
  ///   - limit: The rate of each key.
  ///   - keysMax: Keys that are remembered, rounded up to a power of two of at least 1024.
  ///   - clock: Gives the monotonic time.
  package init(limit: RateLimit, keysMax: Int, clock: Clock) {
    self.limit = limit
    self.clock = clock
    var size = 1024
    while size < keysMax, size < 1 << 22 { size *= 2 }
    let stripeCount = 16
    bucketCount = size / stripeCount / Self.waysPerBucket
    stripes = (0..<stripeCount).map { _ in Lock([]) }
  }

  /// Counts one request of a key; `cost` weighs it, and 0 only asks.
  package func admit(_ key: some Hashable, cost: UInt64 = 1) -> RateDecision {
    var hasher = Hasher()
    hasher.combine(key)
    // Zero marks an empty entry.
    let hash = UInt64(bitPattern: Int64(hasher.finalize())) | 1
    let now = clock.monotonicNanoseconds()
    let stripe = stripes[Int(hash >> 60)]
    let bucket = Int((hash >> 8) % UInt64(bucketCount)) * Self.waysPerBucket
    let (limit, ways) = (limit, Self.waysPerBucket)
    let entryCount = bucketCount * ways
    return stripe.withLock { entries in
      if entries.isEmpty { entries = [Entry](repeating: Entry(), count: entryCount) }
      var slot = bucket
      for position in bucket..<(bucket + ways) {
        if entries[position].key == hash {
          slot = position
          break
        }
        if entries[position].arrivalNanoseconds < entries[slot].arrivalNanoseconds {
          slot = position
        }
      }
      let isKnown = entries[slot].key == hash
      let arrival = max(isKnown ? entries[slot].arrivalNanoseconds : 0, now)
      let ahead = arrival - now
      if ahead > limit.toleranceNanoseconds {
        let wait = ahead - limit.toleranceNanoseconds
        return .refused(retryAfterSeconds: Int((wait + 999_999_999) / 1_000_000_000))
      }
      entries[slot] = Entry(
        key: hash, arrivalNanoseconds: arrival + limit.intervalNanoseconds * cost)
      return .allowed
    }
  }
}
