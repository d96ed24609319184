// The certificate that new connections get. It can be replaced while the server runs: connections
// that are open keep theirs.

import Base

/// A replaceable TLS context.
package final class TLSCredentials: Sendable {
  private let state: Lock<TLSContext>

  /// Starts with a context.
  package init(_ context: TLSContext) { state = Lock(context) }

  /// The context for the next connection.
  package var current: TLSContext { state.withLock { $0 } }

  /// Gives this context to all connections from now on.
  package func replace(with context: TLSContext) { state.withLock { $0 = context } }
}
