// The keys that `postern serve` holds, the present ones and those that were rotated lately. The audit
// key is not among them: only `postern seal` reads that one (DESIGN 1.5).

package import Base
import Cryptography
package import Delivery
package import JOSE
package import SigV4

/// Keys of a gateway as its files have them at one moment.
package struct KeyRing: Sendable {
  /// The issuer of tokens that `postern token issue` makes.
  package static let localIssuer = "postern-local"

  /// The audience of those tokens.
  package static let localAudience = "postern"

  /// The secrets behind link tokens and stored answers, the present one first.
  package let pepperSecrets: [Secret]

  /// The peppers as link tokens use them, in the same order.
  package let peppers: [Pepper]

  /// The signers of the local issuer; the present one signs, tokens of the others are accepted.
  package let localSigners: [JWSSigner]

  /// The access keys of the embedded store; the present one signs, the others are accepted.
  package let storeCredentials: [Credentials]

  /// What signs tokens of the local issuer.
  package var localSigner: JWSSigner { localSigners[0] }

  /// Reads the keys of a data folder.
  /// - Parameters:
  ///   - moment: Former keys whose time is over by then are left out.
  ///   - hasStore: Whether the embedded store runs; without it its key may be absent.
  /// - Throws: `secret-unusable`.
  package init(
    _ folder: DataFolder, at moment: Timestamp, hasStore: Bool = true
  ) throws(ConfigurationError) {
    var pepperSecrets = [Secret]()
    for secret in try KeyFiles.secrets(.pepper, folder, at: moment) {
      pepperSecrets.append(try Self.seed(secret, of: .pepper, folder))
    }
    self.pepperSecrets = pepperSecrets
    peppers = pepperSecrets.map(Self.pepper)
    var signers = [JWSSigner]()
    for secret in try KeyFiles.secrets(.localIssuer, folder, at: moment) {
      let seed = try Self.seed(secret, of: .localIssuer, folder)
      do throws(JOSEError) {
        signers.append(try JWSSigner(seed: seed))
      } catch {
        throw ConfigurationError(.secretUnusable, "the local issuer's key is not 32 bytes")
      }
    }
    localSigners = signers
    var credentials = [Credentials]()
    let stored = hasStore ? try KeyFiles.secrets(.objectStore, folder, at: moment) : []
    for secret in stored {
      guard let pair = EmbeddedStore.credentials(of: secret) else {
        throw ConfigurationError(
          .secretUnusable, "\(folder.file(of: .objectStore)) must hold ID:SECRET")
      }
      credentials.append(pair)
    }
    storeCredentials = credentials
  }

  /// The seeds of the audit keys, the present one first; for `postern seal` only.
  ///
  /// A former key signs until it is retired, so that its verifiers can follow.
  /// - Throws: `secret-unusable`.
  package static func auditSeeds(_ folder: DataFolder) throws(ConfigurationError) -> [Secret] {
    var seeds = [Secret]()
    for secret in try KeyFiles.secrets(.audit, folder, at: nil) {
      seeds.append(try seed(secret, of: .audit, folder))
    }
    return seeds
  }

  /// The pepper behind a secret; its id tells which one a stored digest needs and reveals nothing.
  static func pepper(_ secret: Secret) -> Pepper {
    let authenticator = HMACSHA256.keyed(
      HKDF.sha256(key: secret, salt: [], info: Array("link-token".utf8), count: 32))
    let id = String(authenticator.authenticate(Array("pepper-id".utf8)).hex.prefix(8))
    return Pepper(id: id, key: authenticator)
  }

  /// A key of 32 bytes, written as 64 hexadecimal digits; nothing for other text.
  static func seed(_ text: Secret) -> Secret? {
    let bytes = text.withBytes { span in
      Hex.decode(String(decoding: (0..<span.count).map { span[$0] }, as: UTF8.self))
    }
    guard let bytes, bytes.count == 32 else { return nil }
    return Secret(bytes)
  }

  private static func seed(
    _ text: Secret, of key: DataFolder.Key, _ folder: DataFolder
  ) throws(ConfigurationError) -> Secret {
    guard let seed = seed(text) else {
      throw ConfigurationError(
        .secretUnusable, "\(folder.file(of: key)) must hold 64 hexadecimal digits")
    }
    return seed
  }
}
