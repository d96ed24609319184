// The keys of a running gateway: read at its start, and anew when an operator has rotated one. Each
// part asks here for what counts now, so that no request sees half of a change.

package import API
package import Base
package import Delivery

/// Holds the keys that count now.
package final class KeyKeeper: Sendable {
  /// The peppers of link tokens, shared with the use cases.
  package let peppers: PepperRing

  private let folder: DataFolder
  private let hasStore: Bool
  private let clock: Clock
  private let ring: Lock<KeyRing>
  private let receiptKeys: Lock<[UInt8]>
  private let listed: Lock<[KeyFile]>

  /// Reads the keys of a data folder.
  /// - Throws: `secret-unusable`.
  package init(
    _ folder: DataFolder, hasStore: Bool, clock: Clock
  ) throws(ConfigurationError) {
    let first = try KeyRing(folder, at: clock.now(), hasStore: hasStore)
    self.hasStore = hasStore
    guard let peppers = PepperRing(current: first.peppers[0], previous: Array(first.peppers[1...]))
    else { throw ConfigurationError(.secretUnusable, "too many peppers") }
    self.peppers = peppers
    self.folder = folder
    self.clock = clock
    ring = Lock(first)
    receiptKeys = Lock(try ReceiptKeys.publish(first.localSigners, folder))
    listed = Lock(try Self.served(folder, hasStore).filter { !$0.hasEnded(at: clock.now()) })
  }

  /// What counts now.
  package var current: KeyRing { ring.withLock { $0 } }

  /// The keys that this process holds, for an operator.
  package var files: [KeyFile] { listed.withLock { $0 } }

  /// The key set that verifies receipts.
  package var receiptKeySet: [UInt8] { receiptKeys.withLock { $0 } }

  /// The secrets of stored answers. Answers are kept for a day, so former ones are asked a day long.
  package var answerSecrets: IdempotencySecrets {
    let (ring, files) = (current, files)
    let rotatedAt = files.first { $0.key == .pepper && $0.until == nil }?.since
    let isFresh =
      rotatedAt.map { clock.now() < $0.adding(seconds: Idempotency.keptSecondsMax) } ?? false
    return IdempotencySecrets(
      current: ring.pepperSecrets[0], former: isFresh ? Array(ring.pepperSecrets[1...]) : [])
  }

  /// Whether the time of a former key that still counts is over.
  package var isDue: Bool {
    let now = clock.now()
    return files.contains { $0.hasEnded(at: now) }
  }

  /// Reads the files anew. What checks signatures learns new keys before anything signs with them.
  /// - Parameter accept: Teaches the keys to those who check.
  /// - Throws: `secret-unusable`; then everything stays as it was.
  package func reload(
    accept: (KeyRing) async throws(ConfigurationError) -> Void
  ) async throws(ConfigurationError) {
    var fresh: KeyRing
    var files: [KeyFile]
    // While others are taught, the files may change again and another reload may overtake this one.
    repeat {
      fresh = try KeyRing(folder, at: clock.now(), hasStore: hasStore)
      files = try usable()
      try await accept(fresh)
    } while try usable() != files
    let published = try ReceiptKeys.publish(fresh.localSigners, folder)
    guard peppers.replace(current: fresh.peppers[0], previous: Array(fresh.peppers[1...])) else {
      throw ConfigurationError(.secretUnusable, "too many peppers")
    }
    receiptKeys.withLock { $0 = published }
    ring.withLock { $0 = fresh }
    listed.withLock { $0 = files }
  }

  private func usable() throws(ConfigurationError) -> [KeyFile] {
    let now = clock.now()
    return try Self.served(folder, hasStore).filter { !$0.hasEnded(at: now) }
  }

  private static func served(
    _ folder: DataFolder, _ hasStore: Bool
  ) throws(ConfigurationError) -> [KeyFile] {
    try KeyFiles.list(
      folder, hasStore ? [.pepper, .localIssuer, .objectStore] : [.pepper, .localIssuer])
  }
}
