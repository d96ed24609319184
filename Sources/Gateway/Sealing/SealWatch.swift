// The server's view of the sealer, which is its child or another unit.

import Base

/// Watches a sealer.
struct SealWatch: Sendable {
  /// The least time without a word after which a sealer counts as down, in milliseconds. It speaks
  /// every two seconds.
  static let quietMilliseconds: Int64 = 15_000

  /// What is known of a sealer.
  struct State: Sendable {
    let isUp: Bool
    /// Milliseconds since its last word; nothing before the first.
    let quietMilliseconds: Int64?
    let status: SealStatus?
  }

  let folder: DataFolder
  /// Our own child; nothing if the sealer is a unit of its own.
  let child: SealProcess?
  let clock: Clock
  let startedAt: Timestamp

  /// How the sealer is.
  func state() -> State {
    let status = SealStatus(folder)
    let now = clock.now().milliseconds
    let quiet = status.map { max(0, now - $0.at.milliseconds) }
    // Its first word may still be on its way when we have just started.
    let isFresh =
      (quiet ?? .max) <= Self.quietMilliseconds
      || now - startedAt.milliseconds <= Self.quietMilliseconds
    return State(
      isUp: isFresh && child?.lives != false, quietMilliseconds: quiet, status: status)
  }
}
