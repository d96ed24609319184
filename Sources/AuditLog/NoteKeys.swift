// The two halves of an Ed25519 note key. The public half is shared as text, `name+id+base64`
// (the "vkey" of c2sp.org/signed-note); the private half never leaves the sealing process.

import Base
import Cryptography

/// The public half: checks signatures made under one name.
public struct NoteVerifier: Sendable, Hashable, CustomStringConvertible {
  /// The name under which the key signs; for a log, its origin.
  public let name: String

  /// The first four bytes of SHA-256(name ‖ newline ‖ 0x01 ‖ public key).
  public let keyID: UInt32

  /// The Ed25519 public key, 32 bytes.
  public let publicKey: [UInt8]

  /// Creates a verifier; throws `malformed` for a name with a space or plus, or a key that is not 32 bytes.
  public init(name: String, publicKey: [UInt8]) throws(AuditLogError) {
    guard NoteKeyID.isName(name) else {
      throw AuditLogError(.malformed, "a key name is empty or has a space or a plus sign")
    }
    guard publicKey.count == 32 else {
      throw AuditLogError(.malformed, "an Ed25519 public key has 32 bytes")
    }
    self.name = name
    self.publicKey = publicKey
    keyID = NoteKeyID.of(name: name, publicKey: publicKey)
  }

  /// Reads the text form `name+hex id+base64(0x01 ‖ key)`; throws `malformed`.
  public init(_ text: String) throws(AuditLogError) {
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard text.utf8.count <= 1024, parts.count == 3, let id = Hex.decode(parts[1]), id.count == 4,
      let key = Base64.decode(Array(parts[2].utf8), .standard), key.first == NoteKeyID.ed25519
    else { throw AuditLogError(.malformed, "a verifier key is not `name+id+base64` of Ed25519") }
    try self.init(name: String(parts[0]), publicKey: Array(key.dropFirst()))
    guard NoteKeyID.value(id[...]) == keyID else {
      throw AuditLogError(.malformed, "the id of a verifier key does not belong to its key")
    }
  }

  /// The text form, to be published.
  public var description: String {
    let id = Hex.encode(NoteKeyID.bytes(keyID))
    return "\(name)+\(id)+\(Base64.encode([NoteKeyID.ed25519] + publicKey, .standard))"
  }

  func isValid(_ signature: [UInt8], over text: [UInt8]) -> Bool {
    do {
      return try Ed25519PublicKey(publicKey).isValid(signature, for: text)
    } catch {
      // A key that OpenSSL does not take has signed nothing.
      return false
    }
  }
}

/// The private half: signs notes under one name.
public struct NoteSigner: Sendable, CustomStringConvertible {
  /// The public half.
  public let verifier: NoteVerifier

  private let key: Ed25519PrivateKey

  /// Creates a signer from an Ed25519 seed of 32 bytes; throws `malformed`.
  public init(name: String, seed: [UInt8]) throws(AuditLogError) {
    do {
      key = try Ed25519PrivateKey(seed: Secret(seed))
    } catch {
      throw AuditLogError(.malformed, "an Ed25519 seed has 32 bytes")
    }
    verifier = try NoteVerifier(name: name, publicKey: key.publicKey.bytes)
  }

  /// The public half; the private one has no text form.
  public var description: String { verifier.description }

  func signature(of text: [UInt8]) throws(AuditLogError) -> SignedNote.Signature {
    do {
      return SignedNote.Signature(
        name: verifier.name, keyID: verifier.keyID, bytes: try key.sign(text))
    } catch {
      throw AuditLogError(.signatureMismatch, "the signing key cannot sign")
    }
  }
}

enum NoteKeyID {
  /// The algorithm byte of Ed25519 in c2sp.org/signed-note.
  static let ed25519: UInt8 = 1

  static func isName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 512
      && !name.unicodeScalars.contains {
        $0 == "+" || $0.properties.isWhitespace || $0.value < 0x20 || $0.value == 0x7f
      }
  }

  static func of(name: String, publicKey: [UInt8]) -> UInt32 {
    value(SHA256.hash(Array(name.utf8) + [0x0a, ed25519] + publicKey).bytes[..<4])
  }

  static func value(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reduce(0) { $0 << 8 | UInt32($1) }
  }

  static func bytes(_ id: UInt32) -> [UInt8] {
    [UInt8(id >> 24), UInt8(id >> 16 & 255), UInt8(id >> 8 & 255), UInt8(id & 255)]
  }
}
