// SIGTERM and SIGINT as an event instead of a death.

import Base
import Dispatch
import Glibc

/// The wish of the operator that the process ends.
package final class StopSignal: Sendable {
  private struct State {
    var hasArrived = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Lock(State())
  // Written in `init` only; kept so that the sources live as long as this.
  nonisolated(unsafe) private var sources: [any DispatchSourceSignal] = []

  /// Takes both signals over from now on.
  package init() {
    for number in [SIGTERM, SIGINT] {
      // The default action would end the process before the source sees the signal.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler { [weak self] in self?.arrive() }
      source.resume()
      unsafe sources.append(source)
    }
  }

  /// Whether a signal has arrived.
  package var hasArrived: Bool { state.withLock { $0.hasArrived } }

  /// Returns when a signal has arrived, at once if it has already.
  package func wait() async {
    await withCheckedContinuation { waiter in
      let hasArrived = state.withLock { state in
        if !state.hasArrived { state.waiters.append(waiter) }
        return state.hasArrived
      }
      if hasArrived { waiter.resume() }
    }
  }

  private func arrive() {
    let waiters = state.withLock { state in
      state.hasArrived = true
      let waiters = state.waiters
      state.waiters = []
      return waiters
    }
    for waiter in waiters { waiter.resume() }
  }
}
