// What the loops of a server share: settings, handler, the choice of a loop for a new connection, and
// the count of loops that have ended.

import Base
import HTTPMessage
import Synchronization

final class ServerCore: Sendable {
  private struct Ending {
    var loopsLeft = 0
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  let configuration: HTTPServerConfiguration
  let handler: any HTTPHandler
  private let limiter: AddressLimiter
  private let ending = Lock(Ending())
  private let adopted = Lock<[EventLoop]>([])
  // How many connections each loop has, counted from the moment of placing.
  private let counts: [PlacedCount]

  private final class PlacedCount: Sendable {
    let value = Atomic<Int>(0)
  }

  init(_ configuration: HTTPServerConfiguration, _ handler: any HTTPHandler) {
    self.configuration = configuration
    self.handler = handler
    limiter = AddressLimiter(
      countMax: configuration.limits.connectionsPerAddressMax,
      exempt: configuration.limits.addressLimitExempt)
    counts = (0..<configuration.loopCount).map { _ in PlacedCount() }
  }

  var loops: [EventLoop] { adopted.withLock { $0 } }

  /// Takes the loops before they start; the core and its loops hold each other until the end.
  func adopt(_ loops: [EventLoop]) {
    adopted.withLock { $0 = loops }
    ending.withLock { $0.loopsLeft = loops.count }
  }

  /// Gives a new connection to the loop with the fewest, or closes it at a limit.
  func place(_ transport: Transport, _ peer: Peer, from loop: EventLoop, isProxied: Bool) {
    guard !isProxied || trusts(peer) else { return turnAway(transport, loop) }
    var total = 0
    var best = 0
    var fewest = Int.max
    for (index, count) in counts.enumerated() {
      let count = count.value.load(ordering: .relaxed)
      total += count
      if count < fewest { (best, fewest) = (index, count) }
    }
    guard total < configuration.limits.connectionsMax else { return turnAway(transport, loop) }
    var key: UInt64?
    switch limiter.enter(peer) {
    case .free: break
    case .counted(let counted): key = counted
    case .full: return turnAway(transport, loop)
    }
    counts[best].value.add(1, ordering: .relaxed)
    if best == loop.index {
      loop.add(transport, peer, limiterKey: key, isProxied: isProxied)
    } else {
      let chosen = loops[best]
      chosen.perform { [key, descriptor = transport.descriptor] in
        chosen.add(Transport(descriptor: descriptor), peer, limiterKey: key, isProxied: isProxied)
      }
    }
  }

  /// Counts a connection for another address than the one that it came in with; false if that
  /// address has too many.
  func move(_ limiterKey: inout UInt64?, to peer: Peer) -> Bool {
    if let key = limiterKey { limiter.leave(key) }
    limiterKey = nil
    switch limiter.enter(peer) {
    case .free: return true
    case .counted(let key):
      limiterKey = key
      return true
    case .full: return false
    }
  }

  /// Whether a peer may speak for others. The mode of a Unix socket says who can connect to it.
  private func trusts(_ peer: Peer) -> Bool {
    guard let address = peer.address else { return true }
    return configuration.proxies.contains { $0.contains(address) }
  }

  /// Takes note that a connection has ended.
  func left(_ loop: EventLoop, _ limiterKey: UInt64?) {
    counts[loop.index].value.subtract(1, ordering: .relaxed)
    if let limiterKey { limiter.leave(limiterKey) }
  }

  func loopHasEnded() {
    let (isLast, waiting) = ending.withLock { ending in
      ending.loopsLeft -= 1
      guard ending.loopsLeft == 0 else { return (false, [CheckedContinuation<Void, Never>]()) }
      defer { ending.waiting = [] }
      return (true, ending.waiting)
    }
    if isLast { adopted.withLock { $0 = [] } }
    for continuation in waiting { continuation.resume() }
  }

  func waitForEnd() async {
    await withCheckedContinuation { continuation in
      let isOver = ending.withLock { ending in
        if ending.loopsLeft > 0 { ending.waiting.append(continuation) }
        return ending.loopsLeft == 0
      }
      if isOver { continuation.resume() }
    }
  }

  private func turnAway(_ transport: Transport, _ loop: EventLoop) {
    var transport = transport
    loop.metrics.turnedAway.add(1)
    transport.close()
  }
}
