// The part of an event that can be erased. It lies in a side table with its salt; the leaf has only
// SHA-256(salt ‖ JCS(data)). Deleting row and salt makes the commitment meaningless, and the log
// and every receipt stay valid (GDPR article 17, EDPB guidelines 02/2025).

package import Cryptography
import JSONText

/// Personal data of one event, committed to under a random salt.
package struct PersonalData: Sendable, Hashable, CustomStringConvertible {
  /// The length of a salt in bytes.
  package static let saltBytes = 32

  /// The salt, 32 random bytes.
  package let salt: [UInt8]
  /// The data as canonical JSON (RFC 8785).
  package let canonicalJSON: [UInt8]
  /// SHA-256 of salt and data.
  package let commitment: SHA256Digest

  /// Commits to what is known; nothing if nothing is. `salt` is 32 random bytes.
  package init?(
    address: String?, userAgent: String?, subject: SubjectID? = nil,
    recipient: SubjectID? = nil, filename: FileName? = nil, salt: [UInt8]
  ) {
    // In the order of the names, as RFC 8785 wants it.
    let members = [
      ("filename", filename?.text), ("ip", address), ("recipient", recipient?.text),
      ("sub", subject?.text), ("ua", userAgent),
    ]
    guard members.contains(where: { $0.1 != nil }) else { return nil }
    var writer = JSONWriter(capacity: 256)
    writer.beginObject()
    for (name, value) in members { writer.member(name, value) }
    writer.endObject()
    self.init(salt: salt, canonicalJSON: writer.bytes)
  }

  /// Reads stored data and recomputes its commitment.
  package init(salt: [UInt8], canonicalJSON: [UInt8]) {
    self.salt = salt
    self.canonicalJSON = canonicalJSON
    var hash = SHA256()
    hash.update(salt)
    hash.update(canonicalJSON)
    commitment = hash.finalize()
  }

  package var description: String { "personal data" }
}
