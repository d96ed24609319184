// Counters of one loop; a snapshot adds up those of all loops.

import Synchronization

/// A counter that one thread changes and others read.
struct Counter: ~Copyable, Sendable {
  private let value = Atomic<Int>(0)

  func add(_ count: Int) { value.add(count, ordering: .relaxed) }

  var count: Int { value.load(ordering: .relaxed) }
}

final class LoopMetrics: Sendable {
  let accepted = Counter()
  let turnedAway = Counter()
  let active = Counter()
  let requests = Counter()
  let refused = Counter()
  let receivedBytes = Counter()
  let sentBytes = Counter()
  let handshakes = Counter()
  let resumptions = Counter()
  let failedOpenings = Counter()
  let openingTimeouts = Counter()
  let headTimeouts = Counter()
  let bodyTimeouts = Counter()
  let idleTimeouts = Counter()
  let writeTimeouts = Counter()
}

/// The counters of a server since its start.
package struct HTTPServerMetrics: Sendable, Hashable {
  /// Connections accepted and kept.
  package var accepted = 0
  /// Connections closed at once because of a limit.
  package var turnedAway = 0
  /// Connections open now.
  package var active = 0
  /// Requests begun, refused ones included.
  package var requests = 0
  /// Requests that the server refused in place of the handler.
  package var refused = 0
  /// Bytes received, heads included.
  package var receivedBytes = 0
  /// Bytes sent, heads included.
  package var sentBytes = 0
  /// TLS handshakes that were completed.
  package var handshakes = 0
  /// Handshakes among them that took up an earlier session.
  package var resumptions = 0
  /// Connections closed for a bad PROXY header or TLS handshake.
  package var failedOpenings = 0
  /// Connections cut off before the end of their PROXY header or TLS handshake.
  package var openingTimeouts = 0
  /// Connections cut off in a head.
  package var headTimeouts = 0
  /// Bodies cut off for slowness.
  package var bodyTimeouts = 0
  /// Idle connections closed.
  package var idleTimeouts = 0
  /// Connections cut off because the client did not read.
  package var writeTimeouts = 0

  init(_ loops: [LoopMetrics]) {
    for loop in loops {
      accepted += loop.accepted.count
      turnedAway += loop.turnedAway.count
      active += loop.active.count
      requests += loop.requests.count
      refused += loop.refused.count
      receivedBytes += loop.receivedBytes.count
      sentBytes += loop.sentBytes.count
      handshakes += loop.handshakes.count
      resumptions += loop.resumptions.count
      failedOpenings += loop.failedOpenings.count
      openingTimeouts += loop.openingTimeouts.count
      headTimeouts += loop.headTimeouts.count
      bodyTimeouts += loop.bodyTimeouts.count
      idleTimeouts += loop.idleTimeouts.count
      writeTimeouts += loop.writeTimeouts.count
    }
  }
}
