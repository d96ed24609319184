// Answers: head with a streamed body, head with a buffered body.

package import HTTPMessage

/// The status and fields of an answer; trailers are dropped.
package struct ClientResponseHead: Sendable {
  /// The final status; informational ones are not reported.
  package let status: HTTPStatus

  /// The fields of the final head.
  package let fields: HTTPFields

  /// The declared length of the body; nothing if the server did not declare one.
  package var contentLength: Int64? {
    fields.bytes(of: .contentLength).flatMap { Int64(String(decoding: $0, as: UTF8.self)) }
  }
}

/// An answer whose whole body is in memory.
package struct BufferedResponse: Sendable {
  /// Status and fields.
  package let head: ClientResponseHead

  /// The body.
  package let body: [UInt8]

  /// The final status.
  package var status: HTTPStatus { head.status }

  /// The fields of the head.
  package var fields: HTTPFields { head.fields }
}

/// An answer whose body is still under way.
package struct StreamedResponse: Sendable {
  /// Status and fields.
  package let head: ClientResponseHead

  /// The body; dropping the last reference ends the exchange.
  package let body: ResponseBody

  /// The final status.
  package var status: HTTPStatus { head.status }

  /// The fields of the head.
  package var fields: HTTPFields { head.fields }
}

/// The bytes of an answer as they arrive, with bounded memory: when the reader is slow, the
/// connection pauses. For one reader.
package final class ResponseBody: Sendable, AsyncSequence {
  package typealias Element = [UInt8]
  package typealias Failure = HTTPClientError

  private let exchange: Exchange
  private let loop: TransferLoop

  init(_ exchange: Exchange, _ loop: TransferLoop) {
    self.exchange = exchange
    self.loop = loop
  }

  deinit {
    // Ends an exchange that is still under way; without effect on one that is over.
    loop.post(.cancel(exchange))
  }

  /// The next bytes, never empty; nothing at the end of a complete body.
  ///
  /// Throws `connection-lost`, `body-mismatch`, `too-slow`, `timeout-total` or `cancelled`.
  package func nextChunk() async throws(HTTPClientError) -> [UInt8]? {
    let step = await withTaskCancellationHandler {
      await exchange.nextStep(.chunk)
    } onCancel: {
      loop.post(.cancel(exchange))
    }
    switch step {
    case .chunk(let bytes, let wasPaused):
      if wasPaused { loop.post(.resume(exchange)) }
      return bytes
    case .ended(let outcome):
      try outcome.get()
      return nil
    case .head:
      return nil
    }
  }

  /// The rest of the body; throws `response-too-large` if it has more bytes than `bytesMax`.
  package func collect(bytesMax: Int) async throws(HTTPClientError) -> [UInt8] {
    var result = [UInt8]()
    while let chunk = try await nextChunk() {
      guard result.count + chunk.count <= bytesMax else {
        throw HTTPClientError(.responseTooLarge, "the answer has more than \(bytesMax) bytes")
      }
      result += chunk
    }
    return result
  }

  package func makeAsyncIterator() -> Iterator { Iterator(body: self) }

  /// Steps through the body.
  package struct Iterator: AsyncIteratorProtocol {
    let body: ResponseBody

    package mutating func next() async throws(HTTPClientError) -> [UInt8]? {
      try await body.nextChunk()
    }

    package mutating func next(isolation actor: isolated (any Actor)?)
      async throws(HTTPClientError) -> [UInt8]?
    {
      try await body.nextChunk()
    }
  }
}
