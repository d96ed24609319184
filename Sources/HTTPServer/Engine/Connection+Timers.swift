// Deadlines. All are absolute: a byte now and then does not move them. Body and answer have windows,
// each of which must carry its share of the minimum rate.

import HTTPMessage

extension Connection {
  /// Starts the deadline that the state asks for, if it is not running already.
  func setTimer() {
    let wanted = wantedTimer
    guard wanted != timer else { return }
    timer = wanted
    windowBytes = 0
    deadline = loop.deadline(wanted)
  }

  private var wantedTimer: Timer {
    if case .opening = phase { return proxyHeader == nil ? .handshake : .proxy }
    if wantsOutput { return .write }
    switch phase {
    case .opening, .closed: return .none
    case .head: return pending.isEmpty && servedCount > 0 ? .idle : .head
    case .body: return .body
    case .handling, .sending:
      guard let exchange, exchange.reader != nil, exchange.wantsInput else { return .none }
      return .body
    case .closing: return .write
    case .lingering: return .linger
    }
  }

  /// Acts on a deadline that has passed.
  func timeOut() {
    switch timer {
    case .none: deadline = .max
    case .proxy, .handshake:
      loop.metrics.openingTimeouts.add(1)
      close()
    case .head:
      loop.metrics.headTimeouts.add(1)
      guard !pending.isEmpty else { return close() }
      refuseLate(nil)
    case .idle:
      loop.metrics.idleTimeouts.add(1)
      close()
    case .body where windowBytes >= loop.bodyWindowBytes:
      renewWindow()
    case .body:
      loop.metrics.bodyTimeouts.add(1)
      guard let exchange else { return close() }
      guard exchange.isStreamed else { return refuseLate(exchange) }
      answer.keepsAlive = false
      hasUnreadInput = true
      exchange.fail(HTTPMessageError(.bodyTimedOut, "the body came too slowly"))
      settle()
    case .write where windowBytes >= loop.writeWindowBytes:
      renewWindow()
    case .write:
      loop.metrics.writeTimeouts.add(1)
      close()
    case .linger:
      close()
    }
  }

  private func renewWindow() {
    windowBytes = 0
    deadline = loop.deadline(timer)
  }

  private func refuseLate(_ exchange: Exchange?) {
    if exchange == nil {
      answer = AnswerState()
      answer.id = loop.nextRequestID()
    }
    refuse(.requestTimeout, exchange?.request)
    flush()
    if !isClosed { settle() }
  }
}
