// The client's end of TLS in tests, over the socket of a `TestClient`.

import Base
import CTLS
import Glibc
import HTTPServer
import TestSupport

/// What a client asks for in a handshake.
struct ClientHello {
  var authority: TestAuthority?
  var versions: ClosedRange<Int32> = TLS1_2_VERSION...TLS1_3_VERSION
  /// Cipher suites of TLS 1.2 in OpenSSL's names.
  var ciphers: String?
  var protocols: [String] = []
  var session: OpaquePointer?
}

/// TLS over a blocking socket.
final class ClientTLS {
  let session: OpaquePointer

  /// Does the handshake.
  init(_ descriptor: Int32, _ hello: ClientHello) throws {
    let context = SSL_CTX_new(TLS_client_method())
    defer { SSL_CTX_free(context) }
    // Weak things too, so that it is the server who says no.
    SSL_CTX_set_security_level(context, 0)
    postern_tls_set_versions(
      context, hello.versions.lowerBound, hello.versions.upperBound)
    if let ciphers = hello.ciphers, SSL_CTX_set_cipher_list(context, ciphers) != 1 {
      throw ClientError.broken("cipher list")
    }
    if let authority = hello.authority {
      let certificate = authority.pem.withCString { text in
        let bio = BIO_new_mem_buf(text, -1)
        defer { BIO_free(bio) }
        return PEM_read_bio_X509(bio, nil, nil, nil)
      }
      X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate)
      X509_free(certificate)
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
    }
    guard let session = SSL_new(context) else { throw ClientError.noConnection }
    self.session = session
    let names = hello.protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    if !names.isEmpty { SSL_set_alpn_protos(session, names, UInt32(names.count)) }
    if let earlier = hello.session { SSL_set_session(session, earlier) }
    postern_tls_set_host(session, "localhost")
    SSL_set1_host(session, "localhost")
    SSL_set_fd(session, descriptor)
    guard SSL_connect(session) == 1 else { throw ClientError.broken(Self.reason) }
  }

  deinit { SSL_free(session) }

  static var reason: String {
    defer { ERR_clear_error() }
    return ERR_reason_error_string(ERR_peek_last_error()).map { String(cString: $0) } ?? "none"
  }

  var version: String { String(cString: SSL_get_version(session)) }

  var isResumed: Bool { SSL_session_reused(session) == 1 }

  /// The chosen application protocol.
  var chosenProtocol: String {
    var name: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    SSL_get0_alpn_selected(session, &name, &count)
    return String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
  }

  /// The common name in the server's certificate.
  var serverName: String {
    let certificate = SSL_get1_peer_certificate(session)
    defer { X509_free(certificate) }
    var text = [CChar](repeating: 0, count: 256)
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, &text, 256)
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
  }

  /// Bytes taken, or below 1 an error.
  func send(_ bytes: UnsafeRawBufferPointer) -> Int {
    ERR_clear_error()
    return Int(SSL_write(session, bytes.baseAddress, Int32(bytes.count)))
  }

  /// Bytes; nothing at a proper end; an error at an end without close_notify.
  func receive() throws -> [UInt8]? {
    ERR_clear_error()
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = SSL_read(session, &bytes, Int32(bytes.count))
    if count > 0 { return Array(bytes.prefix(Int(count))) }
    if SSL_get_error(session, count) == SSL_ERROR_ZERO_RETURN { return nil }
    throw ClientError.broken(Self.reason)
  }

  func endOutput() { SSL_shutdown(session) }
}

extension TLSContext {
  /// The context of an identity that was made just now.
  convenience init(_ identity: TestAuthority.Identity) throws {
    try self.init(
      chain: Array(identity.chain.utf8), key: Secret(Array(identity.key.utf8)),
      now: Clock.system.now())
  }
}
