// The body of a request as a handler gets it: nothing, all of it, or a reader.

/// The body of a request.
package enum HTTPRequestBody: Sendable {
  /// There is none, or the handler did not ask for it.
  case none
  /// All bytes, at most as many as the handler allowed.
  case bytes([UInt8])
  /// A reader; the rest of the body stays with the client until it is asked for.
  case stream(BodyReader)

  /// The bytes of a buffered body; empty for the other cases.
  package var bytes: [UInt8] {
    switch self {
    case .bytes(let bytes): bytes
    case .none, .stream: []
    }
  }
}

/// The reading end of a streamed body.
package struct BodyReader: Sendable {
  /// The announced length; nothing for a chunked body.
  package let length: Int64?
  private let pull: @Sendable () async throws(HTTPMessageError) -> [UInt8]?

  /// Creates a reader over a closure that gives the next piece, and nothing at the end.
  package init(
    length: Int64?, pull: @escaping @Sendable () async throws(HTTPMessageError) -> [UInt8]?
  ) {
    self.length = length
    self.pull = pull
  }

  /// The next piece, never empty; nothing at the end of the body.
  ///
  /// One call at a time. Throws `body-too-large`, `body-malformed`, `body-cut-off` and
  /// `body-timed-out`; after a throw the connection is closed once the answer is sent.
  package func next() async throws(HTTPMessageError) -> [UInt8]? {
    try await pull()
  }

  /// Reads to the end; `body-too-large` beyond `bytesMax`.
  package func collect(bytesMax: Int) async throws(HTTPMessageError) -> [UInt8] {
    var result = [UInt8]()
    while let piece = try await next() {
      guard result.count + piece.count <= bytesMax else {
        throw HTTPMessageError(.bodyTooLarge, "the body is over \(bytesMax) bytes")
      }
      result += piece
    }
    return result
  }
}
