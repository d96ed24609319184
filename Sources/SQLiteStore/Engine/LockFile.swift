// The lock that keeps a second server, or a tool in write mode, away from the data folder.

import Base
import Delivery
import Glibc

/// An exclusive lock on a file, held until the last reference goes away or the process ends.
final class LockFile: Sendable {
  private let descriptor: Lock<CInt?>

  /// Takes the lock; throws `unavailable` if somebody else has it.
  init(_ path: String) throws(StoreError) {
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw StoreError(.unavailable, "The lock file of the store cannot be opened.")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw StoreError(.unavailable, "Another process holds the store.")
    }
    self.descriptor = Lock(descriptor)
  }

  deinit {
    release()
  }

  /// Lets the lock go before the object goes; repeating it is harmless.
  func release() {
    let open = descriptor.withLock { descriptor in
      let open = descriptor
      descriptor = nil
      return open
    }
    if let open { close(open) }
  }
}
