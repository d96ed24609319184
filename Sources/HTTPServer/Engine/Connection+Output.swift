// From answers to bytes: heads into the batch of the loop, bodies by copy, sendfile or stream.

import HTTPMessage

extension Connection {
  /// Answers in the place of the handler and closes.
  func refuse(_ code: RefusalCode, _ request: HTTPRequest?) {
    answer.keepsAlive = false
    answer.refusal = code
    hasUnreadInput = true
    loop.metrics.refused.add(1)
    send(loop.refusalResponse(code.status, code, answer.id), request, exchange)
  }

  /// Puts an answer into the output batch and sets the state to what follows it.
  ///
  /// A streamed body is written by the task that gave the answer (`isInTask`) or by a new one.
  func send(
    _ response: HTTPResponse, _ request: HTTPRequest?, _ exchange: Exchange?,
    isInTask: Bool = false
  ) {
    if response.closesConnection || loop.isDraining { answer.keepsAlive = false }
    if let exchange, !exchange.hasWholeBody {
      // What is left of the body could only be told from the next request by reading it.
      answer.keepsAlive = false
      hasUnreadInput = true
    }
    answer.status = response.status
    let plan = AnswerBody(response, answer)
    switch plan.length {
    case .invalid:
      // A refusal that cannot be sent either leaves only the end of the connection.
      return answer.refusal == nil ? refuse(.internalError, request) : close()
    case .untilClose: answer.keepsAlive = false
    case .none, .count, .chunked: break
    }
    loop.writeHead(response, plan, answer)
    switch response.body {
    case .bytes(let bytes) where plan.hasContent && bytes.count <= EventLoop.copiedBodyBytesMax:
      loop.output.append(contentsOf: bytes)
      answer.sentBodyBytes = Int64(bytes.count)
    case .bytes(let bytes) where plan.hasContent:
      return start(.bytes(bytes, 0), request, exchange)
    case .file(let file, let range) where plan.hasContent:
      return start(.file(file, range.lowerBound, range.upperBound), request, exchange)
    case .stream(let body) where plan.hasContent:
      start(.stream, request, exchange)
      self.exchange?.unwritten = body.length
      if case .chunked = plan.length { self.exchange?.isChunked = true }
      if !isInTask, let current = self.exchange { startPump(body, current) }
      return
    default: break
    }
    answered(request)
  }

  private func start(_ tail: Tail, _ request: HTTPRequest?, _ exchange: Exchange?) {
    // The head is kept for the access log alone; without one it is let go while it is in the caches.
    let logged = loop.accessLog == nil ? nil : request
    self.exchange = exchange ?? Exchange(logged, .none, limit: 0, .whole)
    self.tail = tail
    phase = .sending
  }

  // The answer is in the batch or on its way: what comes next.
  private func answered(_ request: HTTPRequest?) {
    loop.record(answer, request, self, isComplete: true)
    exchange?.fail(HTTPMessageError(.bodyCutOff, "the request has been answered"))
    exchange = nil
    tail = .none
    timer = .none
    phase = answer.keepsAlive ? .head : .closing
  }

  /// Sends what can be sent: the batch, what waits, then the tail, up to a budget a turn.
  func flush() {
    guard !isClosed, sendBatch(), sendBacklog() else { return noteSent() }
    noteSent()
    var budget = EventLoop.turnBytesMax
    while budget > 0, sendTail(&budget) {}
    if case .closing = phase { finishOutput() }
  }

  // True while there is more to send and the kernel takes it.
  private func sendTail(_ budget: inout Int) -> Bool {
    let outcome: Transport.Outcome
    let next: Tail
    switch tail {
    case .none: return false
    case .stream:
      exchange?.serveWriter(.success(()))
      return false
    case .bytes(let bytes, let start):
      outcome = transport.send(bytes, from: start)
      guard case .moved(let count) = outcome else { return stopped(outcome) }
      moved(count, &budget)
      next = start + count == bytes.count ? .none : .bytes(bytes, start + count)
    case .file(let file, var offset, let end):
      let slice = Int(min(end - offset, Int64(budget)))
      outcome = transport.send(file, from: &offset, count: slice, through: loop.fileBuffer)
      guard case .moved(let count) = outcome else { return stopped(outcome) }
      moved(count, &budget)
      next = offset == end ? .none : .file(file, offset, end)
      if count < slice, transport.tls == nil {
        // The kernel took less than it was given: its buffer is full, so asking again is vain.
        tail = next
        return false
      }
    }
    tail = next
    guard case .none = next else { return true }
    answered(exchange?.request)
    return false
  }

  private func stopped(_ outcome: Transport.Outcome) -> Bool {
    switch outcome {
    case .wouldBlock, .moved: return false
    case .ended, .failed: return closed()
    }
  }

  private func closed() -> Bool {
    close()
    return false
  }

  private func moved(_ count: Int, _ budget: inout Int) {
    budget -= count
    windowBytes += count
    answer.sentBodyBytes += Int64(count)
    loop.metrics.sentBytes.add(count)
  }

  // The shared batch of the loop: sent from where it lies unless older output waits.
  private func sendBatch() -> Bool {
    guard !loop.output.isEmpty else { return true }
    defer { loop.output.removeAll(keepingCapacity: true) }
    if hasBacklog {
      output.append(contentsOf: loop.output)
      return true
    }
    var start = 0
    while start < loop.output.count {
      switch transport.send(loop.output, from: start) {
      case .moved(let count):
        start += count
        loop.metrics.sentBytes.add(count)
      case .wouldBlock:
        output = Array(loop.output[start...])
        outputStart = 0
        return true
      case .ended, .failed:
        // What was not sent is counted as such.
        output = Array(loop.output[start...])
        outputStart = 0
        return closed()
      }
    }
    return true
  }

  // True when nothing waits any more.
  private func sendBacklog() -> Bool {
    while hasBacklog {
      switch transport.send(output, from: outputStart) {
      case .moved(let count):
        outputStart += count
        windowBytes += count
        loop.metrics.sentBytes.add(count)
      case .wouldBlock: return false
      case .ended, .failed: return closed()
      }
    }
    output = []
    outputStart = 0
    return true
  }

  /// Takes a piece of a streamed answer; its writer goes on when it is (nearly) out.
  func accept(_ bytes: [UInt8], _ exchange: Exchange) {
    guard self.exchange === exchange, case .stream = tail, !isClosed else {
      return exchange.serveWriter(.failure(HTTPMessageError(.peerGone, "the connection has ended")))
    }
    if let unwritten = exchange.unwritten {
      guard Int64(bytes.count) <= unwritten else {
        return exchange.serveWriter(
          .failure(HTTPMessageError(.bodyAborted, "the body is longer than announced")))
      }
      exchange.unwritten = unwritten - Int64(bytes.count)
    }
    if !bytes.isEmpty {
      if exchange.isChunked {
        loop.output.append(contentsOf: String(bytes.count, radix: 16).utf8)
        loop.output.append(contentsOf: [13, 10])
      }
      loop.output.append(contentsOf: bytes)
      if exchange.isChunked { loop.output.append(contentsOf: [13, 10]) }
      answer.sentBodyBytes += Int64(bytes.count)
    }
    flush()
    if !exchange.isDraining, output.count - outputStart < EventLoop.streamBacklogBytesMax {
      exchange.serveWriter(.success(()))
    }
    if !isClosed { settle() }
  }

  /// Notes how much of a streamed answer is with the kernel. A head stands before the body, so that
  /// what waits is the end of the body; the framing of chunks is not told apart.
  func noteSent() {
    guard case .stream = tail, let exchange else { return }
    let waiting = Int64(output.count - outputStart)
    exchange.sentBytes = max(0, answer.sentBodyBytes - waiting)
  }

  /// Cuts a streamed answer off: the kernel throws away what it has not sent.
  func abort(_ exchange: Exchange) {
    guard self.exchange === exchange, case .stream = tail, !isClosed else { return }
    transport.discardOutput()
    close()
  }

  /// Ends a streamed answer. One that is not whole cuts the connection.
  func endStream(_ exchange: Exchange, isWhole: Bool) {
    guard self.exchange === exchange, case .stream = tail, !isClosed else { return }
    guard isWhole, (exchange.unwritten ?? 0) == 0 else { return close() }
    if exchange.isChunked { loop.output.append(contentsOf: "0\r\n\r\n".utf8) }
    exchange.task = nil
    answered(exchange.request)
    advance(loadPending())
  }
}
