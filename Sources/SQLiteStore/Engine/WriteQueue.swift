// Where changes wait for the writer. Bounded: a store that cannot keep up says so at once instead of
// letting requests pile up.

import Base
import Delivery
import Dispatch

/// What a change means for decisions that were made before it.
enum WriteEffect: Sendable {
  /// It may change what links are decided on; so does everything that does not say otherwise.
  case decisive
  /// It adds records: links, uses, events, answers.
  case record
}

/// One change that waits.
struct WriteItem: Sendable {
  let effect: WriteEffect
  /// Does it; runs on the writer's thread, perhaps twice.
  let perform: @Sendable (WriteSession) throws(StoreError) -> Void
  /// Tells the caller, after the commit or instead of it.
  let finish: @Sendable (StoreError?) -> Void
}

/// A queue with one taker.
final class WriteQueue: Sendable {
  /// The most changes that may wait; at 20,000 a second, about a fifth of one.
  static let itemsMax = 4_096
  /// How long the taker may wait for more, less than a sync of a good disk takes.
  static let gatherMicroseconds = 500

  private struct State {
    var items: [WriteItem] = []
    /// How many items wake the taker.
    var wanted = 1
    var isClosed = false
  }

  private let state = Lock(State())
  private let arrival = DispatchSemaphore(value: 0)

  /// Adds a change; false if the queue is full or closed.
  func add(_ item: WriteItem) -> Bool {
    let (isAdded, wakes) = state.withLock { state in
      guard !state.isClosed, state.items.count < WriteQueue.itemsMax else { return (false, false) }
      state.items.append(item)
      return (true, state.items.count == state.wanted)
    }
    if wakes { arrival.signal() }
    return isAdded
  }

  /// How many changes wait.
  var count: Int { state.withLock { $0.items.count } }

  /// Refuses everything from now on; what waits is still taken.
  func close() {
    state.withLock { $0.isClosed = true }
    arrival.signal()
  }

  /// Waits until `count` changes are there, for `gatherMicroseconds` at most.
  func gather(_ count: Int) {
    let deadline = DispatchTime.now() + .microseconds(WriteQueue.gatherMicroseconds)
    while true {
      let isEnough = state.withLock { state in
        let isEnough = state.isClosed || state.items.count >= count
        state.wanted = isEnough ? 1 : count
        return isEnough
      }
      // A signal can be left over from items that were taken without waiting; then wait again.
      if isEnough || arrival.wait(timeout: deadline) == .timedOut { break }
    }
    state.withLock { $0.wanted = 1 }
  }

  /// Takes everything that waits, or waits up to `milliseconds` for something.
  ///
  /// Gives nothing once the queue is closed and empty, and an empty list after a quiet wait.
  func take(waiting milliseconds: Int) -> [WriteItem]? {
    let deadline = DispatchTime.now() + .milliseconds(milliseconds)
    while true {
      if let items = taken() { return items.isEmpty ? nil : items }
      // A signal can be left over from items that were taken without waiting; then wait again.
      if arrival.wait(timeout: deadline) == .timedOut { return [] }
    }
  }

  /// What waits; an empty list once closed, nothing if there is just nothing to do.
  private func taken() -> [WriteItem]? {
    state.withLock { state in
      guard state.items.isEmpty else {
        let items = state.items
        state.items = []
        return items
      }
      return state.isClosed ? [] : nil
    }
  }
}
