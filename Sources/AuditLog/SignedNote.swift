// Signed notes (c2sp.org/signed-note): a text, an empty line, and a line for each signature,
// `— name base64(key id ‖ signature)`. Signatures of unknown keys are carried and ignored.

import Base

/// A text with the signatures below it.
public struct SignedNote: Sendable, Hashable {
  /// The largest note in bytes.
  public static let bytesMax = 65_536

  /// The largest number of signature lines.
  public static let signaturesMax = 16

  /// One signature line.
  public struct Signature: Sendable, Hashable {
    /// The name of the key.
    public let name: String
    /// The first four bytes of the key's hash.
    public let keyID: UInt32
    /// What follows the key id: for Ed25519, 64 bytes.
    public let bytes: [UInt8]
  }

  /// The signed text; ends with a newline.
  public let text: String

  /// The signatures, in order.
  public let signatures: [Signature]

  /// Reads a note; throws `malformed`, or `limit-exceeded` for more than 64 KiB or 16 signatures.
  public init(parsing bytes: [UInt8]) throws(AuditLogError) {
    guard bytes.count <= SignedNote.bytesMax else {
      throw AuditLogError(.limitExceeded, "a signed note has more than 64 KiB")
    }
    guard let note = String(validating: bytes, as: UTF8.self),
      !bytes.contains(where: { $0 < 0x20 && $0 != 0x0a }), bytes.last == 0x0a
    else { throw AuditLogError(.malformed, "a signed note is not lines of plain text") }
    // Searched from the end: the text may hold empty lines, the signatures may not.
    guard
      let split = bytes.indices.dropFirst().last(where: {
        bytes[$0] == 0x0a && bytes[$0 - 1] == 0x0a
      })
    else { throw AuditLogError(.malformed, "a signed note has no empty line before signatures") }
    text = String(decoding: bytes[..<split], as: UTF8.self)
    let lines = bytes[(split + 1)...].split(separator: 0x0a)
    guard !lines.isEmpty, note.utf8.count == bytes.count else {
      throw AuditLogError(.malformed, "a signed note has no signature")
    }
    guard lines.count <= SignedNote.signaturesMax else {
      throw AuditLogError(.limitExceeded, "a signed note has more than 16 signatures")
    }
    var signatures = [Signature]()
    for line in lines { signatures.append(try SignedNote.signature(line)) }
    self.signatures = signatures
  }

  /// Signs a text with every signer; throws `malformed` if the text cannot be a note.
  public init(signing text: String, with signers: [NoteSigner]) throws(AuditLogError) {
    let bytes = Array(text.utf8)
    guard bytes.last == 0x0a, !bytes.contains(where: { $0 < 0x20 && $0 != 0x0a }) else {
      throw AuditLogError(.malformed, "the text of a note is not lines of plain text")
    }
    self.text = text
    var signatures = [Signature]()
    for signer in signers { signatures.append(try signer.signature(of: bytes)) }
    self.signatures = signatures
  }

  /// The note in its text form.
  public var bytes: [UInt8] {
    var result = Array(text.utf8)
    result.append(0x0a)
    for signature in signatures {
      let id = NoteKeyID.bytes(signature.keyID)
      let encoded = Base64.encode(id + signature.bytes, .standard)
      result.append(contentsOf: "\u{2014} \(signature.name) \(encoded)\n".utf8)
    }
    return result
  }

  /// Checks that a trusted key signed the text, and that no trusted key's signature is wrong.
  ///
  /// Throws `untrusted` if no line names a trusted key, `signature-mismatch` for a wrong one.
  public func verify(trusting keys: [NoteVerifier]) throws(AuditLogError) {
    var isTrusted = false
    for signature in signatures {
      for key in keys where key.name == signature.name && key.keyID == signature.keyID {
        guard key.isValid(signature.bytes, over: Array(text.utf8)) else {
          throw AuditLogError(.signatureMismatch, "the signature does not match the signed text")
        }
        isTrusted = true
      }
    }
    guard isTrusted else {
      throw AuditLogError(.untrusted, "no signature is by a trusted key")
    }
  }

  private static func signature(_ line: ArraySlice<UInt8>) throws(AuditLogError) -> Signature {
    let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
    guard parts.count == 3, Array(parts[0]) == Array("\u{2014}".utf8), !parts[1].isEmpty,
      let bytes = Base64.decode(parts[2], .standard), bytes.count > 4
    else { throw AuditLogError(.malformed, "a signature line is not `— name base64`") }
    return Signature(
      name: String(decoding: parts[1], as: UTF8.self), keyID: NoteKeyID.value(bytes[..<4]),
      bytes: Array(bytes[4...]))
  }
}
