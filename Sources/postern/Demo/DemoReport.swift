// The steps of the demo as a person reads them: numbered, with a mark, and what was seen.

import Base
import JSONText

/// Prints steps as they end, or all of them as one document.
final class DemoReport: Sendable {
  private struct Step {
    let title: String
    let facts: [String]
    let isPassed: Bool
  }

  private let console: Console
  private let isJSON: Bool
  private let clock: Clock
  private let started: UInt64
  private let steps = Lock<[Step]>([])

  init(_ invocation: Invocation, clock: Clock) {
    console = invocation.console
    isJSON = invocation.isJSON
    self.clock = clock
    started = clock.monotonicNanoseconds()
  }

  /// The time since the start, such as `1.2`.
  var seconds: String {
    let tenths = (clock.monotonicNanoseconds() - started) / 100_000_000
    return "\(tenths / 10).\(tenths % 10)"
  }

  /// Runs a step; `work` returns what is worth seeing.
  func step(
    _ title: String, _ work: () async throws(CommandError) -> [String]
  ) async throws(CommandError) {
    do throws(CommandError) {
      add(Step(title: title, facts: try await work(), isPassed: true))
    } catch {
      add(Step(title: title, facts: [], isPassed: false))
      throw error
    }
  }

  private func add(_ step: Step) {
    let number = steps.withLock { steps in
      steps.append(step)
      return steps.count
    }
    guard !isJSON else { return }
    let style = console.style
    let mark = step.isPassed ? style.green("✓") : style.red("✗")
    let digits = number < 10 ? " \(number)" : "\(number)"
    console.print("\(style.dim(digits)) \(mark) \(style.bold(step.title))")
    for fact in step.facts {
      let isCommand = fact.hasPrefix("$ ")
      console.print("     " + (isCommand ? style.cyan(fact) : fact))
    }
  }

  /// Prints the end.
  func finish(_ closing: [String]) {
    if isJSON {
      let steps = steps.withLock { $0 }
      let seconds = seconds
      console.print(
        JSONWriter.object { writer in
          writer.objects("steps", steps) { step, writer in
            writer.member("title", step.title)
            writer.member("passed", step.isPassed)
            writer.member("facts", step.facts)
          }
          writer.member("seconds", seconds)
        })
      return
    }
    for line in closing { console.print(line) }
  }
}
