// Connections of a loop: accepting, placing, removing, and the records that they leave.

import Base
import CSystem
import Glibc
import HTTPMessage

extension EventLoop {
  func control(_ operation: Int32, _ descriptor: Int32, _ events: UInt32, token: UInt64) {
    var event = unsafe epoll_event()
    unsafe event.events = events
    unsafe event.data.u64 = token
    let code = unsafe epoll_ctl(epoll, operation, descriptor, &event)
    precondition(code == 0, "an open descriptor can be watched")
  }

  func listen(_ listeners: [Listener]) {
    self.listeners = listeners
    watchListeners()
  }

  func watchListeners() {
    for (index, listener) in listeners.enumerated() {
      control(
        EPOLL_CTL_ADD, listener.descriptor, UInt32(EPOLLIN.rawValue), token: Token.listener(index))
    }
  }

  func acceptAll(_ index: Int) {
    guard index < listeners.count, !pausedListeners else { return }
    for _ in 0..<64 {
      switch listeners[index].accept() {
      case .connection(let transport, let peer):
        core.place(transport, peer, from: self, isProxied: listeners[index].isProxied)
      case .none: return
      case .exhausted:
        // Without a pause the waiting connection would wake the loop again and again.
        for listener in listeners { control(EPOLL_CTL_DEL, listener.descriptor, 0, token: 0) }
        pausedListeners = true
        return
      }
    }
  }

  /// Takes over a connection; on the loop's thread.
  func add(_ transport: Transport, _ peer: Peer, limiterKey: UInt64?, isProxied: Bool) {
    let connection = Connection(
      loop: self, transport: transport, peer: peer, limiterKey: limiterKey)
    connection.awaitOpening(isProxied: isProxied)
    if let slot = freeSlots.popLast() {
      connection.slot = slot
      connections[slot] = connection
    } else {
      connection.slot = connections.count
      connections.append(connection)
    }
    // All ones would look like a listener.
    nextGeneration = nextGeneration == UInt32.max - 1 ? 0 : nextGeneration + 1
    connection.generation = nextGeneration
    connectionCount += 1
    metrics.accepted.add(1)
    metrics.active.add(1)
    control(
      EPOLL_CTL_ADD, transport.descriptor, connection.interest,
      token: Token.connection(connection.slot, connection.generation))
    connection.setTimer()
  }

  func changeInterest(_ connection: Connection) {
    control(
      EPOLL_CTL_MOD, connection.transport.descriptor, connection.interest,
      token: Token.connection(connection.slot, connection.generation))
  }

  /// Lets a connection read in the next turn what its transport holds already.
  func revisit(_ connection: Connection) {
    guard !connection.isRevisited else { return }
    connection.isRevisited = true
    revisits.append(connection)
  }

  /// Gives those connections their turn.
  func runRevisits() {
    guard !revisits.isEmpty else { return }
    var batch: [Connection] = []
    swap(&batch, &revisits)
    for connection in batch {
      connection.isRevisited = false
      if !connection.isClosed { connection.handle(EventLoop.readable & ~EventLoop.peerEnded) }
    }
  }

  func remove(_ connection: Connection) {
    connections[connection.slot] = nil
    freeSlots.append(connection.slot)
    connectionCount -= 1
    metrics.active.add(-1)
    core.left(self, connection.limiterKey)
  }

  /// The next id: the seed of the process, and a counter that a bijection makes look random.
  func nextRequestID() -> RequestID {
    let seed = core.configuration.requestIDSeed
    requestCount += 1
    var word = seed.1 ^ (UInt64(index) << 56 | requestCount)
    word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
    return RequestID(high: seed.0, low: word ^ word >> 31)
  }

  func writeHead(_ response: HTTPResponse, _ body: AnswerBody, _ answer: AnswerState) {
    headWriter.write(response, body, answer, to: &output)
  }

  /// Tells who keeps the access log that a turn is over.
  func endTurn() {
    guard hasNewRecords else { return }
    hasNewRecords = false
    core.configuration.turnEnded?(index)
  }

  /// Tells the access log that a request is done.
  func record(
    _ answer: AnswerState, _ request: HTTPRequest?, _ connection: Connection, isComplete: Bool
  ) {
    guard let accessLog else { return }
    hasNewRecords = true
    let now = clock.monotonicNanoseconds()
    accessLog(
      AccessRecord(
        request: request, peer: connection.peer, loop: index, id: answer.id,
        status: answer.status, refusal: answer.refusal, receivedBodyBytes: answer.receivedBodyBytes,
        sentBodyBytes: answer.sentBodyBytes,
        durationNanoseconds: now - min(now, answer.startedNanoseconds), isComplete: isComplete))
  }
}
