// Why a request got no complete answer. Answers with an error status are answers, not errors.

/// A failed exchange; never names the URL, which may be presigned.
package struct HTTPClientError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The condition; stable forever.
  package enum Code: String, Sendable, Hashable, CaseIterable {
    /// The URL is malformed, has user information or a scheme that is not allowed.
    case urlRefused = "url-refused"
    /// A header field cannot be sent.
    case fieldRefused = "field-refused"
    /// The address policy forbids every address of the host.
    case addressRefused = "address-refused"
    /// The host name has no address.
    case hostUnknown = "host-unknown"
    /// No connection could be made.
    case connectFailed = "connect-failed"
    /// Connecting took longer than allowed.
    case timeoutConnect = "timeout-connect"
    /// The exchange as a whole took longer than allowed.
    case timeoutTotal = "timeout-total"
    /// Too few bytes moved for too long, which includes a server that does not answer.
    case tooSlow = "too-slow"
    /// The TLS handshake or the certificate check failed.
    case tlsFailed = "tls-failed"
    /// The connection broke while the request or the answer was under way.
    case connectionLost = "connection-lost"
    /// The answer is larger than the caller accepts.
    case responseTooLarge = "response-too-large"
    /// The body ended before, or would go on behind, its declared length.
    case bodyMismatch = "body-mismatch"
    /// The answer is not HTTP/1.x.
    case protocolError = "protocol-error"
    /// The caller's body could not be read.
    case requestBodyFailed = "request-body-failed"
    /// The answer could not be written to the caller's file.
    case responseFileFailed = "response-file-failed"
    /// The task was cancelled, or the body was dropped half-way.
    case cancelled = "cancelled"
    /// The client was closed.
    case closed = "client-closed"
    /// More requests are under way than the client accepts.
    case overloaded = "client-overloaded"
    /// libcurl refused an option or ran out of memory.
    case unavailable = "client-unavailable"
  }

  /// The condition.
  package let code: Code

  /// A sentence without host, path or query; safe for clients.
  package let detail: String

  /// What libcurl or the system said, for our own log.
  package let cause: String?

  /// Creates an error.
  package init(_ code: Code, _ detail: String, cause: String? = nil) {
    self.code = code
    self.detail = detail
    self.cause = cause
  }

  /// Whether the server cannot have seen the request.
  package var isBeforeConnection: Bool {
    switch code {
    case .hostUnknown, .connectFailed, .timeoutConnect: true
    default: false
    }
  }

  /// Whether the same request may succeed when it is sent again.
  package var isTransient: Bool {
    switch code {
    case .connectionLost, .bodyMismatch, .protocolError, .tooSlow: true
    default: isBeforeConnection
    }
  }

  package var description: String {
    guard let cause else { return "\(code.rawValue): \(detail)" }
    return "\(code.rawValue): \(detail) (\(cause))"
  }
}
