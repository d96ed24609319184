// From a request to its answer: the body mode, the handler on the loop, the handler in a task.

import HTTPMessage

extension Connection {
  /// Starts a request whose head is complete; `index` may move over a body that is there already.
  func begin(_ request: HTTPRequest, _ head: ParsedHead, _ index: inout Int, _ available: Int) {
    var request = request
    let hasBody = head.framing != .none
    switch loop.handler.bodyMode(for: &request, loop.context) {
    case .answer(let response):
      if hasBody, discardBody(request, head, response, &index, available) { return }
      send(response, request, nil)
    case .none:
      if hasBody, discardBody(request, head, nil, &index, available) { return }
      dispatch(request, .none, nil)
    case .buffered(let limit):
      guard hasBody else { return dispatch(request, .bytes([]), nil) }
      if case .length(let length) = head.framing, length <= limit,
        length <= Int64(available - index)
      {
        let body = loop.buffer.copy(index..<(index + Int(length)))
        index += Int(length)
        answer.receivedBodyBytes = length
        return dispatch(request, .bytes(body), nil)
      }
      expectBody(request, head, Int64(limit), .whole, index == available)
    case .stream(let limit):
      expectBody(request, head, limit, .streamed, index == available)
    }
  }

  // A small body that nobody wants is read away, so that the connection can be kept; false if there
  // is nothing to wait for. A larger one, or one not sent yet, ends the connection.
  private func discardBody(
    _ request: HTTPRequest, _ head: ParsedHead, _ response: HTTPResponse?, _ index: inout Int,
    _ available: Int
  ) -> Bool {
    guard case .length(let length) = head.framing,
      length <= Int64(EventLoop.discardedBodyBytesMax),
      !head.expectsContinue || index < available
    else {
      leaveBodyUnread()
      return false
    }
    if length <= Int64(available - index) {
      index += Int(length)
      answer.receivedBodyBytes = length
      return false
    }
    exchange = Exchange(request, head.framing, limit: length, .discarded(response))
    phase = .body
    return true
  }

  private func leaveBodyUnread() {
    answer.keepsAlive = false
    hasUnreadInput = true
  }

  private func expectBody(
    _ request: HTTPRequest, _ head: ParsedHead, _ limit: Int64, _ use: Exchange.Use,
    _ isAbsent: Bool
  ) {
    if case .length(let length) = head.framing, length > limit {
      leaveBodyUnread()
      return refuse(.bodyTooLarge, request)
    }
    let exchange = Exchange(request, head.framing, limit: limit, use)
    self.exchange = exchange
    // Only a client that has sent nothing of the body yet is still waiting.
    exchange.owesContinue = head.expectsContinue && isAbsent
    guard exchange.isStreamed else {
      phase = .body
      return sendContinue(exchange)
    }
    var length: Int64? = nil
    switch head.framing {
    case .none: length = 0
    case .length(let count): length = count
    case .chunked: break
    }
    let reader = BodyReader(length: length) { [self] () async throws(HTTPMessageError) in
      try await nextPiece(exchange).get()
    }
    dispatch(request, .stream(reader), exchange)
  }

  private func sendContinue(_ exchange: Exchange) {
    guard exchange.owesContinue else { return }
    exchange.owesContinue = false
    loop.output.append(contentsOf: "HTTP/1.1 100 Continue\r\n\r\n".utf8)
  }

  /// Asks the handler: first on the loop, then in a task.
  func dispatch(_ request: HTTPRequest, _ body: HTTPRequestBody, _ exchange: Exchange?) {
    if let response = loop.handler.now(request, body, loop.context) {
      return send(response, request, exchange)
    }
    let exchange = exchange ?? Exchange(request, .none, limit: 0, .whole)
    self.exchange = exchange
    phase = .handling
    loop.openTasks += 1
    exchange.task = Task(executorPreference: loop) { [self] in
      let response = await loop.handler.respond(request, body, loop.context)
      if let stream = finish(response, exchange) { await pump(stream, exchange) }
      loop.openTasks -= 1
    }
  }

  // Back on the loop with the answer of a task; gives the body that the task must still write.
  private func finish(_ response: HTTPResponse, _ exchange: Exchange) -> StreamedBody? {
    guard self.exchange === exchange, !isClosed else { return nil }
    send(response, exchange.request, exchange, isInTask: true)
    advance(loadPending())
    guard self.exchange === exchange, case .stream = tail, case .stream(let body) = response.body
    else { return nil }
    return body
  }

  /// Runs the writer of a streamed answer to its end.
  func pump(_ body: StreamedBody, _ exchange: Exchange) async {
    let writer = BodyWriter(
      send: { [self] (bytes) async throws(HTTPMessageError) in
        try await write(bytes, exchange, isDraining: false).get()
      },
      drain: { [self] () async throws(HTTPMessageError) in
        try await write([], exchange, isDraining: true).get()
      },
      abort: { [self] in loop.perform { [self] in abort(exchange) } },
      sentBytes: { exchange.sentBytes })
    var isWhole = true
    do {
      try await body.write(writer)
    } catch {
      // The client learns of it by the cut connection; the writer knows its own error.
      isWhole = false
    }
    endStream(exchange, isWhole: isWhole)
  }

  /// Starts a task for a streamed answer that was given on the loop.
  func startPump(_ body: StreamedBody, _ exchange: Exchange) {
    loop.openTasks += 1
    exchange.task = Task(executorPreference: loop) { [self] in
      await pump(body, exchange)
      loop.openTasks -= 1
    }
  }

  private func nextPiece(_ exchange: Exchange) async -> Exchange.BodyResult {
    await withCheckedContinuation { continuation in
      loop.perform { [self] in
        precondition(exchange.reader == nil, "a body has one reader at a time")
        exchange.reader = continuation
        guard self.exchange === exchange, !isClosed else {
          return exchange.fail(HTTPMessageError(.bodyCutOff, "the request has been answered"))
        }
        exchange.serveReader()
        guard exchange.reader != nil else { return }
        sendContinue(exchange)
        advance(loadPending())
      }
    }
  }

  private func write(
    _ bytes: [UInt8], _ exchange: Exchange, isDraining: Bool
  ) async -> Exchange.WriteResult {
    await withCheckedContinuation { continuation in
      loop.perform { [self] in
        precondition(exchange.writer == nil, "a body has one writer at a time")
        exchange.writer = continuation
        exchange.isDraining = isDraining
        accept(bytes, exchange)
      }
    }
  }
}
