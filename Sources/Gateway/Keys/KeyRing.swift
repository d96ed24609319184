// The keys that `postern serve` holds. The audit key is not among them: only `postern seal` reads
// that one (DESIGN 1.5).

package import Base
import Cryptography
package import Delivery
package import JOSE

/// Keys of a running gateway.
package struct KeyRing: Sendable {
  /// The issuer of tokens that `postern token issue` makes.
  package static let localIssuer = "postern-local"

  /// The audience of those tokens.
  package static let localAudience = "postern"

  /// The secret behind link tokens and stored answers.
  package let pepper: Secret

  /// The pepper as link tokens use it.
  package let peppers: PepperRing

  /// Signs tokens of the local issuer.
  package let localSigner: JWSSigner

  /// Reads the keys of a data folder.
  /// - Throws: `secret-unusable`.
  package init(_ folder: DataFolder) throws(ConfigurationError) {
    pepper = try Self.hexKey(folder.file(of: .pepper))
    let authenticator = HMACSHA256.keyed(
      HKDF.sha256(key: pepper, salt: [], info: Array("link-token".utf8), count: 32))
    // The id tells which pepper a stored digest needs; it reveals nothing of the key.
    let id = String(authenticator.authenticate(Array("pepper-id".utf8)).hex.prefix(8))
    guard let ring = PepperRing(current: Pepper(id: id, key: authenticator)) else {
      throw ConfigurationError(.secretUnusable, "too many peppers")
    }
    peppers = ring
    let seed = try Self.hexKey(folder.file(of: .localIssuer))
    do throws(JOSEError) {
      localSigner = try JWSSigner(seed: seed)
    } catch {
      throw ConfigurationError(.secretUnusable, "the local issuer's key is not 32 bytes")
    }
  }

  /// Reads the seed of the audit key; for `postern seal` only.
  package static func auditSeed(_ folder: DataFolder) throws(ConfigurationError) -> Secret {
    try hexKey(folder.file(of: .audit))
  }

  /// A key of 32 bytes, written as 64 hexadecimal digits.
  private static func hexKey(_ path: String) throws(ConfigurationError) -> Secret {
    let text = try SecretFile.read(path)
    let bytes = text.withBytes { span in
      var bytes = [UInt8]()
      for index in 0..<span.count { bytes.append(span[index]) }
      return Hex.decode(String(decoding: bytes, as: UTF8.self))
    }
    guard let bytes, bytes.count == 32 else {
      throw ConfigurationError(.secretUnusable, "\(path) must hold 64 hexadecimal digits")
    }
    return Secret(bytes)
  }
}
