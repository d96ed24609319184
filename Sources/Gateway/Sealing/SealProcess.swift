// The child that seals: started by `serve` unless the sealer is a unit of its own, started again
// when it dies. It ends when its standard input closes, so it never outlives a killed parent.

import Base
import CSystem
import Glibc
import Synchronization

/// A `postern seal` beside this server.
package actor SealProcess {
  /// How long the child may take for its last checkpoints before it is killed, in milliseconds.
  private static let stopMilliseconds = 10_000

  /// The time between two looks at an ending child, in milliseconds.
  private static let lookMilliseconds: UInt32 = 10

  private let program: String
  private let arguments: [String]
  private let log: Log
  private let restartSeconds: Int
  private let executor = QueueExecutor(label: "seal-process")
  private var child: pid_t = 0
  private var input: FileDescriptor?
  private var isStopping = false
  /// The child for `lives`, which other threads ask; 0 without one.
  private let visibleChild = Atomic<Int32>(0)
  private let starts = Counter()

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// Names the program and the data folder that it seals.
  /// - Parameters:
  ///   - flags: Settings that it must share with us; its environment is empty.
  ///   - program: The path of `postern`; beside the running program unless given.
  ///   - restartSeconds: The least time between two starts.
  package init(
    folder: DataFolder, flags: [String] = [], log: Log, program: String? = nil,
    restartSeconds: Int = 5
  ) {
    self.program = program ?? ProgramPath.beside("postern")
    self.restartSeconds = restartSeconds
    arguments = ["postern", "seal", "--data", folder.path, "--until-input-ends"] + flags
    self.log = log
  }

  /// Starts the child.
  /// - Throws: `sealer-unusable`.
  package func start() throws(StartError) {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw StartError(.sealerUnusable, "no socket for the sealer")
    }
    let (reading, writing) = (
      FileDescriptor(owning: ends[0]), FileDescriptor(owning: ends[1])
    )
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    // Signals stay as they are here: `serve` takes care of SIGTERM and SIGINT itself, and a child in
    // the same terminal must not die of them before its last checkpoint.
    unsafe posix_spawn_file_actions_adddup2(&actions, reading.number, 0)
    var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
    // Its backtraces must not show registers or memory: it holds the signing key.
    var environment: [UnsafeMutablePointer<CChar>?] = unsafe [
      strdup("SWIFT_BACKTRACE=enable=no"), nil,
    ]
    defer {
      for index in unsafe words.indices { unsafe free(words[index]) }
      for index in unsafe environment.indices { unsafe free(environment[index]) }
    }
    var process: pid_t = 0
    let code = unsafe posix_spawn(&process, program, &actions, nil, &words, &environment)
    guard code == 0 else {
      throw StartError(.sealerUnusable, "\(program) cannot be started (\(code))")
    }
    child = process
    visibleChild.store(process, ordering: .relaxed)
    starts.add(1)
    input = writing
  }

  /// Starts the child again whenever it has died, until cancelled.
  package func supervise() async {
    while !Task.isCancelled {
      do { try await Task.sleep(for: .seconds(restartSeconds)) } catch { return }
      guard !isStopping else { return }
      if isRunning { continue }
      do throws(StartError) { try start() } catch {
        log.event(.error, "sealer-not-started", [("reason", .text(error.detail))])
      }
    }
  }

  /// Ends the child after its last checkpoint.
  package func stop() {
    isStopping = true
    input = nil
    for _ in 0..<(Self.stopMilliseconds / Int(Self.lookMilliseconds)) where isRunning {
      usleep(Self.lookMilliseconds * 1000)
    }
    guard child > 0 else { return }
    log.event(.error, "sealer-killed")
    kill(child, SIGKILL)
    while waitpid(child, nil, 0) < 0, errno == EINTR {}
    child = 0
    visibleChild.store(0, ordering: .relaxed)
  }

  /// The child's process number while it lives.
  package var process: Int32? { isRunning ? child : nil }

  /// Whether the child lives; a dead one is buried and reported.
  package var isRunning: Bool {
    guard child > 0 else { return false }
    var status: Int32 = 0
    guard unsafe waitpid(child, &status, WNOHANG) != 0 else { return true }
    child = 0
    visibleChild.store(0, ordering: .relaxed)
    if !isStopping { log.event(.error, "sealer-died", [("status", .number(Int64(status)))]) }
    return false
  }

  /// Whether the child lives, from any thread; the dead are left to `supervise`.
  nonisolated var lives: Bool {
    let process = visibleChild.load(ordering: .relaxed)
    guard process > 0 else { return false }
    var information = unsafe siginfo_t()
    let code = unsafe waitid(
      P_PID, id_t(process), &information, Int32(WEXITED | WNOHANG | WNOWAIT))
    // Without a change of state the kernel leaves the number of the signal at zero.
    return unsafe code == 0 && information.si_signo == 0
  }

  /// How often the child was started.
  nonisolated var startCount: Int { starts.count }
}
