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
  let meter = OutcomeMeter.ofScrubs()
  private let queue: LaneQueue<ScrubLane>
  private let clock: Clock
  private let health = ScrubHealth()
  private let turnedAway = Counter()

  /// Makes the pool; `start` starts the workers.
  package init(settings: ScrubWorkerSettings) {
    precondition((1...64).contains(settings.lanes), "a pool has 1 to 64 lanes")
    let health = self.health
    let lanes = (0..<settings.lanes).map { _ in ScrubLane(settings: settings, health: health) }
    queue = LaneQueue(lanes, waitingMax: settings.queueMax)
    clock = settings.clock
  }

  /// Starts the workers ahead of need; an error means that no upload could be scrubbed.
  package func start() async throws(FileError) {
    for lane in queue.lanes { try await lane.prepare() }
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
    let used = await queue.use { lane in
      let start = clock.monotonicNanoseconds()
      let result = await lane.scrub(source, job, proving: proving)
      meter.observe(
        result.map(\.outcome).word, nanoseconds: clock.monotonicNanoseconds() - start)
      return result
    }
    guard let result = used else {
      turnedAway.add(1)
      throw ScrubberError(.unavailable, "All scrub workers are busy.")
    }
    return try result.get()
  }

  /// How the pool is doing.
  package var status: Status {
    let (busy, waiting) = queue.load
    return Status(
      lanes: queue.lanes.count, busy: busy, waiting: waiting,
      turnedAway: turnedAway.count, startsFailed: health.failures.count,
      isFailing: health.isFailing)
  }

  /// Takes no more files, waits for those in work and ends all workers.
  package func shutdown() async {
    await queue.close()
    for lane in queue.lanes { await lane.stop() }
  }
}
