// Processes that a test looks for, to end or to change them.

import Foundation
import Gateway
import Glibc

/// The living processes of this machine whose words on the command line are wanted.
func processes(_ isWanted: ([Substring]) -> Bool) -> [pid_t] {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
  return names.compactMap { name in
    // A process that has ended and is not waited for has no words.
    guard let process = pid_t(name), process > 1,
      let words = FileManager.default.contents(atPath: "/proc/\(name)/cmdline"),
      isWanted(String(decoding: words, as: UTF8.self).split(separator: "\0"))
    else { return nil }
    return process
  }
}

/// The living processes of a program that scrubs, once there are as many as were started: the kernel lets
/// `posix_spawn` return a moment before it shows the words of the new program.
func scrubProcesses(_ program: String? = nil, started count: Int) async -> [pid_t] {
  _ = await eventually { scrubProcesses(program).count == count }
  return scrubProcesses(program)
}

/// The living processes of a program that scrubs, the one of this build unless another is named.
func scrubProcesses(_ program: String? = nil) -> [pid_t] {
  let program = program ?? ScrubWorkerSettings(spoolFolder: "/tmp").program
  return processes { $0.first.map(String.init) == program }
}
