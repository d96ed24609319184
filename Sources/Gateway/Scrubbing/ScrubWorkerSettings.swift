// How many workers there are, where their program lies and how long they may take.

package import Base
import Glibc

/// The settings of a `ScrubWorkerPool`.
package struct ScrubWorkerSettings: Sendable {
  /// The worker program; beside the running program by default.
  package var program: String
  /// The folder in which the nameless output files are made.
  package var spoolFolder: String
  /// Files that are scrubbed at the same time, 1...64; 2 by default.
  package var lanes = 2
  /// Files that may wait for a lane; 32 by default. One more is refused as busy.
  package var queueMax = 32
  /// Wall time of one worker on the largest file; 60 seconds by default. Then it is killed.
  package var workerSeconds = 60
  /// Wall time until a worker is there, loading of the program included; 10 seconds by default. Longer
  /// means that there is none.
  package var startSeconds = 10
  /// The clock of the deadlines.
  package var clock: Clock

  /// Takes the folder for outputs; the rest has defaults.
  package init(spoolFolder: String, program: String? = nil, clock: Clock = .system) {
    self.spoolFolder = spoolFolder
    self.clock = clock
    self.program = program ?? ScrubWorkerSettings.besideThisProgram()
  }

  /// Wall time of one worker on a file of `bytes`: ten seconds, and one for each 10 MB, which is a
  /// fiftieth of the usual speed; at most `workerSeconds`. A hostile file holds a lane no longer.
  package func seconds(forBytes bytes: Int64) -> Int {
    min(workerSeconds, 10 + Int(clamping: bytes / 10_000_000))
  }

  private static func besideThisProgram() -> String {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    // The kernel writes at most the size of the buffer and no zero byte.
    let count = unsafe buffer.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return 0 }
      return unsafe readlink(
        "/proc/self/exe", base.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    let path = buffer.prefix(max(0, count))
    let folder = path.prefix((path.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1)
    return String(decoding: folder, as: UTF8.self) + "postern-scrub"
  }
}
