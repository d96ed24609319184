// Minting: the local issuer signs its own access tokens (RFC 9068) with Ed25519, and publishes its
// public keys as a key set.

package import Base
import Cryptography
import JSONText

/// Signs tokens with one Ed25519 key.
public struct JWSSigner: Sendable {
  /// The size of a seed in bytes.
  public static let seedBytes = 32

  /// The key id that tokens carry.
  public let keyID: String

  private let key: Ed25519PrivateKey

  /// Creates a signer from a 32-byte seed (RFC 8032 section 5.1.5).
  /// - Parameters:
  ///   - ed25519Seed: The secret; the caller wipes its own copy.
  ///   - keyID: The id; without one, the thumbprint of the key (RFC 7638).
  /// - Throws: `signing-key-invalid` for a seed of another size.
  public init(ed25519Seed: [UInt8], keyID: String? = nil) throws(JOSEError) {
    try self.init(seed: Secret(ed25519Seed), keyID: keyID)
  }

  /// Creates a signer from a secret of 32 bytes.
  package init(seed: Secret, keyID: String? = nil) throws(JOSEError) {
    do throws(CryptographyError) {
      key = try Ed25519PrivateKey(seed: seed)
    } catch {
      throw JOSEError(.signingKeyInvalid, "the signing key is not a 32-byte Ed25519 seed")
    }
    self.keyID = keyID ?? JWSSigner.thumbprint(key.publicKey.bytes)
  }

  /// A compact JWS of the claims, in the order given.
  /// - Parameter type: The `typ` of the header; RFC 9068 names access tokens `at+jwt`.
  /// - Throws: `signing-key-invalid` if the signature cannot be made.
  public func sign(_ claims: [ClaimMember], type: String = "at+jwt") throws(JOSEError) -> String {
    var payload = JSONWriter()
    ClaimMember.write(claims, to: &payload)
    return try sign(payload: payload.bytes, type: type)
  }

  /// A compact JWS of a payload that is no access token, such as a receipt.
  /// - Parameter type: The `typ` of the header: one of its own keeps each kind of statement from
  ///   being taken for another (RFC 8725 section 3.11).
  /// - Throws: `signing-key-invalid` if the signature cannot be made.
  public func sign(payload: [UInt8], type: String) throws(JOSEError) -> String {
    var header = JSONWriter()
    header.beginObject()
    header.member("alg", JWSAlgorithm.edDSA.rawValue)
    header.member("kid", keyID)
    header.member("typ", type)
    header.endObject()
    let signed = Base64.encode(header.bytes, .url) + "." + Base64.encode(payload, .url)
    do throws(CryptographyError) {
      return signed + "." + Base64.encode(try key.sign(Array(signed.utf8)), .url)
    } catch {
      throw JOSEError(.signingKeyInvalid, "the token could not be signed")
    }
  }

  /// The public keys of the signers as a key set (RFC 7517 section 5), for publication.
  public static func keySet(of signers: [JWSSigner]) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("keys")
    writer.beginArray()
    for signer in signers {
      writer.beginObject()
      writer.member("kty", "OKP")
      writer.member("crv", "Ed25519")
      writer.member("x", Base64.encode(signer.key.publicKey.bytes, .url))
      writer.member("kid", signer.keyID)
      writer.member("use", "sig")
      writer.member("alg", JWSAlgorithm.edDSA.rawValue)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }

  // RFC 7638 section 3: the required members in lexical order, without space.
  private static func thumbprint(_ publicKey: [UInt8]) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("crv", "Ed25519")
    writer.member("kty", "OKP")
    writer.member("x", Base64.encode(publicKey, .url))
    writer.endObject()
    return Base64.encode(SHA256.hash(writer.bytes).bytes, .url)
  }
}
