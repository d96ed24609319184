// Certificates as far as a server must understand its own: when they are valid, whom they name, and
// whether a chain hangs together. Whether clients trust the end of it is theirs to decide.

package import Base
import CTLS
import Glibc

/// An X.509 certificate.
@safe
package final class TLSCertificate: Sendable {
  /// From when on it is valid.
  package let validFrom: Timestamp
  /// Until when it is valid.
  package let validUntil: Timestamp
  // Read only after `init`; OpenSSL locks what it caches inside.
  nonisolated(unsafe) let pointer: OpaquePointer

  /// The most certificates in a chain.
  package static let chainCountMax = 10
  /// The most certificates in a file of authorities.
  package static let authorityCountMax = 1000

  private init(owning pointer: OpaquePointer) throws(HTTPServerError) {
    unsafe self.pointer = pointer
    // Times before 1970 or without meaning come out as nothing.
    guard let from = unsafe TLSCertificate.time(X509_get0_notBefore(pointer)),
      let until = unsafe TLSCertificate.time(X509_get0_notAfter(pointer))
    else {
      unsafe X509_free(pointer)
      throw HTTPServerError(.certificateUnusable, "the certificate has no readable dates")
    }
    validFrom = from
    validUntil = until
  }

  deinit { unsafe X509_free(pointer) }

  /// Reads a chain of PEM certificates, the first being the server's own.
  ///
  /// Throws `certificate-unusable`, and `certificate-chain-broken` if one is not certified by the
  /// next (RFC 5246 section 7.4.2).
  static func parse(_ pem: [UInt8]) throws(HTTPServerError) -> [TLSCertificate] {
    let chain = try readAll(pem, countMax: chainCountMax)
    for index in chain.indices.dropLast() {
      guard unsafe X509_check_issued(chain[index + 1].pointer, chain[index].pointer) == X509_V_OK
      else {
        throw HTTPServerError(
          .certificateChainBroken,
          "certificate \(index + 1) of the file is not certified by certificate \(index + 2)")
      }
    }
    return chain
  }

  /// Checks a file of authorities that a client shall trust: PEM certificates in any order.
  ///
  /// Throws `certificate-unusable`.
  package static func checkAuthorities(_ pem: [UInt8]) throws(HTTPServerError) {
    _ = try readAll(pem, countMax: authorityCountMax)
  }

  private static func readAll(
    _ pem: [UInt8], countMax: Int
  ) throws(HTTPServerError) -> [TLSCertificate] {
    let result = unsafe pem.withUnsafeBufferPointer { unsafe read($0, countMax) }
    return try result.get()
  }

  private static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, _ countMax: Int
  ) -> Result<[TLSCertificate], HTTPServerError> {
    postern_tls_forget_errors()
    guard let bio = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else {
      return .failure(HTTPServerError(.certificateUnusable, "the file is empty"))
    }
    defer { unsafe BIO_free(bio) }
    var chain = [TLSCertificate]()
    while let certificate = unsafe PEM_read_bio_X509(bio, nil, { _, _, _, _ in -1 }, nil) {
      guard chain.count < countMax else {
        unsafe X509_free(certificate)
        return .failure(
          HTTPServerError(.certificateUnusable, "more than \(countMax) certificates"))
      }
      do throws(HTTPServerError) {
        chain.append(try unsafe TLSCertificate(owning: certificate))
      } catch {
        return .failure(error)
      }
    }
    let isAtEnd = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE
    let reason = TLSContext.reason
    guard isAtEnd else {
      return .failure(HTTPServerError(.certificateUnusable, "OpenSSL says \(reason)"))
    }
    guard !chain.isEmpty else {
      return .failure(HTTPServerError(.certificateUnusable, "the file holds no PEM certificate"))
    }
    return .success(chain)
  }

  func checkTime(_ now: Timestamp) throws(HTTPServerError) {
    guard now.milliseconds >= validFrom.milliseconds else {
      throw HTTPServerError(.certificateNotYetValid, "the certificate is valid from \(validFrom)")
    }
    guard now.milliseconds <= validUntil.milliseconds else {
      throw HTTPServerError(.certificateExpired, "the certificate ended at \(validUntil)")
    }
  }

  /// Whether clients that ask for this host name or numeric address accept the certificate.
  package func names(_ host: String) -> Bool {
    let isAddress = unsafe X509_check_ip_asc(pointer, host, 0) == 1
    return unsafe isAddress || X509_check_host(pointer, host, host.utf8.count, 0, nil) == 1
  }

  private static func time(_ time: UnsafePointer<ASN1_TIME>?) -> Timestamp? {
    var parts = unsafe tm()
    guard unsafe ASN1_TIME_to_tm(time, &parts) == 1 else { return nil }
    let seconds = unsafe timegm(&parts)
    return seconds >= 0 ? Timestamp(milliseconds: Int64(seconds) * 1000) : nil
  }
}
