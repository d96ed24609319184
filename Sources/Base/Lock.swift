// One lock for small shared values. `Synchronization.Mutex` is not used anywhere: its futex is
// invisible to ThreadSanitizer on Linux, which then reports races that do not exist.

package import Glibc

/// A value that is read and written under a pthread mutex.
///
/// Hold it for a few instructions only: never across `await`, a system call or a callback.
@safe package final class Lock<Value: ~Copyable>: @unchecked Sendable {
  // Unchecked: every access to `value` goes through `withLock`, and a pthread mutex must not move,
  // hence the allocation.
  @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
  @usableFromInline var value: Value

  /// Creates an unlocked lock that guards `value`.
  package init(_ value: consuming sending Value) {
    unsafe mutex = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    let code = unsafe pthread_mutex_init(mutex, nil)
    precondition(code == 0, "a pthread mutex cannot be created")
    self.value = value
  }

  deinit {
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deinitialize(count: 1)
    unsafe mutex.deallocate()
  }

  /// Runs `body` with exclusive access to the value; rethrows its typed error.
  @inlinable
  package func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try body(&value)
  }
}
