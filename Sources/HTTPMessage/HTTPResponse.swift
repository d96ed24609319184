// An answer: status, fields and where the body comes from. The server adds Date, Content-Length,
// Transfer-Encoding, Connection and X-Request-Id itself; the same names in `fields` are ignored.

/// An answer to a request.
package struct HTTPResponse: Sendable {
  /// The status.
  package var status: HTTPStatus
  /// The fields, apart from those that the server sets.
  package var fields: HTTPFields
  /// The body; for HEAD its length is announced and nothing is sent.
  package var body: HTTPResponseBody
  /// Whether the connection is closed after the answer.
  package var closesConnection: Bool

  /// Creates an answer.
  package init(
    _ status: HTTPStatus, fields: HTTPFields = HTTPFields(), body: HTTPResponseBody = .empty,
    closesConnection: Bool = false
  ) {
    self.status = status
    self.fields = fields
    self.body = body
    self.closesConnection = closesConnection
  }

  /// Creates an answer with a text body and its media type.
  package init(_ status: HTTPStatus, type: String, text: String) {
    self.init(
      status, fields: HTTPFields([(.contentType, type)]), body: .bytes(Array(text.utf8)))
  }
}

/// Where the body of an answer comes from.
package enum HTTPResponseBody: Sendable {
  /// No body.
  case empty
  /// These bytes.
  case bytes([UInt8])
  /// A part of an open file, sent without a copy; the range is in bytes and inside of the file.
  case file(OpenFile, Range<Int64>)
  /// Bytes written by `StreamedBody.write` while they are sent.
  case stream(StreamedBody)
  /// Only for HEAD: the length that GET would send, when the handler has no body at hand.
  case omitted(length: Int64)
}

/// A body that is written piece by piece.
package struct StreamedBody: Sendable {
  /// The exact number of bytes; nothing sends the body chunked.
  package let length: Int64?
  /// Writes the body; runs on the executor of the connection's loop.
  ///
  /// A throw cuts the connection, so that the client sees an incomplete body.
  package let write: @Sendable (BodyWriter) async throws -> Void

  /// Creates a streamed body.
  package init(
    length: Int64?, write: @escaping @Sendable (BodyWriter) async throws -> Void
  ) {
    self.length = length
    self.write = write
  }
}

/// The writing end of a streamed body.
package struct BodyWriter: Sendable {
  private let send: @Sendable ([UInt8]) async throws(HTTPMessageError) -> Void
  private let empty: @Sendable () async throws(HTTPMessageError) -> Void
  private let abort: @Sendable () -> Void
  private let count: @Sendable () -> Int64

  /// Creates a writer over closures: one sends, one waits until nothing waits to be sent, one ends
  /// the connection, one tells how much was sent.
  package init(
    send: @escaping @Sendable ([UInt8]) async throws(HTTPMessageError) -> Void,
    drain: @escaping @Sendable () async throws(HTTPMessageError) -> Void,
    abort: @escaping @Sendable () -> Void, sentBytes: @escaping @Sendable () -> Int64
  ) {
    self.send = send
    empty = drain
    self.abort = abort
    count = sentBytes
  }

  /// Sends bytes; returns when there is room for more.
  ///
  /// Throws `peer-gone` when the connection ended, and `body-aborted` beyond the announced length.
  package func write(_ bytes: [UInt8]) async throws(HTTPMessageError) {
    try await send(bytes)
  }

  /// Returns when all that was written is with the kernel; throws `peer-gone`.
  ///
  /// Not while a `write` is under way.
  package func drain() async throws(HTTPMessageError) { try await empty() }

  /// Ends the connection soon, from any thread: what waits, here or in the kernel, is thrown away,
  /// and a `write` or `drain` under way throws `peer-gone`. After the end of the body it does nothing.
  package func cut() { abort() }

  /// How many bytes of a body of known length are with the kernel, from any thread; final once a
  /// `write` or `drain` has thrown, or `drain` has returned after the last piece.
  package var sentBytes: Int64 { count() }
}
