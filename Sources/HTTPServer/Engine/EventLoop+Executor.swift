// The loop as an executor, and the ways into it from other threads: an inbox and an eventfd that is
// rung once for a batch.

import Base
import CSystem
import Glibc
import Synchronization

extension EventLoop {
  /// Whether the caller is the thread of the loop.
  var isCurrent: Bool { threadID.load(ordering: .relaxed) == UInt(pthread_self()) }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if isCurrent {
      localJobs.append(job)
      return
    }
    let (mustRing, isClosed) = inbox.withLock { inbox in
      guard !inbox.isClosed else { return (false, true) }
      let isFirst = inbox.jobs.isEmpty && inbox.calls.isEmpty
      inbox.jobs.append(job)
      return (isFirst, false)
    }
    if mustRing { ring() }
    if isClosed {
      // The loop has ended. What still runs is work that no connection waits for.
      globalConcurrentExecutor.enqueue(job)
    }
  }

  /// Runs a closure on the loop: at once if the caller is on it.
  ///
  /// After the end of the loop the closure runs on the caller's thread; all connections are closed
  /// then, so that it only finds that out.
  func perform(_ call: @escaping @Sendable () -> Void) {
    if isCurrent { return call() }
    let (mustRing, isClosed) = inbox.withLock { inbox in
      guard !inbox.isClosed else { return (false, true) }
      let isFirst = inbox.jobs.isEmpty && inbox.calls.isEmpty
      inbox.calls.append(call)
      return (isFirst, false)
    }
    if mustRing { ring() }
    if isClosed { call() }
  }

  private func ring() {
    WakeBatch.wake { [self] in ringNow() }
  }

  private func ringNow() {
    var one: UInt64 = 1
    // Fails only when the counter is full, and then the loop is awake anyway.
    _ = unsafe write(bell, &one, 8)
  }

  func takeInbox() {
    var count: UInt64 = 0
    // Empties the counter; that it was empty already is no harm.
    _ = unsafe read(bell, &count, 8)
    var jobs: [UnownedJob] = []
    var calls: [@Sendable () -> Void] = []
    inbox.withLock { inbox in
      swap(&jobs, &inbox.jobs)
      swap(&calls, &inbox.calls)
    }
    for call in calls { call() }
    localJobs.append(contentsOf: jobs)
  }

  /// Runs what is ready, and what that makes ready, for some rounds: then sockets have a turn.
  func runJobs() {
    for _ in 0..<8 where !localJobs.isEmpty {
      var batch: [UnownedJob] = []
      swap(&batch, &localJobs)
      localJobs.reserveCapacity(batch.count)
      for job in batch { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
  }
}
