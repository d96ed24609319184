// A child process that is waited for by its owner, whatever happens.

import Base
import Glibc

/// A child process. Not thread-safe.
final class OwnedProcess {
  private let number: pid_t
  private var status: Int32?

  init(_ number: pid_t) { self.number = number }

  deinit { stop() }

  /// Kills the process if it lives, and waits for its end.
  func stop() {
    guard status == nil else { return }
    kill(number, SIGKILL)
    wait()
  }

  /// The next message from the process on a socket of which it has the only other end. Without one in
  /// time the process is killed; with an end instead it is waited for, and the error says how it ended.
  func message(
    on socket: FileDescriptor, bytesMax: Int, before deadline: UInt64, _ clock: Clock
  ) throws(ScrubWorkerFailure) -> [UInt8] {
    do throws(FileError) {
      _ = try socket.wait(for: POLLIN, before: deadline, clock)
    } catch {
      stop()
      throw .timeout
    }
    var bytes = [UInt8](repeating: 0, count: bytesMax)
    // The kernel writes at most the size of the array.
    let count = unsafe recv(socket.number, &bytes, bytes.count, Int32(MSG_DONTWAIT))
    if count > 0 { return Array(bytes[..<count]) }
    // The socket was closed without an answer. A process that is ending keeps its status whatever comes
    // now; one that only closed its socket must not be waited for.
    kill(number, SIGKILL)
    let status = wait()
    throw status & 0x7f == 0 ? .notStarted(status: status >> 8 & 0xff) : .crashed
  }

  /// Waits for the end and returns the status of `waitpid`.
  @discardableResult private func wait() -> Int32 {
    if let status { return status }
    var ended: Int32 = 0
    while unsafe waitpid(number, &ended, 0) < 0 && errno == EINTR {}
    status = ended
    return ended
  }
}
