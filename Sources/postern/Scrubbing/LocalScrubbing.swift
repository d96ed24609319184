// Files of this machine through the pool of workers, several at a time. Their results are given out in
// the order of the files, as soon as all before them are there.

import Base
import Cryptography
import Delivery
import Gateway
import Glibc
import ScrubContract

/// Scrubs files through a pool of workers.
struct LocalScrubbing: Sendable {
  /// What came of one file.
  struct Result: Sendable {
    let path: String
    var output: String?
    var receipt: ScrubReceipt?
    var excerpts: [CarrierExcerpt] = []
    var failure: CommandError?
  }

  private let pool: ScrubWorkerPool
  private let order: ScrubOrder
  private let jobs: Int

  /// Starts the workers.
  init(_ order: ScrubOrder, fileCount: Int) async throws(CommandError) {
    self.order = order
    let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    jobs = max(1, min(order.jobs ?? processors, fileCount, ScrubOrder.jobsMax))
    var settings = ScrubWorkerSettings(spoolFolder: order.spoolFolder, program: order.program)
    settings.lanes = jobs
    pool = ScrubWorkerPool(settings: settings)
    do throws(FileError) {
      try await pool.start()
    } catch {
      throw Self.unavailable(error.description)
    }
  }

  /// Ends the workers.
  func end() async { await pool.shutdown() }

  /// Scrubs files; each result is shown once, in the order of the paths.
  func scrub(_ paths: [String], _ show: (Result) -> Void) async {
    await withTaskGroup(of: (Int, Result).self) { group in
      var started = 0
      var shown = 0
      var done: [Int: Result] = [:]
      func start() {
        guard started < paths.count else { return }
        let index = started
        group.addTask { (index, await scrub(paths[index])) }
        started += 1
      }
      for _ in 0..<jobs { start() }
      while let (index, result) = await group.next() {
        done[index] = result
        start()
        while let next = done.removeValue(forKey: shown) {
          show(next)
          shown += 1
        }
      }
    }
  }

  /// Scrubs one file.
  private func scrub(_ path: String) async -> Result {
    var result = Result(path: path)
    do throws(CommandError) {
      let file = try OpenedFile(path)
      let (content, receipt, excerpts) = try await clean(file)
      result.output = try deliver(content, receipt, of: file)
      (result.receipt, result.excerpts) = (receipt, excerpts)
    } catch {
      result.failure = error
    }
    return result
  }

  /// Puts the scrubbed bytes where they go, and says where that is.
  private func deliver(
    _ content: SpooledFile, _ receipt: ScrubReceipt, of file: OpenedFile
  ) throws(CommandError) -> String? {
    switch order.destination {
    case .nowhere: return nil
    case .standardOutput:
      try ReplacedFile.copy(content, to: 1, path: "standard output")
      return "-"
    case .inPlace:
      // A file that is as it should be keeps its times.
      if receipt.sha256Before != receipt.sha256After {
        try ReplacedFile.write(content, inPlaceOf: file)
      }
      return file.path
    case .file(let path):
      try ReplacedFile.write(content, to: path, mode: file.mode, isReplacing: order.isForced)
      return path
    case .beside:
      let path = Self.outputPath(file.path)
      try ReplacedFile.write(content, to: path, mode: file.mode, isReplacing: order.isForced)
      return path
    }
  }

  private func clean(
    _ file: OpenedFile
  ) async throws(CommandError) -> (SpooledFile, ScrubReceipt, [CarrierExcerpt]) {
    let source = SpooledFile(
      descriptor: file.descriptor.number, size: file.size, sha256: try file.sha256(),
      owner: file.descriptor)
    let job = WorkerJob(
      fileName: FileName(cleaning: file.name).text, rules: order.rules,
      wantsExcerpts: order.showsValues)
    let finding: ScrubFinding
    do throws(ScrubberError) {
      finding = try await pool.scrub(source, job)
    } catch {
      throw Self.unavailable("\(Plain.text(file.path)): \(error.detail)")
    }
    switch finding.outcome {
    case .clean(let content, let receipt): return (content, receipt, finding.excerpts)
    case .refused(let reason), .mediaTypeRefused(let reason):
      throw CommandError(
        .refused, "\(Plain.text(file.path)) is refused (\(reason.text))",
        hint: RefusalReasons.explanation[reason.text], code: reason.text)
    }
  }

  private static func unavailable(_ message: String) -> CommandError {
    CommandError(
      .failed, message, hint: "postern-scrub must lie beside postern, or --program",
      code: "scrubber-unavailable")
  }

  /// `photo.clean.jpg` for `photo.jpg`.
  static func outputPath(_ path: String) -> String {
    // By bytes: a combining mark behind a slash or a dot makes one character with it.
    let bytes = path.utf8
    let nameStart =
      bytes.lastIndex(of: UInt8(ascii: "/")).map { bytes.index(after: $0) } ?? path.startIndex
    // A dot at the start of the name hides the file, it does not begin an extension.
    guard let dot = bytes[nameStart...].lastIndex(of: UInt8(ascii: ".")), dot > nameStart else {
      return path + ".clean"
    }
    return path[..<dot] + ".clean" + path[dot...]
  }
}
