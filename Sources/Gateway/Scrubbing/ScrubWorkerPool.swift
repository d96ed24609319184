// The gateway's side of the scrub workers: a few lanes, a bounded queue before them, an orderly end.
// The gateway itself never parses a document; it passes descriptors and hashes what comes back.

import Base
package import Delivery
package import ScrubContract

/// What came of one file, for the person who owns it.
package struct ScrubFinding: Sendable {
  /// What came of it.
  package let outcome: ScrubOutcome
  /// Pieces of what was removed, if they were asked for.
  package let excerpts: [CarrierExcerpt]

  init(_ outcome: ScrubOutcome, excerpts: [CarrierExcerpt] = []) {
    self.outcome = outcome
    self.excerpts = excerpts
  }
}

/// Scrubs uploads in sandboxed processes; each process sees one file and ends.
///
/// A worker that crashes or takes too long refuses its file (`worker-failed`, `worker-timeout`) and
/// touches no other. Uploads beyond the queue are told `unavailable`.
package final class ScrubWorkerPool: Scrubber {
  private struct State {
    var free: [ScrubLane]
    var waiting: [CheckedContinuation<ScrubLane?, Never>] = []
    var isClosed = false
    var drained: CheckedContinuation<Void, Never>?
  }

  /// How the pool is doing.
  package struct Status: Sendable, Hashable {
    /// Lanes in all, and those with a file.
    package let lanes: Int
    package let busy: Int
    /// Files that wait for a lane.
    package let waiting: Int
    /// Files that were refused because too many waited.
    package let turnedAway: Int
    /// Workers that could not be started.
    package let startsFailed: Int
    /// Whether the last start of a worker failed.
    package let isFailing: Bool
  }

  /// What came of the files.
  let meter = ScrubMeter()
  private let lanes: [ScrubLane]
  private let clock: Clock
  private let health = ScrubHealth()
  private let turnedAway = Counter()
  private let queueMax: Int
  private let state: Lock<State>

  /// Makes the pool; `start` starts the workers.
  package init(settings: ScrubWorkerSettings) {
    precondition((1...64).contains(settings.lanes), "a pool has 1 to 64 lanes")
    let health = self.health
    let lanes = (0..<settings.lanes).map { _ in ScrubLane(settings: settings, health: health) }
    self.lanes = lanes
    queueMax = settings.queueMax
    clock = settings.clock
    state = Lock(State(free: lanes))
  }

  /// Starts the workers ahead of need; an error means that no upload could be scrubbed.
  package func start() async throws(FileError) {
    for lane in lanes { try await lane.prepare() }
  }

  package func scrub(
    _ source: SpooledFile, declared: DeclaredContent, rules: ScrubRules,
    proving: @Sendable () -> Void
  ) async throws(ScrubberError) -> ScrubOutcome {
    try await scrub(
      source, WorkerJob(fileName: declared.filename.text, rules: rules), proving: proving
    ).outcome
  }

  /// Scrubs a file as a job says; throws `unavailable` or `timeout` as the port does.
  package func scrub(
    _ source: SpooledFile, _ job: WorkerJob, proving: @Sendable () -> Void = {}
  ) async throws(ScrubberError) -> ScrubFinding {
    guard let lane = await takeLane() else {
      turnedAway.add(1)
      throw ScrubberError(.unavailable, "All scrub workers are busy.")
    }
    let start = clock.monotonicNanoseconds()
    let result = await lane.scrub(source, job, proving: proving)
    giveBack(lane)
    meter.observe(result.map(\.outcome), nanoseconds: clock.monotonicNanoseconds() - start)
    return try result.get()
  }

  /// How the pool is doing.
  package var status: Status {
    let (free, waiting) = state.withLock { ($0.free.count, $0.waiting.count) }
    return Status(
      lanes: lanes.count, busy: lanes.count - free, waiting: waiting,
      turnedAway: turnedAway.count, startsFailed: health.failures.count,
      isFailing: health.isFailing)
  }

  /// Takes no more files, waits for those in work and ends all workers.
  package func shutdown() async {
    await withCheckedContinuation { continuation in
      let (turnedAway, isIdle) = state.withLock { state in
        state.isClosed = true
        let turnedAway = state.waiting
        state.waiting = []
        let isIdle = state.free.count == lanes.count
        if !isIdle { state.drained = continuation }
        return (turnedAway, isIdle)
      }
      for waiter in turnedAway { waiter.resume(returning: nil) }
      if isIdle { continuation.resume() }
    }
    for lane in lanes { await lane.stop() }
  }

  /// A free lane, after waiting for one if need be; nothing if the queue is full or the pool closed.
  private func takeLane() async -> ScrubLane? {
    await withCheckedContinuation { continuation in
      let answer: ScrubLane?? = state.withLock { state in
        if state.isClosed { return .some(nil) }
        if let lane = state.free.popLast() { return lane }
        if state.waiting.count >= queueMax { return .some(nil) }
        state.waiting.append(continuation)
        return .none
      }
      if let answer { continuation.resume(returning: answer) }
    }
  }

  private func giveBack(_ lane: ScrubLane) {
    let (next, drained) = state.withLock {
      state -> (CheckedContinuation<ScrubLane?, Never>?, CheckedContinuation<Void, Never>?) in
      if !state.waiting.isEmpty { return (state.waiting.removeFirst(), nil) }
      state.free.append(lane)
      guard state.free.count == lanes.count else { return (nil, nil) }
      defer { state.drained = nil }
      return (nil, state.drained)
    }
    next?.resume(returning: lane)
    drained?.resume()
  }
}
