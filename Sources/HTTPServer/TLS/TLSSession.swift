// TLS on one connection. It never blocks: a call that cannot go on says so, and is made again when
// the socket is ready. Used on the thread of the connection's loop.

import CTLS
import Glibc

/// The server's end of a TLS connection over a socket that somebody else owns and closes.
@safe
final class TLSSession {
  /// How a handshake stands.
  enum Handshake {
    case done
    /// Call again when the socket is ready; `wantsOutput` tells for what.
    case waiting
    /// The client speaks HTTP in clear.
    case plainRequest
    case failed
  }

  /// Whether the last call waits for the socket to take output rather than to give input.
  private(set) var wantsOutput = false
  /// Whether there may be input that no event of the socket will announce.
  private(set) var holdsInput = false
  private let session: OpaquePointer

  /// Nothing without memory for it.
  init?(_ context: TLSContext, descriptor: Int32) {
    guard let session = unsafe SSL_new(context.pointer) else { return nil }
    unsafe self.session = session
    guard unsafe SSL_set_fd(session, descriptor) == 1 else { return nil }
    unsafe SSL_set_accept_state(session)
  }

  deinit { unsafe SSL_free(session) }

  /// Whether an earlier session of this client was taken up again.
  var isResumed: Bool { unsafe SSL_session_reused(session) == 1 }

  func shakeHands() -> Handshake {
    postern_tls_forget_errors()
    wantsOutput = false
    let code = unsafe SSL_do_handshake(session)
    if code == 1 {
      holdsInput = unsafe SSL_has_pending(session) == 1
      return .done
    }
    switch unsafe SSL_get_error(session, code) {
    case SSL_ERROR_WANT_READ: return .waiting
    case SSL_ERROR_WANT_WRITE:
      wantsOutput = true
      return .waiting
    default:
      let isPlain = ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST
      ERR_clear_error()
      return isPlain ? .plainRequest : .failed
    }
  }

  /// The plain bytes of a record of the largest size are fewer than this by at most its overhead.
  private static let fullRecordBytes = 16_000

  /// The most records that one call reads; small ones cost much for the bytes they bring.
  private static let recordsPerCallMax = 64

  /// Reads records until `count` bytes are full or the socket is likely to be empty.
  func receive(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) -> Transport.Outcome {
    var total = 0
    var records = 0
    wantsOutput = false
    while total < count, records < TLSSession.recordsPerCallMax {
      records += 1
      let room = Int32(clamping: count - total)
      postern_tls_forget_errors()
      let moved = unsafe SSL_read(session, bytes + total, room)
      guard moved > 0 else {
        holdsInput = false
        let outcome = outcome(moved)
        return total > 0 ? ended(after: total, outcome) : outcome
      }
      total += Int(moved)
      holdsInput = unsafe SSL_has_pending(session) == 1
      if !holdsInput, moved < TLSSession.fullRecordBytes { break }
    }
    return .moved(total)
  }

  // What was read comes first; an end is found again by the next call, which must be made.
  private func ended(after total: Int, _ outcome: Transport.Outcome) -> Transport.Outcome {
    switch outcome {
    case .ended, .failed: holdsInput = true
    case .wouldBlock, .moved: break
    }
    return .moved(total)
  }

  /// Sends at most a record; one that would block must be tried again with the same bytes.
  func send(_ bytes: UnsafeRawPointer?, _ count: Int) -> Transport.Outcome {
    postern_tls_forget_errors()
    let moved = unsafe SSL_write(session, bytes, Int32(clamping: count))
    guard moved <= 0 else { return .moved(Int(moved)) }
    // Output never waits for input after the handshake, since there is no second one.
    if unsafe SSL_get_error(session, moved) == SSL_ERROR_WANT_WRITE { return .wouldBlock }
    ERR_clear_error()
    return .failed
  }

  /// Tells the client that nothing more will come (close_notify); it is not waited for.
  func endOutput() {
    postern_tls_forget_errors()
    // A full socket loses the message, and the client sees a cut connection.
    _ = unsafe SSL_shutdown(session)
    ERR_clear_error()
  }

  private func outcome(_ code: Int32) -> Transport.Outcome {
    switch unsafe SSL_get_error(session, code) {
    case SSL_ERROR_WANT_READ: return .wouldBlock
    case SSL_ERROR_WANT_WRITE:
      wantsOutput = true
      return .wouldBlock
    case SSL_ERROR_ZERO_RETURN: return .ended
    default:
      ERR_clear_error()
      return .failed
    }
  }
}
