// Read-only connections. A point read runs on the caller's own thread with a connection from the
// pool; the one returned last is lent first, because its cache is warm. A list, which may have to
// look at many rows, runs on a thread of its own so that no loop stands still.

import Base
import Delivery

/// Lends readers.
final class ReaderPool: Sendable {
  /// The most connections: more than there are threads to use one at a time.
  static let connectionsMax = 64

  private struct State {
    var idle: [Connection] = []
    var count = 0
    var isClosed = false
  }

  private let path: String
  private let state = Lock(State())
  private let lists = ListReader()

  private let search: SearchLimits

  init(path: String, search: SearchLimits = SearchLimits()) {
    self.path = path
    self.search = search
  }

  /// Open connections, and those that are lent.
  var usage: (open: Int, lent: Int) {
    state.withLock { ($0.count, $0.isClosed ? 0 : $0.count - $0.idle.count) }
  }

  /// Runs a read here and now; throws `unavailable` when closed or with too many at once.
  func read<Value>(
    _ body: (Connection) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    let connection = try borrow()
    let value: Value
    do throws(StoreError) {
      value = try body(connection)
    } catch {
      giveBack(connection)
      throw error
    }
    giveBack(connection)
    return value
  }

  /// Runs a read that may take long on a thread of its own.
  func readList<Value: Sendable>(
    _ body: @escaping @Sendable (Connection) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    try await lists.run { () throws(StoreError) in try self.read(body) }
  }

  /// Closes the idle connections now and the lent ones when they come back.
  func close() {
    let idle = state.withLock { state in
      state.isClosed = true
      let idle = state.idle
      state.idle = []
      return idle
    }
    withExtendedLifetime(idle) {}
  }

  private func borrow() throws(StoreError) -> Connection {
    let (idle, mayOpen) = state.withLock { state -> (Connection?, Bool) in
      guard !state.isClosed else { return (nil, false) }
      if let connection = state.idle.popLast() { return (connection, true) }
      guard state.count < ReaderPool.connectionsMax else { return (nil, false) }
      state.count += 1
      return (nil, true)
    }
    if let idle { return idle }
    guard mayOpen else {
      throw StoreError(.unavailable, "The store is closed or has too many readers.")
    }
    do throws(StoreError) {
      let connection = try Connection(path: path, .reader)
      connection.search = search
      return connection
    } catch {
      state.withLock { $0.count -= 1 }
      throw error
    }
  }

  private func giveBack(_ connection: Connection) {
    state.withLock { state in
      if !state.isClosed { state.idle.append(connection) }
    }
  }
}

/// A thread for lists.
private actor ListReader {
  private let executor = QueueExecutor(label: "store-lists")

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  func run<Value: Sendable>(
    _ body: @Sendable () throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    try body()
  }
}
