// What the benches of signing and verifying share: the published example's credentials, and processor
// time per round, the best of many batches.

import Glibc
import SigV4

/// Times rounds of signing and verifying.
enum SigningBench {
  /// The credentials of the S3 reference's examples.
  static let credentials = Credentials(
    accessKeyID: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")

  /// Nanoseconds of this thread's processor time that a round takes: the best batch of `batch` rounds
  /// within `seconds`.
  /// - Parameter round: Does round number `n`, 0 up to `batch`, and returns a count above 0, so that
  ///   the work cannot be left out.
  static func best<Failure: Error>(
    ofBatches batch: Int, seconds: Double, _ round: (Int) throws(Failure) -> Int
  ) throws(Failure) -> Double {
    let start = cpuSeconds()
    var best = Double.infinity
    var total = 0
    repeat {
      let begin = cpuSeconds()
      for number in 0..<batch { total += try round(number) }
      best = min(best, (cpuSeconds() - begin) / Double(batch) * 1e9)
    } while cpuSeconds() - start < seconds
    precondition(total > 0, "every round counts")
    return best
  }

  private static func cpuSeconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
