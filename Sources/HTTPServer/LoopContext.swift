// What a handler may know about the loop that it runs on.

package import Base

/// The loop of a request, as its handler sees it.
///
/// State kept here belongs to one loop and needs no lock: use it only on the loop, that is in
/// `bodyMode`, `now`, and `respond` outside of other actors.
package final class LoopContext: @unchecked Sendable {
  // Unchecked: `states` is used on the loop's thread only, which `state` checks.
  /// The position of the loop, from 0.
  package let index: Int
  /// The clock of the server.
  package let clock: Clock
  /// The executor of the loop, for tasks that should stay on it.
  package let executor: any TaskExecutor
  private let isOnLoop: @Sendable () -> Bool
  private var states: [ObjectIdentifier: Any] = [:]

  /// Creates the context of a loop.
  init(
    index: Int, clock: Clock, executor: any TaskExecutor, isOnLoop: @escaping @Sendable () -> Bool
  ) {
    self.index = index
    self.clock = clock
    self.executor = executor
    self.isOnLoop = isOnLoop
  }

  /// Whether the caller runs on the thread of the loop.
  package var isCurrent: Bool { isOnLoop() }

  /// The loop's own instance of a class, made at first use. On another thread it traps.
  package func state<State: AnyObject>(_ type: State.Type, make: () -> State) -> State {
    precondition(isOnLoop(), "the state of a loop is used on the loop")
    if let state = states[ObjectIdentifier(type)] as? State { return state }
    let state = make()
    states[ObjectIdentifier(type)] = state
    return state
  }
}
