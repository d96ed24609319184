// The one thread that writes. It takes everything that was queued while the last sync ran, runs it in
// one transaction, commits once, and then tells all callers. An item that fails before it wrote
// anything just fails; if one fails later, the batch is run again with a savepoint for each item, so
// that only the failed one is undone. Alone, a change is committed at once; under load, batches grow
// by themselves, and the callers of the last one have half a millisecond to come back. After an error
// of the disk it closes the database and refuses everything until a restart.

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
  static let checkpointBytes = 16 << 20
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

  /// The sizes of commits, and how long each took with its sync, in nanoseconds.
  let batchSizes = Histogram(bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256])
  let commitTimes = Histogram(bounds: Histogram.durations)

  private let queue = WriteQueue()
  private let status = Lock(Status())
  private let ended = Lock<[CheckedContinuation<Void, Never>]?>([])
  private var session: WriteSession?
  private let pages: UnsafeMutablePointer<Int32>
  /// How many pages of the log are in the database already. The log starts anew only when no
  /// reader is in it, so it may well grow on after all of it was copied.
  private var copiedPages: Int32 = 0
  /// The size of the last batch.
  private var lastCount = 0
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

  /// How many changes wait for the next commit.
  var queueDepth: Int { queue.count }

  /// Runs a change and returns when it is durable.
  func submit<Value: Sendable>(
    _ effect: WriteEffect = .decisive,
    _ body: @escaping @Sendable (WriteSession) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
      let slot = Slot<Value>()
      let item = WriteItem(
        effect: effect,
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
      // Who was just answered often has more to ask: a commit for the first of them alone would make
      // the others wait for the next one. After a commit of one change nothing is waited for.
      if lastCount > 1 { queue.gather(lastCount) }
      guard let items = queue.take(waiting: GroupCommitWriter.idleMilliseconds) else { return nil }
      left = items
    }
    let batch = Array(left.prefix(GroupCommitWriter.itemsMax))
    lastCount = batch.count
    left.removeFirst(batch.count)
    return batch
  }

  private func commit(_ batch: [WriteItem]) {
    guard let session else {
      refuse(batch)
      return
    }
    let start = session.clock.monotonicNanoseconds()
    let outcomes: [StoreError?]
    do throws(StoreError) {
      outcomes = try perform(batch, in: session)
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
    batchSizes.observe(outcomes.count)
    commitTimes.observe(Int(session.clock.monotonicNanoseconds() - start))
    status.withLock { status in
      status.isFull = false
      status.commits += 1
      status.items += outcomes.count
      status.largestBatch = max(status.largestBatch, outcomes.count)
    }
    WakeBatch.collect {
      for (item, outcome) in zip(batch, outcomes) { item.finish(outcome) }
    }
  }

  /// Runs items in a new transaction, up to the limit of bytes; gives what became of each.
  private func perform(
    _ batch: [WriteItem], in session: WriteSession
  ) throws(StoreError) -> [StoreError?] {
    if let outcomes = try perform(batch, in: session, isolated: false) { return outcomes }
    try session.abandonBatch()
    return try Row.require(perform(batch, in: session, isolated: true))
  }

  /// As above; nothing if an item failed in a way that only a savepoint can undo.
  private func perform(
    _ batch: [WriteItem], in session: WriteSession, isolated: Bool
  ) throws(StoreError) -> [StoreError?]? {
    var outcomes = [StoreError?]()
    outcomes.reserveCapacity(batch.count)
    try session.beginBatch(isolated: isolated)
    for item in batch where session.batchBytes < GroupCommitWriter.bytesMax {
      let outcome = try run(item, in: session)
      if session.mustIsolate { return nil }
      outcomes.append(outcome)
    }
    return outcomes
  }

  /// Runs one item; its own failure is its outcome, one that ended the transaction is thrown.
  private func run(_ item: WriteItem, in session: WriteSession) throws(StoreError) -> StoreError? {
    do throws(StoreError) {
      try session.item(item)
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
    let logPages = unsafe pages.pointee
    if logPages < copiedPages { copiedPages = 0 }
    let bytes = Int(logPages) * GroupCommitWriter.pageBytes
    let newBytes = Int(logPages - copiedPages) * GroupCommitWriter.pageBytes
    guard newBytes > GroupCommitWriter.checkpointBytes || isIdle && newBytes > 0 else { return }
    do throws(StoreError) {
      let state = try session.connection.checkpoint(
        truncating: bytes > GroupCommitWriter.truncateBytes)
      unsafe pages.pointee = state.log
      copiedPages = state.copied
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
