// One connection: where it stands between two requests, what it waits for and until when. Its topics
// are in the extensions: input, exchanges, output, timers.

import CSystem
import Glibc
import HTTPMessage

/// A connection, used on the thread of its loop only.
final class Connection: @unchecked Sendable {
  // Unchecked: handler tasks and body closures carry it back to its loop; every method runs there.

  enum Phase {
    /// Before the first request: a PROXY header, a TLS handshake.
    case opening
    /// Waiting for a head, or in the middle of one.
    case head
    /// Collecting a body for a handler that wants it whole.
    case body
    /// A handler task runs; it may be reading the body.
    case handling
    /// An answer is produced piece by piece; see `tail`.
    case sending
    /// The last answer is in `output`; close when it is out.
    case closing
    /// Output has ended; unread input is thrown away for a moment.
    case lingering
    case closed
  }

  /// The part of an answer that is not in `output` yet.
  enum Tail {
    case none
    case bytes([UInt8], Int)
    case file(OpenFile, Int64, Int64)
    case stream
  }

  /// What the deadline stands for.
  enum Timer {
    case none, proxy, handshake, head, idle, body, write, linger
  }

  let loop: EventLoop
  /// The other end; after a PROXY header the one that the proxy speaks for.
  var peer: Peer
  var transport: Transport
  var limiterKey: UInt64?
  var slot = 0
  var generation: UInt32 = 0

  var phase = Phase.head
  var interest = EventLoop.readable
  /// Input that waits: a part of a head, or requests behind the current one.
  var pending: [UInt8] = []
  /// Output that the kernel did not take yet, from `outputStart`.
  var output: [UInt8] = []
  var outputStart = 0
  var tail = Tail.none
  var exchange: Exchange?
  var answer = AnswerState()
  /// The beginning of a PROXY header; nothing if none is awaited.
  var proxyHeader: [UInt8]?
  /// Whether a TLS handshake comes before the first request.
  var isTLSDue = false
  /// Whether the loop has been asked for a turn without an event.
  var isRevisited = false
  var hasUnreadInput = false
  var servedCount = 0

  var timer = Timer.none
  var deadline = UInt64.max
  /// Bytes moved in the current window of the body or write timer.
  var windowBytes = 0

  init(loop: EventLoop, transport: Transport, peer: Peer, limiterKey: UInt64?) {
    self.loop = loop
    self.transport = transport
    self.peer = peer
    self.limiterKey = limiterKey
  }

  var isClosed: Bool {
    if case .closed = phase { return true }
    return false
  }

  /// Whether nothing is going on between two requests.
  var isIdle: Bool {
    guard case .head = phase else { return false }
    return pending.isEmpty && !hasBacklog
  }

  var hasBacklog: Bool { outputStart < output.count }

  var wantsInput: Bool {
    switch phase {
    case .opening, .lingering: true
    case .head: !hasBacklog
    case .body, .handling, .sending: exchange?.wantsInput ?? false
    case .closing, .closed: false
    }
  }

  var wantsOutput: Bool {
    // Reading waits for output only while somebody wants to read; else the loop would spin.
    if hasBacklog || transport.needsOutput && wantsInput { return true }
    switch tail {
    case .none, .stream: return false
    case .bytes, .file: return true
    }
  }

  /// Whether a next request may be read: a client that does not take its answers gets no more.
  var takesRequests: Bool {
    guard case .head = phase else { return false }
    return !hasBacklog
  }

  /// Takes an event of the loop.
  func handle(_ events: UInt32) {
    guard events & (EventLoop.hungUp | EventLoop.failed) == 0 else { return close() }
    if case .opening = phase { return open() }
    if events & EventLoop.writable != 0 {
      flush()
      if transport.needsOutput, wantsInput { return receive() }
      if takesRequests, !pending.isEmpty { advance(loadPending()) }
      if isClosed { return }
    }
    if events & (EventLoop.readable | EventLoop.peerEnded) != 0 {
      if wantsInput {
        receive()
      } else if events & EventLoop.peerEnded != 0, pending.isEmpty {
        // The client has gone, or will send nothing more: the handler may give up early.
        exchange?.task?.cancel()
        setInterest(wantsOutput ? EventLoop.writable : 0)
        return
      } else {
        setInterest(wantsOutput ? EventLoop.writable : 0)
        return
      }
    }
    if !isClosed { settle() }
  }

  /// Brings event interest and deadline in line with the state.
  func settle() {
    var wanted = interest
    if wantsInput { wanted |= EventLoop.readable }
    // Input interest is dropped only by an event that nobody wants (`handle`): most answers are
    // ready before the next request comes, and two system calls are saved.
    wanted = wantsOutput ? wanted | EventLoop.writable : wanted & ~EventLoop.writable
    setInterest(wanted)
    setTimer()
    if transport.holdsInput, wantsInput { loop.revisit(self) }
  }

  func setInterest(_ wanted: UInt32) {
    // `readable` includes the end of input: both come and go together.
    guard wanted != interest, !isClosed else { return }
    interest = wanted
    loop.changeInterest(self)
  }

  /// Ends the connection at once; everybody who waits is told.
  func close() {
    guard !isClosed else { return }
    // What was cut off must not look like an end.
    let isClean = isIdle
    phase = .closed
    noteSent()
    if case .stream = tail, let exchange, !exchange.isChunked {
      answer.sentBodyBytes = exchange.sentBytes
    }
    loop.remove(self)
    transport.close(isClean: isClean)
    tail = .none
    output = []
    outputStart = 0
    pending = []
    guard let exchange else { return }
    self.exchange = nil
    exchange.fail(HTTPMessageError(.bodyCutOff, "the connection ended before the body"))
    exchange.serveWriter(.failure(HTTPMessageError(.peerGone, "the connection has ended")))
    exchange.task?.cancel()
    loop.record(answer, exchange.request, self, isComplete: false)
  }

  /// Ends output after the last answer; waits for the client if it may still be sending, since a
  /// close with unread input would reset the connection and could destroy the answer on its way.
  func finishOutput() {
    transport.endOutput()
    guard hasUnreadInput || !pending.isEmpty else { return close() }
    phase = .lingering
    pending = []
    windowBytes = 0
  }
}

/// What is remembered of the answer that is being sent.
struct AnswerState {
  var id = RequestID(high: 0, low: 0)
  var startedNanoseconds: UInt64 = 0
  var status = HTTPStatus.ok
  var refusal: RefusalCode?
  var isHead = false
  var isOldVersion = false
  var keepsAlive = true
  var sentBodyBytes: Int64 = 0
  var receivedBodyBytes: Int64 = 0
}
