// Work that goes on when its client has left: a publication must not stop half-way because a phone
// lost its network. Whoever stops the server waits for it here.

import Base
import Delivery

/// Owns the publications at work.
package final class BackgroundWork: Sendable {
  /// The outcome of one piece of work.
  typealias Outcome = Result<Publication, DeliveryError>

  /// One piece of work, for the one who waits for it.
  final class Handle: Sendable {
    private struct State {
      var outcome: Outcome?
      var hasGivenUp = false
      var waiter: CheckedContinuation<Outcome?, Never>?
    }

    private let state = Lock(State())

    /// The outcome; nothing if it is not there within so many seconds. Asked once.
    func value(withinSeconds seconds: Int) async -> Outcome? {
      let timer = Task {
        // Cancelled when the outcome came first; then there is nobody to wake.
        do { try await Task.sleep(for: .seconds(seconds)) } catch { return }
        finish(nil)
      }
      defer { timer.cancel() }
      return await withCheckedContinuation { waiter in
        let known: Outcome?? = state.withLock { state in
          if let outcome = state.outcome { return .some(outcome) }
          if state.hasGivenUp { return .some(nil) }
          state.waiter = waiter
          return nil
        }
        if let known { waiter.resume(returning: known) }
      }
    }

    fileprivate func finish(_ outcome: Outcome?) {
      let waiter = state.withLock { state in
        if let outcome { state.outcome = outcome } else { state.hasGivenUp = true }
        let waiter = state.waiter
        state.waiter = nil
        return waiter
      }
      waiter?.resume(returning: outcome)
    }
  }

  private struct Tasks {
    var next = 0
    var running: [Int: Task<Void, Never>] = [:]
  }

  private let tasks = Lock(Tasks())

  /// Nothing at work.
  package init() {}

  /// Starts a piece of work.
  func start(_ work: @escaping @Sendable () async -> Outcome) -> Handle {
    let handle = Handle()
    tasks.withLock { tasks in
      let number = tasks.next
      tasks.next += 1
      tasks.running[number] = Task {
        handle.finish(await work())
        self.forget(number)
      }
    }
    return handle
  }

  /// Waits until nothing is at work.
  package func drain() async {
    while let task = tasks.withLock({ $0.running.first?.value }) { await task.value }
  }

  private func forget(_ number: Int) {
    tasks.withLock { $0.running[number] = nil }
  }
}
