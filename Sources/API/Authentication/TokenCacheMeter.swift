// How often a token was known already. Each loop counts for itself.

import Base

/// Hits and misses of all loops' token caches.
package final class TokenCacheMeter: Sendable {
  /// The counts of one loop.
  final class OfLoop: Sendable {
    let hits = Counter()
    let misses = Counter()
  }

  private let loops = Lock<[OfLoop]>([])

  /// Creates a meter without loops.
  init() {}

  /// The counts of one more loop.
  func addLoop() -> OfLoop {
    let loop = OfLoop()
    loops.withLock { $0.append(loop) }
    return loop
  }

  /// Tokens that were known, and tokens whose signature had to be verified or that were refused.
  package var counts: (hits: Int, misses: Int) {
    loops.withLock { loops in
      (loops.reduce(0) { $0 + $1.hits.count }, loops.reduce(0) { $0 + $1.misses.count })
    }
  }
}
