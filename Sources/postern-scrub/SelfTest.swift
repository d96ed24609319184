// Deeds that the sandbox must stop, for the tests: each runs behind the closed walls. A process that
// comes back from its deed alive ends with status 0, which is the failure of the test.

import CSystem
import Glibc

/// Tries to break out.
enum SelfTest {
  static func run(_ deed: String) -> Main.Status {
    do throws(Sandbox.Failure) { try Sandbox.close() } catch { return .noSandbox }
    switch deed {
    case "open": _ = unsafe open("/etc/passwd", O_RDONLY)
    case "socket": _ = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    case "exec": _ = unsafe execv("/bin/true", [nil])
    case "fork": _ = spawn()
    case "kill": _ = kill(getppid(), 0)
    case "ptrace": _ = postern_ptrace_attach(getppid())
    case "code":
      _ = unsafe mmap(nil, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    case "memory": touch(megabytes: 1024)
    case "spin": while true { sched_yield() }
    case "nothing": return .done
    default: return .badUsage
    }
    return .done
  }

  /// `fork` is not available in Swift; spawning a process starts with the same system call.
  private static func spawn() -> Int32 {
    var process = pid_t()
    return unsafe posix_spawn(&process, "/bin/true", nil, nil, [nil], [nil])
  }

  private static func touch(megabytes: Int) {
    var blocks: [[UInt8]] = []
    for _ in 0..<megabytes { blocks.append([UInt8](repeating: 1, count: 1 << 20)) }
    precondition(blocks.count == megabytes, "every block was made")
  }
}
