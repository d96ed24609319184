// One thread with one epoll instance. It is also a task executor, so that a handler that awaits comes
// back to the thread that owns its connection. Everything but the inbox belongs to the thread.

import Base
import CSystem
import Glibc
import HTTPMessage
import Synchronization

/// A loop: connections, timers, jobs.
final class EventLoop: TaskExecutor, @unchecked Sendable {
  // Unchecked: other threads use `inbox`, `metrics`, `threadID` and constants only.

  static let readable = UInt32(EPOLLIN.rawValue) | UInt32(EPOLLRDHUP.rawValue)
  static let writable = UInt32(EPOLLOUT.rawValue)
  static let peerEnded = UInt32(EPOLLRDHUP.rawValue)
  static let hungUp = UInt32(EPOLLHUP.rawValue)
  static let failed = UInt32(EPOLLERR.rawValue)

  /// Input read at once; the buffer also holds a whole head and read-ahead.
  static let bufferBytes = 262_144
  /// Answers that are collected before they are sent.
  static let outputBatchBytesMax = 65_536
  /// A body up to this size is copied behind its head, so that one call sends both.
  static let copiedBodyBytesMax = 16_384
  /// What one connection may send in one turn.
  static let turnBytesMax = 4 << 20
  /// What is read of a file at once when the kernel cannot send it alone.
  static let fileBufferBytes = 65_536
  /// What a streaming handler may have waiting for the client.
  static let streamBacklogBytesMax = 65_536
  /// Unread input that is thrown away after the last answer.
  static let lingerBytesMax = 8 << 20
  /// The largest body that is read only to keep the connection.
  static let discardedBodyBytesMax = 65_536
  /// How often deadlines are looked at, in milliseconds.
  static let sweepMilliseconds = 100

  struct Inbox: ~Copyable {
    var jobs: [UnownedJob] = []
    var calls: [@Sendable () -> Void] = []
    var isClosed = false
  }

  let index: Int
  let core: ServerCore
  let metrics = LoopMetrics()
  let buffer = LoopBuffer(capacity: bufferBytes)
  /// Where pieces of files wait to be encrypted.
  lazy var fileBuffer = LoopBuffer(capacity: EventLoop.fileBufferBytes)
  let epoll: Int32
  let bell: Int32
  let inbox = Lock(Inbox())
  let threadID = Atomic<UInt>(0)

  var parser: HeadParser
  var output: [UInt8] = []
  var openTasks = 0
  var connections: [Connection?] = []
  var freeSlots: [Int] = []
  var revisits: [Connection] = []
  var connectionCount = 0
  var localJobs: [UnownedJob] = []
  var headWriter: AnswerHeadWriter
  var listeners: [Listener] = []
  var pausedListeners = false
  var nextGeneration: UInt32 = 0
  var requestCount: UInt64 = 0
  var hasNewRecords = false
  var nowMilliseconds: UInt64 = 0
  var nextDateMilliseconds: UInt64 = 0
  var nextSweepMilliseconds: UInt64 = 0
  var isDraining = false
  var drainEnd = UInt64.max
  var hasReportedEnd = false
  var contextStorage: LoopContext?

  init(index: Int, core: ServerCore) throws(HTTPServerError) {
    self.index = index
    self.core = core
    parser = HeadParser(limits: core.configuration.limits)
    headWriter = AnswerHeadWriter(extraFields: core.configuration.extraFields)
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    bell = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    guard epoll >= 0, bell >= 0 else {
      _ = close(epoll)
      _ = close(bell)
      throw HTTPServerError(.systemFailed, "no descriptors for an event loop")
    }
    output.reserveCapacity(2 * EventLoop.outputBatchBytesMax)
    control(EPOLL_CTL_ADD, bell, UInt32(EPOLLIN.rawValue), token: Token.bell)
  }

  deinit {
    // Only here: until now another thread may be about to ring.
    _ = close(epoll)
    _ = close(bell)
  }

  // MARK: What connections need

  var handler: any HTTPHandler { core.handler }
  var clock: Clock { core.configuration.clock }
  var limits: HTTPServerLimits { core.configuration.limits }
  var accessLog: (@Sendable (AccessRecord) -> Void)? { core.configuration.accessLog }
  var refusalResponse: @Sendable (HTTPStatus, RefusalCode, RequestID) -> HTTPResponse {
    core.configuration.refusalResponse
  }

  var context: LoopContext {
    if let contextStorage { return contextStorage }
    let made = LoopContext(index: index, clock: clock, executor: self) { [self] in isCurrent }
    contextStorage = made
    return made
  }
}
