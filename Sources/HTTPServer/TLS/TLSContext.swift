// What a TLS listener offers: one certificate with its key, versions, ciphers, groups. It never
// changes; a new certificate is a new context (`TLSCredentials`).
//
// Versions 1.2 and 1.3 with forward secrecy and authenticated ciphers only. OpenSSL makes the keys of
// session tickets anew for each context, so that replacing a context also replaces them.

package import Base
import CTLS
import Glibc
import HTTPMessage

/// A certificate, its key and the rules of a handshake.
@safe
package final class TLSContext: Sendable {
  /// The certificate that clients see.
  package let certificate: TLSCertificate
  // Complete after `init`; OpenSSL counts references and locks what it shares.
  nonisolated(unsafe) let pointer: OpaquePointer

  // Cipher suites of TLS 1.2, then those of 1.3. A client that puts ChaCha20 first gets it.
  private static let ciphers = """
    ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:\
    ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:\
    ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305
    """
  private static let suites = """
    TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256
    """
  // Finite field groups are left out: a client could ask for the costliest.
  private static let groups = "X25519:P-256:P-384"

  /// Puts a certificate chain and its key together.
  ///
  /// `chain` holds PEM certificates, the server's own first, each certified by the next; `key` is an
  /// unencrypted PEM private key. Throws `certificate-unusable`, `certificate-chain-broken`,
  /// `certificate-expired`, `certificate-not-yet-valid`, `key-unusable`, `certificate-key-mismatch`
  /// and `system-failed`.
  package init(chain: [UInt8], key: Secret, now: Timestamp) throws(HTTPServerError) {
    let certificates = try TLSCertificate.parse(chain)
    let certificate = certificates[0]
    try certificate.checkTime(now)
    postern_tls_forget_errors()
    guard let context = unsafe SSL_CTX_new(TLS_server_method()) else {
      throw HTTPServerError(.systemFailed, "no memory for TLS")
    }
    // Freed by `deinit` from here on, also when this initialiser throws.
    unsafe pointer = context
    self.certificate = certificate
    guard unsafe postern_tls_configure(context) == 1,
      unsafe SSL_CTX_set_cipher_list(context, TLSContext.ciphers) == 1,
      unsafe SSL_CTX_set_ciphersuites(context, TLSContext.suites) == 1,
      unsafe postern_tls_set_groups(context, "X25519MLKEM768:" + TLSContext.groups) == 1
        || postern_tls_set_groups(context, TLSContext.groups) == 1
    else { throw HTTPServerError(.systemFailed, "OpenSSL refuses the rules: \(TLSContext.reason)") }
    postern_tls_forget_errors()
    guard unsafe SSL_CTX_use_certificate(context, certificate.pointer) == 1 else {
      throw HTTPServerError(.certificateUnusable, "OpenSSL says \(TLSContext.reason)")
    }
    for link in certificates.dropFirst() {
      guard unsafe postern_tls_add_chain(context, link.pointer) == 1 else {
        throw HTTPServerError(.certificateUnusable, "OpenSSL says \(TLSContext.reason)")
      }
    }
    try unsafe TLSContext.use(key, in: context)
    unsafe SSL_CTX_set_alpn_select_cb(context, TLSContext.chooseProtocol, nil)
  }

  deinit { unsafe SSL_CTX_free(pointer) }

  private static func use(_ key: Secret, in context: OpaquePointer) throws(HTTPServerError) {
    let privateKey = unsafe key.withBytes { bytes in
      unsafe bytes.withUnsafeBufferPointer { bytes -> OpaquePointer? in
        guard let bio = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count))
        else { return nil }
        defer { unsafe BIO_free(bio) }
        // Without a function of our own OpenSSL would ask for a pass phrase on the terminal.
        return unsafe PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in -1 }, nil)
      }
    }
    guard let privateKey = unsafe privateKey else {
      // The reason could only be about the form; what the file holds is nobody's business.
      postern_tls_forget_errors()
      throw HTTPServerError(.keyUnusable, "the file holds no unencrypted PEM private key")
    }
    // The context takes its own reference.
    defer { unsafe EVP_PKEY_free(privateKey) }
    // The first call compares the two already, the second names keys that it passes over.
    guard unsafe SSL_CTX_use_PrivateKey(context, privateKey) == 1,
      unsafe SSL_CTX_check_private_key(context) == 1
    else {
      postern_tls_forget_errors()
      throw HTTPServerError(.keyMismatch, "the key is not that of the certificate")
    }
  }

  /// RFC 7301 section 3.2: a client that names protocols and not ours is turned away.
  private static let chooseProtocol: SSL_CTX_alpn_select_cb_func = {
    _, chosen, chosenCount, offered, offeredCount, _ in
    let wanted: StaticString = "http/1.1"
    guard let chosen = unsafe chosen, let chosenCount = unsafe chosenCount,
      let offered = unsafe offered
    else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    // OpenSSL has checked that the list is whole: each name has one length byte before it.
    let names = unsafe UnsafeBufferPointer(start: offered, count: Int(offeredCount))
    var index = 0
    while index < names.count {
      let length = unsafe Int(names[index])
      let end = index + 1 + length
      guard length > 0, end <= names.count else { return SSL_TLSEXT_ERR_ALERT_FATAL }
      if unsafe length == wanted.utf8CodeUnitCount
        && memcmp(offered + index + 1, wanted.utf8Start, length) == 0
      {
        unsafe chosen.pointee = offered + index + 1
        unsafe chosenCount.pointee = UInt8(length)
        return SSL_TLSEXT_ERR_OK
      }
      index = end
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
  }

  /// OpenSSL's words for the last failure on this thread; empties its queue.
  static var reason: String {
    let code = ERR_peek_last_error()
    defer { ERR_clear_error() }
    guard let text = unsafe ERR_reason_error_string(code) else { return "error \(code)" }
    return unsafe String(cString: text)
  }
}
