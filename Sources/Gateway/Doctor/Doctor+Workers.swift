// Whether scrub workers start on this machine: the program, its type database and the sandbox, which
// kernels and containers can forbid. A worker of each kind gets a job without a file and must refuse
// it.

import Base
import Glibc
import ScrubContract

extension Doctor {
  /// How long a worker may take to start, and again to close its sandbox and answer, in nanoseconds.
  private static let workerNanoseconds: UInt64 = 10_000_000_000

  /// The exit status of a worker that stands ready and is given no file.
  private static let readyStatus: Int32 = 72

  func workers(_ configuration: Configuration) -> [DoctorFinding] {
    let named = configuration.scrubbing.program
    let path = named.isEmpty ? ProgramPath.beside("postern-scrub") : named
    guard unsafe access(path, X_OK) == 0 else {
      return [
        DoctorFinding(
          .fault, .workerMissing, path,
          advice: "install postern-scrub beside postern, or set scrub.program")
      ]
    }
    let reasons = WorkerRole.allCases.compactMap { failure(path, $0) }
    return reasons.prefix(1).map { reason in
      DoctorFinding(.fault, .workerFails, "\(path): \(reason.text)", advice: reason.advice)
    }
  }

  private func failure(_ path: String, _ role: WorkerRole) -> (text: String, advice: String)? {
    let release = "install postern-scrub of the same release as postern"
    do throws(ScrubWorkerFailure) {
      let worker = try template(path).worker(role, before: deadline, clock)
      _ = worker.send(WorkerJob(fileName: nil, rules: .standard), [])
      _ = try worker.receive(before: deadline, clock)
      return ("it answers without a job", release)
    } catch {
      return explained(error, release)
    }
  }

  private var deadline: UInt64 { clock.monotonicNanoseconds() + Self.workerNanoseconds }

  private func template(_ path: String) throws(ScrubWorkerFailure) -> ScrubWorkerTemplate {
    do throws(FileError) {
      return try ScrubWorkerTemplate(program: path)
    } catch { throw .unavailable(error) }
  }

  private func explained(
    _ failure: ScrubWorkerFailure, _ release: String
  ) -> (text: String, advice: String)? {
    switch failure {
    case .notStarted(Self.readyStatus): nil
    case .notStarted(70): ("it finds no database of file types", "install libmagic's database")
    case .notStarted(71):
      ("the sandbox cannot be closed", "the kernel or the container must allow seccomp")
    case .notStarted(let status): ("it ends with status \(status)", release)
    case .crashed: ("it was killed", "the system's log tells by what; " + release)
    case .timeout: ("it does not answer", release)
    case .unavailable(let error):
      (error.description, "it must be the program of this release for this machine")
    }
  }
}
