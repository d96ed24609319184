// Where blocking file work runs. All changes to one key run on the same lane, one after the other,
// so that a condition and the change that it guards cannot be separated.

import Base

/// A thread of its own for file work.
actor StoreLane {
  nonisolated let executor: QueueExecutor

  /// Creates a lane whose thread carries `label` in a debugger.
  init(label: String) {
    executor = QueueExecutor(label: label)
  }

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// Runs `body` on the lane; it must not wait for the same lane.
  func run<Result: Sendable>(_ body: @Sendable () throws(StoreError) -> Result)
    throws(StoreError) -> Result
  {
    try body()
  }
}
