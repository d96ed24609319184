// The one thread that writes. It takes everything that was queued while the last sync ran, runs it in
// one transaction with a savepoint for each item, commits once, and then tells all callers. There is
// no artificial delay: alone, a change is committed at once; under load, batches grow by themselves.
// After an error of the disk it closes the database and refuses everything until a restart.

import Base
import Delivery
import Glibc

/// Runs changes in shared commits.
@safe final class GroupCommitWriter: @unchecked Sendable {
  // Unchecked: `session`, `pages` and `left` belong to the writer's thread once it is started.

  /// The most items and bytes of one commit.
  static let itemsMax = 256
  static let bytesMax = 1 << 20
  /// The log is copied into the database above the first size, and cut above the second.
  static let checkpointBytes = 4 << 20
  static let truncateBytes = 64 << 20
  static let pageBytes = 4_096
  /// How long without work counts as idle.
  static let idleMilliseconds = 1_000

  /// What the writer tells about itself.
  struct Status {
    /// Why it refuses changes, once it does.
    var failure: StoreError?
    /// Whether the last commit found no room.
    var isFull = false
    /// Committed transactions and the items in them.
    var commits = 0
    var items = 0
    /// The most items in one commit.
    var largestBatch = 0
  }

  private let queue = WriteQueue()
  private let status = Lock(Status())
  private let ended = Lock<[CheckedContinuation<Void, Never>]?>([])
  private var session: WriteSession?
  private let pages: UnsafeMutablePointer<Int32>
  /// Items beyond the limits of the present batch.
  private var left: [WriteItem] = []

  init(_ session: WriteSession) {
    self.session = session
    unsafe pages = .allocate(capacity: 1)
    unsafe pages.initialize(to: 0)
    unsafe session.connection.watchLog(pages)
  }

  deinit {
    session = nil
    unsafe pages.deallocate()
  }

  /// Starts the thread; it keeps the writer alive until `close`. Throws `unavailable`.
  func start() throws(StoreError) {
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(self)
    let code = unsafe pthread_create(
      &thread, nil,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<GroupCommitWriter>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, context.toOpaque())
    guard code == 0 else {
      unsafe context.release()
      throw StoreError(.unavailable, "The writer's thread cannot be started.")
    }
    pthread_detach(thread)
  }

  /// The present status.
  func currentStatus() -> Status { status.withLock { $0 } }

  /// Runs a change and returns when it is durable.
  func submit<Value: Sendable>(
    _ body: @escaping @Sendable (WriteSession) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
      let slot = Slot<Value>()
      let item = WriteItem(
        perform: { (session) throws(StoreError) in slot.value = try body(session) },
        finish: { error in continuation.resume(returning: slot.result(error)) })
      if !queue.add(item) {
        let failure = status.withLock { $0.failure }
        continuation.resume(
          returning: .failure(
            failure ?? StoreError(.unavailable, "The store is busy or closing.")))
      }
    }
    return try result.get()
  }

  /// Finishes what is queued, copies the log into the database and ends the thread.
  func close() async {
    queue.close()
    await withCheckedContinuation { continuation in
      let isOver = ended.withLock { waiting in
        waiting?.append(continuation)
        return waiting == nil
      }
      if isOver { continuation.resume() }
    }
  }

  // MARK: The writer's thread

  private func run() {
    while let batch = nextBatch() {
      if batch.isEmpty {
        checkpoint(isIdle: true)
      } else {
        commit(batch)
        checkpoint(isIdle: false)
      }
    }
    checkpoint(isIdle: true)
    session = nil
    let waiting = ended.withLock { waiting in
      let all = waiting ?? []
      waiting = nil
      return all
    }
    for continuation in waiting { continuation.resume() }
  }

  private func nextBatch() -> [WriteItem]? {
    if left.isEmpty {
      guard let items = queue.take(waiting: GroupCommitWriter.idleMilliseconds) else { return nil }
      left = items
    }
    let batch = Array(left.prefix(GroupCommitWriter.itemsMax))
    left.removeFirst(batch.count)
    return batch
  }

  private func commit(_ batch: [WriteItem]) {
    guard let session else {
      refuse(batch)
      return
    }
    var outcomes = [StoreError?]()
    do throws(StoreError) {
      try session.beginBatch()
      for item in batch where session.batchBytes < GroupCommitWriter.bytesMax {
        outcomes.append(try run(item, in: session))
      }
    } catch {
      // Nothing of the batch is in the database.
      abandon(batch, session, error, isAmbiguous: false)
      return
    }
    left = Array(batch[outcomes.count...]) + left
    do throws(StoreError) {
      try session.commitBatch()
    } catch {
      abandon(Array(batch.prefix(outcomes.count)), session, error, isAmbiguous: true)
      return
    }
    status.withLock { status in
      status.isFull = false
      status.commits += 1
      status.items += outcomes.count
      status.largestBatch = max(status.largestBatch, outcomes.count)
    }
    for (item, outcome) in zip(batch, outcomes) { item.finish(outcome) }
  }

  /// Runs one item; its own failure is its outcome, one that ended the transaction is thrown.
  private func run(_ item: WriteItem, in session: WriteSession) throws(StoreError) -> StoreError? {
    do throws(StoreError) {
      try session.item(item.perform)
      return nil
    } catch {
      let cause = error.cause as? SQLiteError
      guard session.connection.isInTransaction, cause?.endsWriting != true else { throw error }
      return error
    }
  }

  private func abandon(
    _ batch: [WriteItem], _ session: WriteSession, _ error: StoreError, isAmbiguous: Bool
  ) {
    var failure = error
    var isOver = (error.cause as? SQLiteError)?.endsWriting ?? true
    do throws(StoreError) {
      try session.abandonBatch()
    } catch {
      failure = error
      isOver = true
    }
    status.withLock { $0.isFull = error.code == .full }
    if isOver { stopWriting(failure) }
    // After a failed sync the batch may or may not come back when the file is read again.
    let told =
      isAmbiguous && isOver
      ? StoreError(.outcomeUnknown, "The change may or may not be durable.", cause: error.cause)
      : error
    for item in batch { item.finish(told) }
  }

  private func stopWriting(_ error: StoreError) {
    let failure = StoreError(
      error.code == .corrupt ? .corrupt : .unavailable,
      "The store stopped writing after an error of the disk; it needs a restart.",
      cause: error.cause)
    status.withLock { $0.failure = failure }
    session = nil
    queue.close()
  }

  private func refuse(_ batch: [WriteItem]) {
    let failure = status.withLock { $0.failure }
    for item in batch {
      item.finish(failure ?? StoreError(.unavailable, "The store does not write any more."))
    }
  }

  private func checkpoint(isIdle: Bool) {
    guard let session else { return }
    let bytes = unsafe Int(pages.pointee) * GroupCommitWriter.pageBytes
    guard bytes > GroupCommitWriter.checkpointBytes || isIdle && bytes > 0 else { return }
    do throws(StoreError) {
      let rest = try session.connection.checkpoint(
        truncating: bytes > GroupCommitWriter.truncateBytes)
      if rest == 0 { unsafe pages.pointee = 0 }
      status.withLock { $0.isFull = false }
    } catch {
      if error.code == .full {
        status.withLock { $0.isFull = true }
      } else {
        stopWriting(error)
      }
    }
  }
}

/// The value of an item on its way from `perform` to `finish`.
private final class Slot<Value: Sendable>: @unchecked Sendable {
  // Unchecked: both run on the writer's thread, one after the other.
  var value: Value?

  func result(_ error: StoreError?) -> Result<Value, StoreError> {
    if let error { return .failure(error) }
    guard let value else {
      return .failure(StoreError(.unavailable, "The change did not run."))
    }
    return .success(value)
  }
}
