// `postern-conformance scrub-damage IN [ROUNDS]`: damages every file below a folder in many ways, each
// the same in every run, and scrubs what comes of it. A damaged file must be refused or come out
// proved clean and stable; how long the slowest took is told, since a hostile file has its time too.

import Base
import Glibc
import Scrub

/// Flips bits and cuts files.
enum ScrubDamage {
  /// Bytes of a file beyond which it is not damaged: a round reads it four times.
  private static let bytesMax = 4 << 20

  /// Takes the folder and how often each file is damaged (default 200); exit code 0 if every outcome
  /// was right.
  static func run(_ arguments: [String]) async -> Int32 {
    guard let root = arguments.first, arguments.count <= 2,
      let rounds = Int(arguments.count > 1 ? arguments[1] : "200"), (1...100_000).contains(rounds)
    else {
      Main.complain("usage: postern-conformance scrub-damage IN [ROUNDS]")
      return 2
    }
    do {
      var total = Tally()
      let scrubber = try MetadataScrubber()
      for path in try ScrubTree.regularFiles(below: root) {
        guard let bytes = try ScrubTree.content(root + "/" + path, bytesMax: bytesMax) else {
          print("skipped: \(path) is large")
          continue
        }
        total.add(damage(bytes, rounds: rounds, scrubber))
      }
      print(
        "damage: files=\(total.files) clean=\(total.clean) refused=\(total.refused)",
        "wrong=\(total.wrong) slowest_ms=\(total.slowestMilliseconds)")
      return total.wrong == 0 && total.files > 0 ? 0 : 1
    } catch {
      Main.complain("error: \(error)")
      return 1
    }
  }

  private struct Tally {
    var files = 0
    var clean = 0
    var refused = 0
    var wrong = 0
    var slowestMilliseconds: UInt64 = 0

    mutating func add(_ other: Tally) {
      files += other.files
      clean += other.clean
      refused += other.refused
      wrong += other.wrong
      slowestMilliseconds = max(slowestMilliseconds, other.slowestMilliseconds)
    }
  }

  private static func damage(
    _ bytes: [UInt8], rounds: Int, _ scrubber: MetadataScrubber
  ) -> Tally {
    var tally = Tally()
    tally.files = 1
    attempt(bytes, scrubber, &tally)
    guard !bytes.isEmpty else { return tally }
    var state: UInt64 = 0x2545_f491_4f6c_dd1d ^ UInt64(bytes.count)
    for round in 0..<rounds {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let place = Int(state >> 33) % bytes.count
      var copy = bytes
      copy[place] ^= 1 << UInt8(round % 8)
      attempt(copy, scrubber, &tally)
      attempt(Array(bytes[..<place]), scrubber, &tally)
    }
    return tally
  }

  private static func attempt(
    _ bytes: [UInt8], _ scrubber: MetadataScrubber, _ tally: inout Tally
  ) {
    let clock = Clock.system
    let start = clock.monotonicNanoseconds()
    let outcome = Result { () throws(ScrubError) in
      let output = try scrubber.scrub(.bytes(bytes)).bytes
      _ = try ResidueVerifier().verify(.bytes(output))
      return output
    }
    let milliseconds = (clock.monotonicNanoseconds() - start) / 1_000_000
    tally.slowestMilliseconds = max(tally.slowestMilliseconds, milliseconds)
    switch outcome {
    case .failure: tally.refused += 1
    case .success(let output):
      let again = Result { () throws(ScrubError) in try scrubber.scrub(.bytes(output)).bytes }
      if case .success(output) = again { tally.clean += 1 } else { tally.wrong += 1 }
    }
  }
}
