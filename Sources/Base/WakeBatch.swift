// One wake for many messages. Who posts a batch of messages from one thread would wake each receiver
// at the first of them, which then runs for one message and sleeps again; inside `collect` wakes are
// put off until the batch is whole.

import Glibc

/// Wakes that the present thread has put off.
package enum WakeBatch {
  private final class Wakes {
    var calls: [() -> Void] = []
  }

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let code = unsafe pthread_key_create(&key, nil)
    precondition(code == 0, "a process has room for one more thread key")
    return key
  }()

  /// Runs `body`, then the wakes that it put off; inside another call, just runs it.
  package static func collect(_ body: () -> Void) {
    guard unsafe pthread_getspecific(key) == nil else { return body() }
    let wakes = Wakes()
    // The thread borrows the object until the second call, which is before the end of this one.
    unsafe pthread_setspecific(key, Unmanaged.passUnretained(wakes).toOpaque())
    body()
    pthread_setspecific(key, nil)
    for call in wakes.calls { call() }
  }

  /// Puts a wake off until the end of the batch; runs it now if there is none.
  package static func wake(_ call: @escaping () -> Void) {
    guard let wakes = unsafe pthread_getspecific(key) else { return call() }
    unsafe Unmanaged<Wakes>.fromOpaque(wakes).takeUnretainedValue().calls.append(call)
  }
}
