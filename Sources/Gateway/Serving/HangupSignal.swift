// SIGHUP as an event instead of a death: files that can change are to be read again.

import Dispatch
import Glibc

/// The wish of the operator that files are read again.
final class HangupSignal: Sendable {
  // Written in `init` only; kept so that the source can be cancelled.
  nonisolated(unsafe) private let source: any DispatchSourceSignal

  private init(_ arrived: @escaping @Sendable () -> Void) {
    // The default action would end the process before the source sees the signal.
    signal(SIGHUP, SIG_IGN)
    unsafe source = DispatchSource.makeSignalSource(signal: SIGHUP)
    unsafe source.setEventHandler { arrived() }
    unsafe source.resume()
  }

  /// An element for each SIGHUP from now on; several at once may be one.
  static func events() -> AsyncStream<Void> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
      let signal = HangupSignal { continuation.yield() }
      continuation.onTermination = { _ in unsafe signal.source.cancel() }
    }
  }
}
