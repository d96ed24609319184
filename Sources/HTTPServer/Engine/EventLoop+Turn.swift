// The turn of a loop: wait, events, jobs, deadlines; and its beginning and end.

import Base
import CSystem
import Glibc
import HTTPMessage
import Synchronization

/// What an epoll event carries: a slot and its generation, so that an event for a descriptor that
/// was closed and given out again within one batch finds nobody.
enum Token {
  static let bell = UInt64.max
  private static let listenerBase: UInt64 = 0xffff_ffff_0000_0000

  static func listener(_ index: Int) -> UInt64 { listenerBase | UInt64(index) }

  static func listenerIndex(_ token: UInt64) -> Int? {
    token >= listenerBase ? Int(token - listenerBase) : nil
  }

  static func connection(_ slot: Int, _ generation: UInt32) -> UInt64 {
    UInt64(generation) << 32 | UInt64(slot)
  }
}

extension EventLoop {
  /// Runs until the loop has been drained. `listeners` are served by the first loop only.
  func run() {
    threadID.store(UInt(pthread_self()), ordering: .relaxed)
    let events = UnsafeMutableBufferPointer<epoll_event>.allocate(capacity: 256)
    unsafe events.initialize(repeating: epoll_event())
    defer { unsafe events.deallocate() }
    readClock()
    while !hasEnded {
      let count = unsafe epoll_wait(epoll, events.baseAddress, 256, waitMilliseconds)
      readClock()
      // Below 0 the wait was interrupted by a signal: the turn goes on without events.
      for position in 0..<max(0, Int(count)) {
        let event = unsafe events[position]
        unsafe take(event.data.u64, event.events)
      }
      runRevisits()
      runJobs()
      if nowMilliseconds >= nextSweepMilliseconds { sweep() }
      if isDraining { drain() }
      endTurn()
    }
    end()
  }

  private var waitMilliseconds: Int32 {
    if !localJobs.isEmpty || !revisits.isEmpty { return 0 }
    let hasDeadlines = connectionCount > 0 || pausedListeners || isDraining
    return hasDeadlines ? Int32(EventLoop.sweepMilliseconds) : -1
  }

  private func take(_ token: UInt64, _ events: UInt32) {
    if token == Token.bell { return takeInbox() }
    if let listener = Token.listenerIndex(token) { return acceptAll(listener) }
    let slot = Int(truncatingIfNeeded: token & 0xffff_ffff)
    guard slot < connections.count, let connection = connections[slot],
      connection.generation == UInt32(truncatingIfNeeded: token >> 32)
    else { return }
    connection.handle(events)
  }

  private func readClock() {
    nowMilliseconds = clock.monotonicNanoseconds() / 1_000_000
    guard nowMilliseconds >= nextDateMilliseconds else { return }
    let now = clock.now()
    var line = Array("Date: ".utf8)
    HTTPDate.write(now, to: &line)
    line += [13, 10]
    headWriter.dateLine = line
    nextDateMilliseconds = nowMilliseconds + UInt64(1000 - (now.milliseconds - now.seconds * 1000))
  }

  private func sweep() {
    nextSweepMilliseconds = nowMilliseconds + UInt64(EventLoop.sweepMilliseconds)
    for connection in connections {
      guard let connection, connection.deadline <= nowMilliseconds else { continue }
      connection.timeOut()
    }
    if pausedListeners {
      pausedListeners = false
      watchListeners()
    }
  }

  private func drain() {
    if nowMilliseconds >= drainEnd, connectionCount > 0 {
      for connection in connections { connection?.close() }
    }
    if connectionCount == 0, !hasReportedEnd,
      openTasks == 0 || nowMilliseconds >= drainEnd
    {
      hasReportedEnd = true
      endTurn()
      core.loopHasEnded()
    }
  }

  /// When a timer that starts now runs out, in milliseconds of the monotonic clock.
  func deadline(_ timer: Connection.Timer) -> UInt64 {
    let timeouts = core.configuration.timeouts
    let seconds: Double
    switch timer {
    case .none: return .max
    case .proxy: seconds = timeouts.proxySeconds
    case .handshake: seconds = timeouts.handshakeSeconds
    case .head: seconds = timeouts.headSeconds
    case .idle: seconds = timeouts.idleSeconds
    case .body: seconds = timeouts.bodySeconds
    case .write: seconds = timeouts.writeSeconds
    case .linger: seconds = timeouts.lingerSeconds
    }
    return nowMilliseconds + UInt64(seconds * 1000)
  }

  var bodyWindowBytes: Int {
    let timeouts = core.configuration.timeouts
    return max(1, Int(timeouts.bodySeconds * timeouts.bytesPerSecondMin))
  }

  var writeWindowBytes: Int {
    let timeouts = core.configuration.timeouts
    return max(1, Int(timeouts.writeSeconds * timeouts.bytesPerSecondMin))
  }

  // MARK: The end

  /// Stops accepting, closes what is idle; the rest has until the drain limit.
  func beginDrain() {
    guard !isDraining else { return }
    for index in listeners.indices { acceptAll(index) }
    isDraining = true
    let seconds = core.configuration.drainSeconds
    drainEnd = nowMilliseconds + UInt64(seconds * 1000)
    for listener in listeners { listener.close() }
    listeners = []
    for connection in connections where connection?.isIdle == true { connection?.close() }
  }

  private var hasEnded: Bool { hasReportedEnd && openTasks == 0 && localJobs.isEmpty }

  private func end() {
    inbox.withLock { $0.isClosed = true }
    takeInbox()
    while !localJobs.isEmpty { runJobs() }
    contextStorage = nil
  }
}
