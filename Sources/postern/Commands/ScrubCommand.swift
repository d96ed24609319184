// `postern scrub`: the same sandboxed workers as the gateway's, for files on this machine.

import Base
import Cryptography
import Delivery
import Gateway
import JSONText
import Wire

extension Command {
  static let scrub = Command(
    "scrub", "remove metadata from files on this machine",
    discussion: """
      Writes photo.clean.jpg beside photo.jpg. What was removed is printed as classes and counts,
      never as values. A file that cannot be proved clean is refused and nothing is written.
      """,
    arguments: [ArgumentSpec("file", "files to scrub", count: .oneOrMore, isFile: true)],
    options: [
      .flag("check", "write nothing; exit 1 if anything would be removed"),
      .flag("in-place", "replace the file itself"),
      .flag("force", "replace an output file that is there"),
      .value("program", "FILE", "the worker program; postern-scrub beside this one if absent"),
    ],
    examples: ["postern scrub photo.jpg", "postern scrub --check *.png"]
  ) { invocation throws(CommandError) in
    let isCheck = invocation.hasFlag("check")
    guard !isCheck || !invocation.hasFlag("in-place") else {
      throw .usage("--check and --in-place exclude each other")
    }
    let scrubbing = try await LocalScrubbing(invocation)
    var results = [LocalScrubbing.Result]()
    for path in invocation.arguments { results.append(await scrubbing.scrub(path)) }
    await scrubbing.end()
    let failures = results.compactMap(\.failure)
    let dirty = results.filter { $0.receipt?.removed.isEmpty == false }
    LocalScrubbing.show(results, invocation)
    if invocation.isJSON, !failures.isEmpty || (isCheck && !dirty.isEmpty) {
      throw .shown(failures.map(\.exit).max { $0.rawValue < $1.rawValue } ?? .failed)
    }
    if let worst = failures.max(by: { $0.exit.rawValue < $1.exit.rawValue }) {
      throw failures.count == 1
        ? worst
        : CommandError(
          worst.exit, "\(failures.count) of \(results.count) files failed", code: worst.code)
    }
    guard !isCheck || dirty.isEmpty else {
      throw CommandError(
        .failed, "\(dirty.count) of \(results.count) files hold metadata",
        hint: "without --check it is removed", code: "metadata-found")
    }
  }
}

/// Scrubs files through a pool of workers.
struct LocalScrubbing: Sendable {
  /// What came of one file.
  struct Result: Sendable {
    let path: String
    let output: String?
    let receipt: ScrubReceipt?
    let failure: CommandError?
  }

  private let pool: ScrubWorkerPool
  private let isCheck: Bool
  private let isInPlace: Bool
  private let isForced: Bool

  /// Starts the workers.
  init(_ invocation: Invocation) async throws(CommandError) {
    isCheck = invocation.hasFlag("check")
    isInPlace = invocation.hasFlag("in-place")
    isForced = invocation.hasFlag("force")
    var settings = ScrubWorkerSettings(
      spoolFolder: invocation.environment["TMPDIR"] ?? "/tmp",
      program: invocation.value("program"))
    settings.lanes = 1
    pool = ScrubWorkerPool(settings: settings)
    do throws(FileError) {
      try await pool.start()
    } catch {
      throw CommandError(
        .failed, error.description, hint: "postern-scrub must lie beside postern, or --program",
        code: "scrubber-unavailable")
    }
  }

  /// Ends the workers.
  func end() async { await pool.shutdown() }

  /// Scrubs one file.
  func scrub(_ path: String) async -> Result {
    do throws(CommandError) {
      let file = try OpenedFile(path)
      let (content, receipt) = try await clean(file)
      guard !isCheck else {
        return Result(path: path, output: nil, receipt: receipt, failure: nil)
      }
      let output = isInPlace ? path : Self.outputPath(path)
      if isInPlace {
        try ReplacedFile.write(content, inPlaceOf: file)
      } else {
        try ReplacedFile.write(content, to: output, mode: file.mode, isReplacing: isForced)
      }
      return Result(path: path, output: output, receipt: receipt, failure: nil)
    } catch {
      return Result(path: path, output: nil, receipt: nil, failure: error)
    }
  }

  private func clean(
    _ file: OpenedFile
  ) async throws(CommandError) -> (SpooledFile, ScrubReceipt) {
    let source = SpooledFile(
      descriptor: file.descriptor.number, size: file.size, sha256: try file.sha256(),
      owner: file.descriptor)
    let outcome: ScrubOutcome
    do throws(ScrubberError) {
      outcome = try await pool.scrub(
        source,
        declared: DeclaredContent(filename: FileName(cleaning: file.name), mediaType: nil),
        proving: {})
    } catch {
      throw CommandError(
        .failed, "\(Plain.text(file.path)): \(error.detail)",
        hint: "postern-scrub must lie beside postern, or --program",
        code: "scrubber-unavailable")
    }
    switch outcome {
    case .clean(let content, let receipt): return (content, receipt)
    case .refused(let reason), .mediaTypeRefused(let reason):
      throw CommandError(
        .refused, "\(Plain.text(file.path)) is refused (\(reason.text))",
        hint: RefusalReasons.explanation[reason.text], code: reason.text)
    }
  }

  /// `photo.clean.jpg` for `photo.jpg`.
  static func outputPath(_ path: String) -> String {
    let slash = path.lastIndex(of: "/")
    let nameStart = slash.map { path.index(after: $0) } ?? path.startIndex
    // A dot at the start of the name hides the file, it does not begin an extension.
    guard let dot = path[nameStart...].lastIndex(of: "."), dot > nameStart else {
      return path + ".clean"
    }
    return path[..<dot] + ".clean" + path[dot...]
  }

  static func show(_ results: [Result], _ invocation: Invocation) {
    let console = invocation.console
    if invocation.isJSON {
      console.print(
        JSONWriter.object { writer in
          writer.objects("files", results) { result, writer in
            writer.member("file", result.path)
            writer.member("output", result.output)
            if let failure = result.failure {
              writer.member("code", failure.code)
              writer.member("message", failure.message)
            }
            guard let receipt = result.receipt else { return }
            writer.member("media_type", receipt.mediaType.text)
            writer.member("sha256_before", receipt.sha256Before.hex)
            writer.member("sha256_after", receipt.sha256After.hex)
            writer.objects("removed", receipt.removed) { removal, writer in
              writer.member("class", removal.name)
              writer.member("count", removal.count)
            }
          }
        })
      return
    }
    for result in results {
      if let failure = result.failure {
        if results.count > 1 { console.show(failure) }
      } else if let receipt = result.receipt {
        let removed = Removed.text(
          receipt.removed.map { RemovedBody(name: $0.name, count: Int64($0.count)) })
        let arrow = result.output.map { " → " + Plain.text($0) } ?? ""
        let mark = receipt.removed.isEmpty ? console.style.green("✓") : console.style.yellow("•")
        console.print("\(mark) \(Plain.text(result.path))\(arrow): \(removed)")
      }
    }
  }
}
