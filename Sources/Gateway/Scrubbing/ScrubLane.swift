// One lane of the pool: takes a file through the first worker, ends it, takes the output through the
// second one, ends it, and hashes the output itself. No worker lives when the hash is taken.

import Base
import CSystem
import Cryptography
import Delivery
import Glibc
import JSONText
import ScrubContract

/// Scrubs one file at a time. Waiting blocks the lane's own thread only.
actor ScrubLane {
  private let executor = QueueExecutor(label: "scrub-lane")
  private let settings: ScrubWorkerSettings
  private let health: ScrubHealth
  private var spareScrubber: ScrubWorkerProcess?
  private var spareVerifier: ScrubWorkerProcess?

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  init(settings: ScrubWorkerSettings, health: ScrubHealth) {
    self.settings = settings
    self.health = health
  }

  /// Starts the workers ahead of need.
  func prepare() throws(FileError) {
    if spareScrubber == nil { spareScrubber = try start(.scrub) }
    if spareVerifier == nil { spareVerifier = try start(.verify) }
  }

  /// Ends the waiting workers.
  func stop() {
    _ = spareScrubber?.stop()
    _ = spareVerifier?.stop()
    spareScrubber = nil
    spareVerifier = nil
  }

  /// Scrubs one file; the result carries the error because tasks erase its type.
  func scrub(
    _ source: SpooledFile, _ job: WorkerJob, proving: @Sendable () -> Void
  ) -> Result<ScrubFinding, ScrubberError> {
    Result { () throws(ScrubberError) in try run(source, job, proving: proving) }
  }

  private func run(
    _ source: SpooledFile, _ job: WorkerJob, proving: @Sendable () -> Void
  ) throws(ScrubberError) -> ScrubFinding {
    let input = try opened { () throws(FileError) in try ScrubLane.readOnly(source.descriptor) }
    let output = try opened { () throws(FileError) in
      try FileDescriptor.open(
        settings.spoolFolder, postern_O_TMPFILE | O_RDWR, purpose: "create a spool file")
    }
    let seconds = settings.seconds(forBytes: source.size)
    let first = try work(.scrub, job, [input.number, output.number], seconds)
    guard case .scrubbed(let report) = first else { return ScrubFinding(try outcome(of: first)) }
    guard report.sha256Before == source.sha256.bytes, report.bytesIn == source.size,
      report.policy.hasSameBytes(as: job.rules.name)
    else {
      throw ScrubberError(.failed, "The worker read other bytes than were uploaded.")
    }
    proving()
    let proofInput = try opened { () throws(FileError) in try ScrubLane.readOnly(output.number) }
    let second = try work(
      .verify, WorkerJob(fileName: nil, rules: job.rules), [proofInput.number], seconds)
    guard case .proven(let proof) = second else { return ScrubFinding(try outcome(of: second)) }
    let written = try opened { () throws(FileError) in try ScrubLane.hash(output) }
    guard proof.sha256 == report.sha256After, proof.sha256 == written.sha256.bytes,
      proof.bytes == report.bytesOut, Int64(proof.bytes) == written.size,
      proof.mediaType == report.mediaType, proof.pages == report.pages,
      proof.isKept == report.isKept, !report.isKept || written.sha256 == source.sha256,
      let mediaType = MediaType(report.mediaType)
    else { throw ScrubberError(.failed, "The workers do not agree about the output.") }
    let receipt = ScrubReceipt(
      policy: report.policy, tool: report.tool, mediaType: mediaType,
      sha256Before: source.sha256, sha256After: written.sha256, sizeBefore: source.size,
      sizeAfter: written.size,
      removed: report.removed.map {
        ScrubReceipt.Finding(name: $0.carrier.rawValue, count: $0.count)
      },
      staying: report.staying.map {
        ScrubReceipt.Finding(name: $0.content.rawValue, count: $0.count)
      }, isUnscrubbed: report.isKept)
    let file = SpooledFile(
      descriptor: output.number, size: written.size, sha256: written.sha256, owner: output)
    return ScrubFinding(.clean(file, receipt), excerpts: report.excerpts)
  }

  /// What a worker said, or nothing if it died of the file or took too long.
  private enum Work {
    case scrubbed(ScrubReport)
    case proven(CleanProof)
    case refused(ScrubError)
    case died(RefusalReason)
  }

  private func work(
    _ role: ScrubWorkerProcess.Role, _ job: WorkerJob, _ descriptors: [Int32], _ seconds: Int
  ) throws(ScrubberError) -> Work {
    let worker = try handOver(role, job, descriptors)
    let deadline = settings.clock.monotonicNanoseconds() + UInt64(seconds) * 1_000_000_000
    switch worker.receive(before: deadline, settings.clock) {
    case .answer(.scrubbed(let report)) where role == .scrub: return .scrubbed(report)
    case .answer(.proven(let proof)) where role == .verify: return .proven(proof)
    case .answer(.refused(let error)): return .refused(error)
    case .answer, .crashed: return .died(RefusalReason("worker-failed"))
    case .timeout: return .died(RefusalReason("worker-timeout"))
    case .notStarted(let status):
      health.note(hasStarted: false)
      throw ScrubberError(.failed, "A scrub worker ended with status \(status).")
    }
  }

  /// Gives the job to the waiting worker, or to a new one if that has died meanwhile, and starts the
  /// next one while this one works.
  private func handOver(
    _ role: ScrubWorkerProcess.Role, _ job: WorkerJob, _ descriptors: [Int32]
  ) throws(ScrubberError) -> ScrubWorkerProcess {
    var worker = role == .scrub ? spareScrubber : spareVerifier
    if role == .scrub { spareScrubber = nil } else { spareVerifier = nil }
    if worker?.send(job, descriptors) != true {
      let fresh = try opened { () throws(FileError) in try start(role) }
      guard fresh.send(job, descriptors) else {
        throw ScrubberError(.failed, "A scrub worker takes no job.")
      }
      worker = fresh
    }
    guard let worker else { throw ScrubberError(.unavailable, "There is no scrub worker.") }
    // Without a spare the next file starts its worker itself, so a failure here is not the end.
    switch Result(catching: { () throws(FileError) in try start(role) }) {
    case .success(let next):
      if role == .scrub { spareScrubber = next } else { spareVerifier = next }
    case .failure: break
    }
    return worker
  }

  private func outcome(of work: Work) throws(ScrubberError) -> ScrubOutcome {
    switch work {
    case .died(let reason): return .refused(reason)
    case .refused(let error):
      switch error.code {
      case .typeNotSupported, .typeMismatch:
        return .mediaTypeRefused(RefusalReason(error.code.rawValue))
      case .inputOutput, .typeDatabase:
        throw ScrubberError(.failed, error.detail)
      default: return .refused(RefusalReason(error.code.rawValue))
      }
    case .scrubbed, .proven:
      throw ScrubberError(.failed, "A scrub worker gave an answer that was not asked for.")
    }
  }

  private func start(_ role: ScrubWorkerProcess.Role) throws(FileError) -> ScrubWorkerProcess {
    do throws(FileError) {
      let process = try ScrubWorkerProcess(program: settings.program, role: role)
      health.note(hasStarted: true)
      return process
    } catch {
      health.note(hasStarted: false)
      throw error
    }
  }

  private func opened<Value>(
    _ body: () throws(FileError) -> Value
  ) throws(ScrubberError) -> Value {
    do throws(FileError) {
      return try body()
    } catch {
      throw ScrubberError(.unavailable, "The scrubber cannot \(error.purpose).")
    }
  }

  /// A second, read-only opening of a nameless file: a worker must not change what it reads.
  private static func readOnly(_ descriptor: Int32) throws(FileError) -> FileDescriptor {
    try FileDescriptor.open(
      "/proc/self/fd/\(descriptor)", O_RDONLY, purpose: "reopen a spool file")
  }

  private static func hash(
    _ file: FileDescriptor
  ) throws(FileError) -> (sha256: SHA256Digest, size: Int64) {
    var hasher = SHA256()
    var size = 0
    var chunk = [UInt8](repeating: 0, count: 256 * 1024)
    while true {
      // The kernel writes at most the size of the array.
      let count = unsafe pread(file.number, &chunk, chunk.count, size)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileError("read a spool file") }
      if count == 0 { return (hasher.finalize(), Int64(size)) }
      hasher.update(chunk.span.extracting(..<count))
      size += count
    }
  }
}
