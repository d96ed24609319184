// The process of which workers are copies: started with `posix_spawn` (a fork would copy the page tables
// of a large gateway), with nothing but a socket, the null device and an empty environment. Loading the
// libraries of all formats costs more than a small file; a copy of a process that has them does not.

import Base
import CSystem
import Glibc
import ScrubContract

/// A program that makes a worker for each order. Belongs to one lane; not thread-safe.
final class ScrubWorkerTemplate {
  private let process: OwnedProcess
  private let orders: FileDescriptor

  /// Starts the program; it needs some milliseconds until it takes the first order.
  init(program: String) throws(FileError) {
    let (ours, theirs) = try Self.sockets()
    orders = ours
    process = try Self.spawn(program, socket: theirs.number)
  }

  /// Makes a worker. After any failure the template is of no more use.
  func worker(
    _ role: WorkerRole, before deadline: UInt64, _ clock: Clock
  ) throws(ScrubWorkerFailure) -> ScrubWorkerProcess {
    let pair: (ours: FileDescriptor, theirs: FileDescriptor)
    do throws(FileError) { pair = try Self.sockets() } catch { throw .unavailable(error) }
    var letter = role.rawValue
    // The helper reads one byte and one descriptor; a program that has ended is found out below.
    _ = unsafe postern_send_descriptors(orders.number, &letter, 1, [pair.theirs.number], 1)
    let answer = try process.message(
      on: orders, bytesMax: MemoryLayout<pid_t>.size + 1, before: deadline, clock)
    let number = answer.reversed().reduce(0) { $0 << 8 | pid_t($1) }
    guard answer.count == MemoryLayout<pid_t>.size, number > 1 else {
      process.stop()
      throw .crashed
    }
    // The copy is our child, as the program is: only we wait for it, so its number stays its own.
    return ScrubWorkerProcess(process: OwnedProcess(number), socket: pair.ours)
  }

  private static func sockets() throws(FileError) -> (FileDescriptor, FileDescriptor) {
    var pair: [Int32] = [-1, -1]
    let kind = Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, kind, 0, &pair) == 0 else {
      throw FileError("connect a scrub worker")
    }
    return (FileDescriptor(owning: pair[0]), FileDescriptor(owning: pair[1]))
  }

  private static func spawn(
    _ program: String, socket: Int32
  ) throws(FileError) -> OwnedProcess {
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
    let code = unsafe withCStrings([program]) { argumentPointers in
      unsafe withCStrings(environment) { environmentPointers in
        unsafe posix_spawn(
          &process, program, &actions, &attributes, argumentPointers, environmentPointers)
      }
    }
    guard code == 0 else { throw FileError("start a scrub worker", number: code) }
    return OwnedProcess(process)
  }

  private static func withCStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = unsafe texts.map { unsafe strdup($0) }
    defer { for index in unsafe copies.indices { unsafe free(copies[index]) } }
    return unsafe body(copies + [nil])
  }
}
