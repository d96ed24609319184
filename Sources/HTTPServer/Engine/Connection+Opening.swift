// What happens on a connection before the first request: the PROXY header of a trusted proxy, then
// the TLS handshake. Neither can be left out where it is due; a connection that fails is closed.

import CSystem
import Glibc
import HTTPMessage

extension Connection {
  /// Sets a new connection to what it must begin with.
  func awaitOpening(isProxied: Bool) {
    isTLSDue = loop.core.configuration.tls != nil && peer.address != nil
    guard isProxied || isTLSDue else { return }
    if isProxied { proxyHeader = [] }
    phase = .opening
  }

  /// Goes on with the opening as far as the socket allows.
  func open() {
    guard takeProxyHeader(), shakeHands(), !isClosed else { return }
    setInterest(EventLoop.readable)
    // The first request often came with the last message of the handshake.
    receive()
    if !isClosed { settle() }
  }

  // True when nothing of the kind is due any more.
  private func takeProxyHeader() -> Bool {
    guard let known = proxyHeader else { return true }
    switch receiveProxyHeader(known) {
    case .incomplete: return false
    case .refused: return failed()
    case .complete(_, let source):
      proxyHeader = nil
      if let source {
        let client = Peer.tcp(source.address, port: source.port)
        guard loop.core.move(&limiterKey, to: client) else {
          loop.metrics.turnedAway.add(1)
          close()
          return false
        }
        peer = client
      }
      setTimer()
      return true
    }
  }

  // Takes the header off the socket and not one byte of what follows, which may be for TLS.
  private func receiveProxyHeader(_ known: [UInt8]) -> ProxyHeader.Outcome {
    var bytes = known
    let room = ProxyHeader.bytesMax - known.count
    let peeked = unsafe loop.buffer.withFreeBytes(from: 0) { bytes, _ in
      unsafe recv(transport.descriptor, bytes, room, Int32(MSG_PEEK))
    }
    guard peeked > 0 else {
      return peeked < 0 && (errno == EAGAIN || errno == EINTR) ? .incomplete : .refused
    }
    loop.buffer.append(0..<peeked, to: &bytes)
    let outcome = ProxyHeader.parse(bytes)
    let taken: Int
    switch outcome {
    case .refused: return .refused
    case .incomplete:
      // All of it belongs to the header; left in the socket it would wake the loop again and again.
      taken = peeked
      proxyHeader = bytes
    case .complete(let byteCount, _): taken = byteCount - known.count
    }
    let received = unsafe loop.buffer.withFreeBytes(from: 0) { bytes, _ in
      unsafe recv(transport.descriptor, bytes, taken, 0)
    }
    return received == taken ? outcome : .refused
  }

  // True when the connection is ready for requests.
  private func shakeHands() -> Bool {
    if transport.tls == nil {
      guard isTLSDue, let credentials = loop.core.configuration.tls else { return isOpen() }
      guard let tls = TLSSession(credentials.current, descriptor: transport.descriptor) else {
        return failed()
      }
      transport.tls = tls
    }
    guard let tls = transport.tls else { return isOpen() }
    switch tls.shakeHands() {
    case .done:
      loop.metrics.handshakes.add(1)
      if tls.isResumed { loop.metrics.resumptions.add(1) }
      return isOpen()
    case .waiting:
      setInterest(tls.wantsOutput ? EventLoop.writable : EventLoop.readable)
      return false
    case .plainRequest:
      refusePlainRequest()
      return false
    case .failed:
      return failed()
    }
  }

  private func isOpen() -> Bool {
    phase = .head
    setTimer()
    return true
  }

  private func failed() -> Bool {
    loop.metrics.failedOpenings.add(1)
    close()
    return false
  }

  // People type http:// for https://: a sentence helps them more than a cut connection.
  private func refusePlainRequest() {
    loop.metrics.failedOpenings.add(1)
    transport.tls = nil
    phase = .head
    startAnswer(isHead: false, isOldVersion: false)
    refuse(.tlsRequired, nil)
    flush()
    if !isClosed { settle() }
  }
}
