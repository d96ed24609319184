// One worker process: started with `posix_spawn` (a fork would copy the page tables of a large
// gateway), with nothing but a socket, the null device and an empty environment; used for one file.

import Base
import CSystem
import Glibc
import ScrubContract

/// A worker that waits for its one job. Belongs to one lane; not thread-safe.
final class ScrubWorkerProcess {
  /// Which half of the work a worker does.
  enum Role: Sendable {
    case scrub
    case verify

    var arguments: [String] { self == .scrub ? [] : ["--verify"] }
  }

  /// What came of a job.
  enum Reply {
    case answer(WorkerAnswer)
    /// The worker was killed, by its sandbox or by a fault, or broke the protocol.
    case crashed
    /// The worker did not answer in time.
    case timeout
    /// The worker could not start its work; the status tells the log why.
    case notStarted(status: Int32)
  }

  private let process: pid_t
  private let socket: FileDescriptor
  private var hasEnded = false

  /// Starts a worker; it needs some milliseconds until it waits for the job.
  init(program: String, role: Role) throws(FileError) {
    var pair: [Int32] = [-1, -1]
    let kind = Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, kind, 0, &pair) == 0 else {
      throw FileError("connect a scrub worker")
    }
    socket = FileDescriptor(owning: pair[0])
    let child = FileDescriptor(owning: pair[1])
    process = try ScrubWorkerProcess.spawn(
      program, arguments: [program] + role.arguments, socket: child.number)
  }

  deinit {
    if !hasEnded { _ = stop() }
  }

  /// Hands the job over; false if the worker is gone already, so that another one can be tried.
  func send(_ job: WorkerJob, _ descriptors: [Int32]) -> Bool {
    let message = job.message
    // The helper reads exactly the two counts that it is given.
    let count = unsafe postern_send_descriptors(
      socket.number, message, message.count, descriptors, descriptors.count)
    return count == message.count
  }

  /// Waits for the answer and ends the process in any case.
  func receive(before deadline: UInt64, _ clock: Clock) -> Reply {
    do throws(FileError) {
      _ = try socket.wait(for: POLLIN, before: deadline, clock)
    } catch {
      _ = stop()
      return .timeout
    }
    var bytes = [UInt8](repeating: 0, count: WorkerJob.messageBytesMax)
    let count = unsafe recv(socket.number, &bytes, bytes.count, Int32(MSG_DONTWAIT))
    if count > 0 {
      _ = stop()
      guard let answer = WorkerAnswer(message: Array(bytes[..<count])) else { return .crashed }
      return .answer(answer)
    }
    // The socket was closed without an answer: the process is ending by itself.
    let status = reap()
    let signal = status & 0x7f
    return signal == 0 ? .notStarted(status: status >> 8 & 0xff) : .crashed
  }

  /// Kills the process and takes its status.
  func stop() -> Int32 {
    if !hasEnded { kill(process, SIGKILL) }
    return reap()
  }

  private func reap() -> Int32 {
    guard !hasEnded else { return 0 }
    hasEnded = true
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0 && errno == EINTR {}
    return status
  }

  private static func spawn(
    _ program: String, arguments: [String], socket: Int32
  ) throws(FileError) -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    var signals = sigset_t()
    unsafe sigfillset(&signals)
    var noSignals = sigset_t()
    unsafe sigemptyset(&noSignals)
    // A group of its own: Ctrl-C at the terminal ends the gateway, which then drains its workers.
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
    let steps = unsafe [
      posix_spawn_file_actions_adddup2(&actions, socket, 0),
      posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0),
      posix_spawn_file_actions_adddup2(&actions, 1, 2),
      postern_spawn_close_from(&actions, 3),
      posix_spawnattr_setflags(&attributes, Int16(flags)),
      posix_spawnattr_setpgroup(&attributes, 0),
      posix_spawnattr_setsigdefault(&attributes, &signals),
      posix_spawnattr_setsigmask(&attributes, &noSignals),
    ]
    if let failed = steps.first(where: { $0 != 0 }) {
      throw FileError("prepare a scrub worker", number: failed)
    }
    // A crash must kill the worker quietly: no handler that would start another program.
    let environment = ["SWIFT_BACKTRACE=enable=no"]
    var process = pid_t()
    // Both lists end with a null pointer and live until the call returns.
    let code = unsafe withCStrings(arguments) { argumentPointers in
      unsafe withCStrings(environment) { environmentPointers in
        unsafe posix_spawn(
          &process, program, &actions, &attributes, argumentPointers, environmentPointers)
      }
    }
    guard code == 0 else { throw FileError("start a scrub worker", number: code) }
    return process
  }

  private static func withCStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = unsafe texts.map { unsafe strdup($0) }
    defer { for index in unsafe copies.indices { unsafe free(copies[index]) } }
    return unsafe body(copies + [nil])
  }
}
