// libcurl's verdicts in our words. One libcurl code, 28, stands for every kind of waiting too long;
// how far the transfer had come tells them apart.

import CCurl

/// How far a transfer came.
struct TransferTiming {
  /// Whether the connection, with TLS, was ready to send.
  let isConnected: Bool
  /// Whether the time for the whole exchange is over.
  let isTotalUsedUp: Bool
}

extension HTTPClientError {
  /// Translates a libcurl code other than "OK".
  init(curl code: CURLcode, timing: TransferTiming, hasHead: Bool) {
    let cause = unsafe "libcurl \(code.rawValue), " + String(cString: curl_easy_strerror(code))
    let (ours, detail) = HTTPClientError.meaning(of: code, timing, hasHead)
    self.init(ours, detail, cause: cause)
  }

  private static func meaning(of code: CURLcode, _ timing: TransferTiming, _ hasHead: Bool) -> (
    Code, String
  ) {
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
      (.hostUnknown, "the host name has no address")
    case CURLE_COULDNT_CONNECT: (.connectFailed, "no connection could be made")
    case CURLE_OPERATION_TIMEDOUT where timing.isTotalUsedUp:
      (.timeoutTotal, "the exchange took too long")
    case CURLE_OPERATION_TIMEDOUT where !timing.isConnected:
      (.timeoutConnect, "connecting took too long")
    case CURLE_OPERATION_TIMEDOUT: (.tooSlow, "too few bytes moved for too long")
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_INVALIDCERTSTATUS:
      (.tlsFailed, "the TLS connection could not be made or trusted")
    case CURLE_PARTIAL_FILE: (.bodyMismatch, "the answer ended before its declared length")
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
      (.protocolError, "the answer is not HTTP/1.x")
    // libcurl takes a head that breaks off for an answer without a body.
    case CURLE_OK: (.connectionLost, "the connection broke within the head of the answer")
    case CURLE_URL_MALFORMAT: (.urlRefused, "the URL cannot be used")
    case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_SEND_FAIL_REWIND,
      CURLE_WRITE_ERROR, CURLE_READ_ERROR:
      (
        .connectionLost,
        hasHead ? "the connection broke within the answer" : "the connection broke before an answer"
      )
    default: (.unavailable, "the transfer could not be made")
    }
  }
}
