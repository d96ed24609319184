// The bytes of an object as they arrive, hashed on the way if their digest is known.

import Base
import Cryptography
import HTTPClient

/// The body of a GET; for one reader. Dropping it ends the exchange.
package final class ObjectBody: Sendable, AsyncSequence {
  package typealias Element = [UInt8]
  package typealias Failure = S3Error

  private let body: ResponseBody
  private let expected: SHA256Digest?
  private let hash = Lock(SHA256())

  init(_ body: ResponseBody, expected: SHA256Digest?) {
    self.body = body
    self.expected = expected
  }

  /// The next bytes, never empty; nothing at the end of a complete body.
  ///
  /// Throws `digest-mismatch` at the end if a digest was expected and the bytes have another one,
  /// so use nothing before the end was reached. Also throws `connection-lost`, `timeout` and
  /// `cancelled`.
  package func nextChunk() async throws(S3Error) -> [UInt8]? {
    do throws(HTTPClientError) {
      if let chunk = try await body.nextChunk() {
        if expected != nil { hash.withLock { $0.update(chunk) } }
        return chunk
      }
    } catch {
      throw S3Error(error)
    }
    if let expected {
      let digest = hash.withLock { $0.finalize() }
      guard digest == expected else { throw S3Error(.digestMismatch) }
    }
    return nil
  }

  package func makeAsyncIterator() -> Iterator { Iterator(body: self) }

  /// Steps through the body.
  package struct Iterator: AsyncIteratorProtocol {
    let body: ObjectBody

    package mutating func next() async throws(S3Error) -> [UInt8]? {
      try await body.nextChunk()
    }

    package mutating func next(isolation actor: isolated (any Actor)?)
      async throws(S3Error) -> [UInt8]?
    {
      try await body.nextChunk()
    }
  }
}
