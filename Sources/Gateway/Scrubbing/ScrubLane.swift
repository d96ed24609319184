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
  /// Templates that are tried for one worker: the one at hand, and a new one.
  private static let startsMax = 2

  private let executor = QueueExecutor(label: "scrub-lane")
  private let settings: ScrubWorkerSettings
  private let health: ScrubHealth
  private var template: ScrubWorkerTemplate?

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  init(settings: ScrubWorkerSettings, health: ScrubHealth) {
    self.settings = settings
    self.health = health
  }

  /// Starts the program of the workers ahead of need.
  func prepare() throws(FileError) { template = try started() }

  /// Ends the program of the workers.
  func stop() { template = nil }

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
    _ role: WorkerRole, _ job: WorkerJob, _ descriptors: [Int32], _ seconds: Int
  ) throws(ScrubberError) -> Work {
    let worker = try handOver(role, job, descriptors)
    do throws(ScrubWorkerFailure) {
      switch try worker.receive(before: deadline(seconds: seconds), settings.clock) {
      case .scrubbed(let report) where role == .scrub: return .scrubbed(report)
      case .proven(let proof) where role == .verify: return .proven(proof)
      case .refused(let error): return .refused(error)
      case .scrubbed, .proven: throw .crashed
      }
    } catch {
      // Whoever tries faults on purpose meets another layout of memory the next time.
      template = nil
      switch error {
      case .crashed: return .died(RefusalReason("worker-failed"))
      case .timeout: return .died(RefusalReason("worker-timeout"))
      case .notStarted, .unavailable: throw noted(error)
      }
    }
  }

  /// Gives the job to a new worker; from a new template if the one at hand has ended.
  private func handOver(
    _ role: WorkerRole, _ job: WorkerJob, _ descriptors: [Int32]
  ) throws(ScrubberError) -> ScrubWorkerProcess {
    var failure = ScrubWorkerFailure.crashed
    for _ in 0..<Self.startsMax {
      do throws(ScrubWorkerFailure) {
        let worker = try standing().worker(
          role, before: deadline(seconds: settings.startSeconds), settings.clock)
        if worker.send(job, descriptors) {
          health.note(hasStarted: true)
          return worker
        }
        failure = .crashed
      } catch {
        failure = error
      }
      template = nil
    }
    throw noted(failure)
  }

  private func deadline(seconds: Int) -> UInt64 {
    settings.clock.monotonicNanoseconds() + UInt64(seconds) * 1_000_000_000
  }

  private func noted(_ failure: ScrubWorkerFailure) -> ScrubberError {
    health.note(hasStarted: false)
    return switch failure {
    case .crashed: ScrubberError(.failed, "A scrub worker was killed before its work.")
    case .timeout: ScrubberError(.failed, "A scrub worker does not start in time.")
    case .notStarted(let status):
      ScrubberError(.failed, "A scrub worker ended with status \(status).")
    case .unavailable(let error):
      ScrubberError(.unavailable, "The scrubber cannot \(error.purpose).")
    }
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

  private func standing() throws(ScrubWorkerFailure) -> ScrubWorkerTemplate {
    if let template { return template }
    do throws(FileError) {
      let fresh = try started()
      template = fresh
      return fresh
    } catch { throw .unavailable(error) }
  }

  private func started() throws(FileError) -> ScrubWorkerTemplate {
    do throws(FileError) {
      let fresh = try ScrubWorkerTemplate(program: settings.program)
      health.note(hasStarted: true)
      return fresh
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
