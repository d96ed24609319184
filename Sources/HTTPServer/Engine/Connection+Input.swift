// From bytes to requests.

import Base
import HTTPMessage

extension Connection {
  /// Reads once; more is left to the next event, so that no connection keeps the loop.
  func receive() {
    let waiting = loadPending()
    // What waits must be used before more is read. Whoever wants input can use a full buffer: a head
    // that fills it is refused, a body is taken piece by piece.
    guard waiting < loop.buffer.capacity else { return advance(waiting) }
    switch transport.receive(into: loop.buffer, at: waiting) {
    case .moved(let count):
      windowBytes += count
      loop.metrics.receivedBytes.add(count)
      if case .lingering = phase {
        if windowBytes > EventLoop.lingerBytesMax { close() }
        return
      }
      advance(waiting + count)
    case .wouldBlock:
      keep(0..<waiting)
    case .ended:
      inputEnded(waiting)
    case .failed:
      close()
    }
  }

  /// Copies waiting input to the start of the loop's buffer; returns its length.
  func loadPending() -> Int {
    let count = pending.count
    if count > 0 {
      loop.buffer.load(pending)
      pending = []
    }
    return count
  }

  /// Uses what lies in the loop's buffer, writes answers, and goes on while answers make room.
  func advance(_ available: Int) {
    var isUsedUp = consume(available)
    flush()
    while !isUsedUp, takesRequests, !pending.isEmpty {
      isUsedUp = consume(loadPending())
      flush()
    }
    if !isClosed { settle() }
  }

  private func keep(_ range: Range<Int>) {
    if !range.isEmpty { pending = loop.buffer.copy(range) }
  }

  // True when only more input leads on; false when the state stands against it.
  private func consume(_ available: Int) -> Bool {
    var index = 0
    var isUsedUp = false
    steps: while true {
      switch phase {
      case .head:
        isUsedUp = index == available
        guard !isUsedUp, !hasBacklog else { break steps }
        isUsedUp = !takeHead(&index, available)
        if isUsedUp { break steps }
      case .body:
        isUsedUp = !takeBody(&index, available)
        if isUsedUp { break steps }
      case .handling, .sending:
        guard let exchange, exchange.isStreamed, takeBody(&index, available) else { break steps }
      case .opening, .closing, .lingering, .closed:
        break steps
      }
      if loop.output.count > EventLoop.outputBatchBytesMax, takesRequests { flush() }
    }
    if !isClosed { keep(index..<available) }
    return isUsedUp
  }

  // False when the head is not complete.
  private func takeHead(_ index: inout Int, _ available: Int) -> Bool {
    let outcome = loop.buffer.withSpan(index..<available) { loop.parser.parse($0) }
    switch outcome {
    case .incomplete:
      return false
    case .refused(let code):
      startAnswer(isHead: false, isOldVersion: false)
      refuse(code, nil)
      return true
    case .complete:
      let head = loop.parser.head
      let bytes = loop.buffer.copy(index..<(index + head.byteCount))
      index += head.byteCount
      startAnswer(isHead: head.method == .head, isOldVersion: head.isOldVersion)
      answer.keepsAlive =
        head.keepsAlive && servedCount < loop.limits.requestsPerConnectionMax && !loop.isDraining
      let request = HTTPRequest(
        method: head.method, head: bytes, target: head.target, path: head.path, query: head.query,
        fields: HTTPFields(head: bytes, entries: loop.parser.entriesOfRightSize), peer: peer,
        scheme: transport.tls == nil ? .http : .https, id: answer.id)
      begin(request, head, &index, available)
      return true
    }
  }

  func startAnswer(isHead: Bool, isOldVersion: Bool) {
    servedCount += 1
    loop.metrics.requests.add(1)
    answer = AnswerState()
    answer.id = loop.nextRequestID()
    answer.isHead = isHead
    answer.isOldVersion = isOldVersion
    if loop.accessLog != nil { answer.startedNanoseconds = loop.clock.monotonicNanoseconds() }
  }

  // False when more input is needed, or none is wanted.
  private func takeBody(_ index: inout Int, _ available: Int) -> Bool {
    guard let exchange, exchange.wantsInput else { return false }
    let event = loop.buffer.withSpan(0..<available) { exchange.decoder.next($0, &index) }
    switch event {
    case .needsMore:
      return false
    case .data(let range):
      if case .discarded = exchange.use {
      } else {
        loop.buffer.append(range, to: &exchange.received)
      }
      answer.receivedBodyBytes += Int64(range.count)
      exchange.owesContinue = false
      if exchange.isStreamed { exchange.serveReader() }
    case .end:
      exchange.hasWholeBody = true
      if exchange.isStreamed {
        exchange.serveReader()
        return false
      }
      bodyIsWhole(exchange)
    case .refused(let code):
      answer.keepsAlive = false
      hasUnreadInput = true
      if exchange.isStreamed {
        exchange.fail(HTTPMessageError(code.bodyError, "the request body was refused"))
        return false
      }
      refuse(code, exchange.request)
    }
    return true
  }

  private func bodyIsWhole(_ exchange: Exchange) {
    guard let request = exchange.request else { return close() }
    let body = exchange.received
    exchange.received = []
    phase = .head
    switch exchange.use {
    case .discarded(let response?): send(response, request, exchange)
    case .discarded(nil): dispatch(request, .none, exchange)
    case .whole, .streamed: dispatch(request, .bytes(body), exchange)
    }
  }

  private func inputEnded(_ waiting: Int) {
    hasUnreadInput = false
    switch phase {
    case .body:
      close()
    case .handling, .sending:
      keep(0..<waiting)
      answer.keepsAlive = false
      exchange?.fail(HTTPMessageError(.bodyCutOff, "the client ended the connection"))
      setInterest(interest & ~EventLoop.readable)
    case .head where hasBacklog:
      phase = .closing
    case .opening, .head, .closing, .lingering, .closed:
      close()
    }
  }
}

extension RefusalCode {
  var bodyError: HTTPMessageError.Code {
    switch self {
    case .bodyTooLarge: .bodyTooLarge
    case .requestTimeout: .bodyTimedOut
    default: .bodyMalformed
    }
  }
}
