// The walls of a worker: each deed that a taken-over parser would try ends the process.

import Gateway
import Glibc
import Testing

/// Whether this run is under a sanitizer. Its runtime is in the worker too and makes system calls of
/// its own, which the sandbox answers as it must; the tests with real workers are skipped then.
let isSanitized = dlsym(nil, "__tsan_init") != nil || dlsym(nil, "__asan_init") != nil

@Suite(.disabled(if: isSanitized, "the sandbox stops the sanitizer's own system calls"))
struct SandboxTests {
  @Test(arguments: ["open", "socket", "exec", "fork", "kill", "ptrace", "code", "memory"])
  func `a worker that leaves its sandbox is killed`(deed: String) throws {
    let status = try run(["--selftest", deed])
    #expect(status & 0x7f != 0, "the worker survived with status \(status)")
  }

  @Test func `a worker that stays inside ends normally`() throws {
    #expect(try run(["--selftest", "nothing"]) == 0)
  }

  @Test func `an unknown option is refused`() throws {
    #expect(try run(["--nonsense"]) >> 8 == 2)
  }

  /// Runs the worker program and returns its wait status.
  private func run(_ arguments: [String]) throws -> Int32 {
    let program = ScrubWorkerSettings(spoolFolder: "/tmp").program
    var pointers = ([program] + arguments).map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    var process = pid_t()
    var environment: [UnsafeMutablePointer<CChar>?] = [strdup("SWIFT_BACKTRACE=enable=no"), nil]
    defer { free(environment[0]) }
    // What a dying worker says is not part of the test's output.
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    try #require(posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0) == 0)
    try #require(posix_spawn(&process, program, &actions, nil, &pointers, &environment) == 0)
    var status: Int32 = 0
    try #require(waitpid(process, &status, 0) == process)
    return status
  }
}
