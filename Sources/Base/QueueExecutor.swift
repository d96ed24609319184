// An executor for what blocks. The Swift pool has as many threads as cores; one blocking call on
// each stops the program. A blocking handle therefore lives in an actor that runs on its own queue.

import Dispatch

/// A serial executor over a private dispatch queue.
///
/// Give it to an actor through `unownedExecutor`; the actor must keep it alive.
package final class QueueExecutor: SerialExecutor {
  private let queue: DispatchQueue

  /// Creates an executor whose thread carries `label` in a debugger.
  package init(label: String) {
    queue = DispatchQueue(label: label)
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}
