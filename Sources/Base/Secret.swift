// Keys, peppers, passwords. A secret has no text form by accident: descriptions, mirrors and string
// interpolation show `redacted`.

import Glibc

/// Secret bytes, wiped when the last reference goes away.
@safe
package final class Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  // Written once in `init`, read-only until `deinit`.
  nonisolated(unsafe) private let storage: UnsafeMutableBufferPointer<UInt8>

  /// Takes a copy of `bytes`; the caller's copy stays the caller's.
  package init(_ bytes: some Collection<UInt8>) {
    unsafe storage = .allocate(capacity: bytes.count)
    _ = unsafe storage.initialize(from: bytes)
  }

  deinit {
    if let base = unsafe storage.baseAddress { unsafe explicit_bzero(base, storage.count) }
    unsafe storage.deallocate()
  }

  /// The number of bytes.
  package var count: Int { unsafe storage.count }

  /// Lends the bytes for the time of the call.
  package func withBytes<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(UnsafeBufferPointer(storage).span)
  }

  package var description: String { "redacted" }
  package var debugDescription: String { "redacted" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
