// What `postern scrub` prints: a line for each file as it is done, or one JSON document at the end; and
// the exit code.

import Base
import Cryptography
import Delivery
import JSONText
import ScrubContract
import Wire

/// Takes the results of a run one after the other.
final class ScrubListing {
  private let order: ScrubOrder
  private let console: Console
  private let isJSON: Bool
  private let count: Int
  private var progress: FileProgress
  private var results: [LocalScrubbing.Result] = []
  private var taken = 0
  private var failures: [CommandError] = []
  private var dirty = 0

  init(_ order: ScrubOrder, _ invocation: Invocation, count: Int) {
    self.order = order
    console = invocation.console
    isJSON = invocation.isJSON
    self.count = count
    progress = FileProgress(count: count, console: console, clock: .system)
    progress.draw(done: 0)
  }

  /// Shows the next result.
  func take(_ result: LocalScrubbing.Result) {
    taken += 1
    if let failure = result.failure { failures.append(failure) }
    if result.receipt?.removed.isEmpty == false { dirty += 1 }
    if isJSON {
      results.append(result)
    } else {
      progress.clear()
      // One file that fails is the failure of the run.
      if let failure = result.failure, count > 1 { console.show(failure) }
      if let receipt = result.receipt { print(result, receipt) }
    }
    progress.draw(done: taken)
  }

  /// Ends the run with a failure if a file was refused, or if there is metadata and only that was
  /// asked.
  func finish(passedOver: Int) throws(CommandError) {
    progress.clear()
    let isFound = order.destination == .nowhere && dirty > 0
    let worst = failures.max { $0.exit.rawValue < $1.exit.rawValue }
    if isJSON {
      console.print(json(passedOver: passedOver))
      if let worst { throw .shown(worst.exit) }
      if isFound { throw .shown(.failed) }
      return
    }
    if count != 1 { console.note(summary(passedOver: passedOver)) }
    if let worst {
      throw count == 1
        ? worst
        : CommandError(worst.exit, "\(failures.count) of \(count) files failed", code: worst.code)
    }
    guard isFound else { return }
    throw CommandError(
      .failed, count == 1 ? "the file holds metadata" : "\(dirty) of \(count) files hold metadata",
      hint: "without --check it is removed", code: "metadata-found")
  }

  private func summary(passedOver: Int) -> String {
    let clean = count - dirty - failures.count
    let verb = order.destination == .nowhere ? "with metadata" : "scrubbed"
    return "\(count) files: \(dirty) \(verb), \(clean) had none, \(failures.count) failed"
      + (passedOver > 0 ? "; \(passedOver) links, devices and earlier results passed over" : "")
  }

  private func print(_ result: LocalScrubbing.Result, _ receipt: ScrubReceipt) {
    let style = order.destination == .standardOutput ? console.errorStyle : console.style
    let removed =
      receipt.isUnscrubbed
      ? Removed.kept
      : Removed.text(receipt.removed.map { RemovedBody(name: $0.name, count: Int64($0.count)) })
    let isShown = order.destination != .inPlace && order.destination != .standardOutput
    let arrow = isShown ? result.output.map { " → " + Plain.text($0) } ?? "" : ""
    let isClean = receipt.removed.isEmpty && !receipt.isUnscrubbed
    let mark = isClean ? style.green("✓") : style.yellow("•")
    let staying = Removed.staying(
      receipt.staying.map { RemovedBody(name: $0.name, count: Int64($0.count)) })
    let lines =
      ["\(mark) \(Plain.text(result.path))\(arrow): \(removed)"]
      + (staying.map { ["    " + style.dim("stays") + "  " + $0] } ?? [])
      + result.excerpts.map { excerpt in
        "    " + style.dim(excerpt.carrier.rawValue) + "  " + Plain.text(excerpt.text)
      }
    for line in lines {
      // Standard output may be the file.
      if order.destination == .standardOutput { console.note(line) } else { console.print(line) }
    }
  }

  private func json(passedOver: Int) -> String {
    JSONWriter.object { writer in
      writer.member("rules", order.rules.name)
      writer.member("passed_over", passedOver)
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
        if receipt.isUnscrubbed { writer.member("unscrubbed", true) }
        writer.objects("removed", receipt.removed) { removal, writer in
          writer.member("class", removal.name)
          writer.member("count", removal.count)
        }
        if !receipt.staying.isEmpty {
          writer.objects("stays", receipt.staying) { finding, writer in
            writer.member("class", finding.name)
            writer.member("count", finding.count)
          }
        }
        guard order.showsValues else { return }
        writer.objects("values", result.excerpts) { excerpt, writer in
          writer.member("class", excerpt.carrier.rawValue)
          writer.member("text", excerpt.text)
        }
      }
    }
  }
}

/// How many files are done, as one line on standard error; drawn on terminals only, at most ten times
/// a second.
struct FileProgress {
  private static let intervalNanoseconds: UInt64 = 100_000_000

  private let count: Int
  private let console: Console
  private let clock: Clock
  private var drawnAt: UInt64?

  init(count: Int, console: Console, clock: Clock) {
    self.count = count
    self.console = console
    self.clock = clock
  }

  /// Draws the line again if it is time, or if it was cleared.
  mutating func draw(done: Int) {
    guard console.hasProgress, done < count else { return }
    let now = clock.monotonicNanoseconds()
    if let drawnAt, now - drawnAt < Self.intervalNanoseconds { return }
    drawnAt = now
    console.draw("\r\u{1b}[K" + (count == 1 ? "scrubbing " : "scrubbing \(done + 1) of \(count) "))
  }

  /// Takes the line away.
  mutating func clear() {
    guard drawnAt != nil else { return }
    drawnAt = nil
    console.draw("\r\u{1b}[K")
  }
}
