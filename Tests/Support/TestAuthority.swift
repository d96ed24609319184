// Certificates made for a test: an authority that nobody else trusts, and what it signs.

import CTLS
import Glibc

/// A throw-away certificate authority.
package final class TestAuthority: Sendable {
  /// A certificate chain and its key, both PEM.
  package struct Identity: Sendable {
    package let chain: String
    package let key: String

    /// Takes the two as they are.
    package init(chain: String, key: String) {
      self.chain = chain
      self.key = key
    }
  }

  /// How strong the key of a certificate is, and of what kind.
  package enum Key: Sendable {
    case p256
    case rsa(bits: Int32)
  }

  /// A call into OpenSSL that failed.
  package struct Failure: Error {
    package let what: String
  }

  // Read only after `init`.
  nonisolated(unsafe) private let key: OpaquePointer
  nonisolated(unsafe) private let certificate: OpaquePointer

  /// The authority's own certificate, for clients that shall trust it.
  package let pem: String

  /// Makes an authority with a name of its own.
  package init(_ name: String = "Throw-away authority") throws {
    let key = try TestAuthority.make(.p256)
    let certificate = try TestAuthority.certificate(
      subject: name, key: key, issuer: nil, from: -86_400, until: 86_400)
    (self.key, self.certificate) = (key, certificate)
    try TestAuthority.add(certificate, NID_basic_constraints, "critical,CA:TRUE")
    try TestAuthority.sign(certificate, key)
    pem = try TestAuthority.write { PEM_write_bio_X509($0, certificate) }
  }

  deinit {
    X509_free(certificate)
    EVP_PKEY_free(key)
  }

  /// Signs a certificate for names such as `DNS:localhost` and `IP:127.0.0.1`, valid between two
  /// offsets from now in seconds.
  package func issue(
    _ names: [String] = ["DNS:localhost", "IP:127.0.0.1"], from: Int = -3600, until: Int = 3600,
    key kind: Key = .p256, subject: String = "Throw-away server"
  ) throws -> Identity {
    let own = try TestAuthority.make(kind)
    defer { EVP_PKEY_free(own) }
    let leaf = try TestAuthority.certificate(
      subject: subject, key: own, issuer: certificate, from: from, until: until)
    defer { X509_free(leaf) }
    try TestAuthority.add(leaf, NID_subject_alt_name, names.joined(separator: ","))
    try TestAuthority.sign(leaf, key)
    return Identity(
      chain: try TestAuthority.write { PEM_write_bio_X509($0, leaf) },
      key: try TestAuthority.write {
        PEM_write_bio_PKCS8PrivateKey($0, own, nil, nil, 0, nil, nil)
      })
  }

  private static func make(_ kind: Key) throws -> OpaquePointer {
    let type = if case .p256 = kind { "EC" } else { "RSA" }
    guard let context = EVP_PKEY_CTX_new_from_name(nil, type, nil) else {
      throw Failure(what: "key context")
    }
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    guard EVP_PKEY_keygen_init(context) == 1 else { throw Failure(what: "key") }
    switch kind {
    case .p256: EVP_PKEY_CTX_set_group_name(context, "P-256")
    case .rsa(let bits): EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits)
    }
    guard EVP_PKEY_generate(context, &key) == 1, let key else { throw Failure(what: "key") }
    return key
  }

  private static func certificate(
    subject: String, key: OpaquePointer, issuer: OpaquePointer?, from: Int, until: Int
  ) throws -> OpaquePointer {
    guard let certificate = X509_new() else { throw Failure(what: "certificate") }
    X509_set_version(certificate, 2)
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), Int.random(in: 1..<1 << 62))
    X509_gmtime_adj(X509_getm_notBefore(certificate), from)
    X509_gmtime_adj(X509_getm_notAfter(certificate), until)
    X509_set_pubkey(certificate, key)
    let name = X509_get_subject_name(certificate)
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, subject, -1, -1, 0)
    X509_set_issuer_name(certificate, issuer.map { X509_get_subject_name($0) } ?? name)
    return certificate
  }

  private static func add(_ certificate: OpaquePointer, _ kind: Int32, _ value: String) throws {
    guard let part = X509V3_EXT_conf_nid(nil, nil, kind, value) else {
      throw Failure(what: "extension \(value)")
    }
    defer { X509_EXTENSION_free(part) }
    guard X509_add_ext(certificate, part, -1) == 1 else { throw Failure(what: "extension") }
  }

  private static func sign(_ certificate: OpaquePointer, _ key: OpaquePointer) throws {
    guard X509_sign(certificate, key, EVP_sha256()) > 0 else { throw Failure(what: "signature") }
  }

  private static func write(_ body: (OpaquePointer?) -> Int32) throws -> String {
    let bio = BIO_new(BIO_s_mem())
    defer { BIO_free(bio) }
    guard body(bio) == 1 else { throw Failure(what: "PEM") }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = BIO_read(bio, &bytes, Int32(bytes.count))
    return String(decoding: bytes.prefix(Int(max(0, count))), as: UTF8.self)
  }
}
