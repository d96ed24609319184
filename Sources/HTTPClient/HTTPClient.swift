// The client that the rest of the program calls: buffered answers, streamed answers, answers into a
// file; with retries where they are safe. libcurl works on a thread of its own (`TransferLoop`).
// No redirects, no cookies, no content decoding, no environment.

import Base
package import HTTPMessage

/// An HTTP/1.1 client with its own thread and connections.
///
/// Thread-safe. Dropping the last reference closes it; exchanges then end as `client-closed`.
package final class HTTPClient: Sendable {
  /// The settings.
  package let configuration: HTTPClientConfiguration

  /// Counts retries of all exchanges against their successes.
  package let budget: RetryBudget

  private let loop: TransferLoop
  private let underWay = Lock(0)

  /// Starts a client; throws `client-unavailable`.
  package init(_ configuration: HTTPClientConfiguration = HTTPClientConfiguration())
    throws(HTTPClientError)
  {
    self.configuration = configuration
    budget = RetryBudget(configuration.retry)
    loop = try TransferLoop(configuration)
  }

  deinit { loop.stop() }

  /// Closes the client: exchanges under way and later ones end as `client-closed`.
  package func close() { loop.stop() }

  /// Sends a request and keeps the answer in memory.
  ///
  /// `bytesMax` bounds the body, `responseBytesMax` of the settings unless given. Every status is an
  /// answer. Repeats what is safe to repeat: idempotent requests with a replayable body after
  /// transport errors and 502, 503, 504, and any replayable one that found no connection.
  package func fetch(
    _ request: ClientRequest, bytesMax: Int? = nil, attemptsMax: Int? = nil
  ) async throws(HTTPClientError) -> BufferedResponse {
    let sink = Exchange.Sink.buffer(bytesMax: bytesMax ?? configuration.responseBytesMax)
    return try await buffered(request, sink, attemptsMax: attemptsMax)
  }

  /// Sends a request and writes the body of a 2xx answer to a file descriptor from `offset` on; the
  /// body of another answer is kept in memory. Repeats as `fetch` does, from `offset` again.
  package func download(
    _ request: ClientRequest, to descriptor: Int32, offset: Int64 = 0, bytesMax: Int64,
    attemptsMax: Int? = nil
  ) async throws(HTTPClientError) -> BufferedResponse {
    let sink = Exchange.Sink.file(
      descriptor: descriptor, offset: offset, bytesMax: bytesMax,
      errorBytesMax: configuration.responseBytesMax)
    return try await buffered(request, sink, attemptsMax: attemptsMax)
  }

  /// Sends a request and returns with the head; the body then arrives through `body`.
  ///
  /// Never repeated after the head. `totalTimeout` also covers the reading of the body.
  package func stream(_ request: ClientRequest, attemptsMax: Int? = nil)
    async throws(HTTPClientError) -> StreamedResponse
  {
    try await repeating(request, attemptsMax, head: \.head) { () throws(HTTPClientError) in
      let exchange = Exchange(
        request, sink: .stream(windowBytes: self.configuration.streamWindowBytes))
      // Made first: when this call fails or is cancelled, dropping the body ends the exchange.
      let body = ResponseBody(exchange, self.loop)
      switch await self.run(exchange, until: .head) {
      case .head(let head): return StreamedResponse(head: head, body: body)
      case .ended(let outcome):
        try outcome.get()
        throw HTTPClientError(.protocolError, "the answer has no head")
      case .chunk:
        throw HTTPClientError(.protocolError, "the answer has a body before its head")
      }
    }
  }

  private func buffered(_ request: ClientRequest, _ sink: Exchange.Sink, attemptsMax: Int?)
    async throws(HTTPClientError) -> BufferedResponse
  {
    try await repeating(request, attemptsMax, head: \.head) { () throws(HTTPClientError) in
      let exchange = Exchange(request, sink: sink)
      guard case .ended(let outcome) = await self.run(exchange, until: .end) else {
        throw HTTPClientError(.protocolError, "the answer did not end")
      }
      try outcome.get()
      guard let head = exchange.head else {
        throw HTTPClientError(.protocolError, "the answer has no head")
      }
      return BufferedResponse(head: head, body: exchange.takeBuffer())
    }
  }

  // MARK: Attempts

  private func repeating<Answer>(
    _ request: ClientRequest, _ attemptsMax: Int?, head: KeyPath<Answer, ClientResponseHead>,
    _ attempt: () async throws(HTTPClientError) -> Answer
  ) async throws(HTTPClientError) -> Answer {
    try request.check(isHTTPSOnly: configuration.isHTTPSOnly)
    try enter()
    defer { leave() }
    let attemptsMax = min(attemptsMax ?? .max, configuration.retry.attemptsMax)
    var number = 1
    while true {
      do throws(HTTPClientError) {
        let answer = try await attempt()
        let status = answer[keyPath: head].status
        let retryAfter = answer[keyPath: head].retryAfter
        let mayRepeat =
          status.isTransient && request.isIdempotent && request.body.isReplayable
          && number < attemptsMax
        guard mayRepeat, await budget.waitForRetry(after: number, retryAfter: retryAfter) else {
          if !status.isTransient { budget.noteSuccess() }
          return answer
        }
      } catch {
        let isSafe = error.isBeforeConnection || request.isIdempotent
        guard error.isTransient, isSafe, request.body.isReplayable, number < attemptsMax,
          await budget.waitForRetry(after: number)
        else { throw error }
      }
      number += 1
    }
  }

  private func enter() throws(HTTPClientError) {
    let isFull = underWay.withLock { count in
      guard count < configuration.exchangesMax else { return true }
      count += 1
      return false
    }
    if isFull { throw HTTPClientError(.overloaded, "too many requests are under way") }
  }

  private func leave() { underWay.withLock { $0 -= 1 } }

  // MARK: One attempt

  private func run(_ exchange: Exchange, until wish: Exchange.Wish) async -> Exchange.Step {
    await withTaskCancellationHandler {
      loop.post(.start(exchange))
      // A cancellation from before the start was posted into nothing.
      if Task.isCancelled { loop.post(.cancel(exchange)) }
      guard case .stream(_, let next) = exchange.request.body else {
        return await exchange.nextStep(wish)
      }
      return await withTaskGroup(of: Void.self) { group in
        group.addTask { await self.pump(exchange, next) }
        let step = await exchange.nextStep(wish)
        // The answer is there; a producer that still waits for its own source is told to stop.
        group.cancelAll()
        return step
      }
    } onCancel: {
      loop.post(.cancel(exchange))
    }
  }

  /// Carries a streamed request body from its producer to the loop, one piece at a time.
  private func pump(
    _ exchange: Exchange, _ next: @Sendable () async throws(HTTPClientError) -> [UInt8]?
  ) async {
    var failure: HTTPClientError?
    var left = exchange.request.body.count
    do throws(HTTPClientError) {
      while let bytes = try await next() {
        guard !bytes.isEmpty else { continue }
        left -= Int64(bytes.count)
        guard left >= 0 else {
          throw HTTPClientError(.bodyMismatch, "the body is longer than its declared length")
        }
        let (isWanted, wakesLoop) = await exchange.offerUpload(bytes)
        guard isWanted else { return }
        if wakesLoop { loop.post(.resume(exchange)) }
      }
      // A producer that was told to stop may just end; that is no short body.
      if left > 0, Task.isCancelled {
        throw HTTPClientError(.cancelled, "the request was cancelled")
      }
    } catch {
      failure = error
    }
    if exchange.endUpload(failure: failure) { loop.post(.resume(exchange)) }
  }
}

extension HTTPStatus {
  /// Whether the server, or one in front of it, says that it cannot answer just now.
  package var isTransient: Bool { code == 502 || code == 503 || code == 504 }
}

extension ClientResponseHead {
  /// `Retry-After` in its form of whole seconds; nothing for a date or without the field.
  package var retryAfter: Duration? {
    guard let text = fields[.retryAfter], let seconds = Int64(text), seconds >= 0 else {
      return nil
    }
    return .seconds(min(seconds, 86_400))
  }
}
