// A legal hold: somebody said that a document must be kept. While it has one, neither the document
// nor the object of a withdrawn version is deleted, whatever policy and retention say.

package import Base

/// One hold on one document.
package struct Hold: Sendable, Hashable {
  /// The longest name in bytes of UTF-8.
  package static let nameBytesMax = 200

  /// Its identifier.
  package let id: HoldID
  /// The tenant that owns the document.
  package let tenant: TenantID
  /// The document that is kept.
  package let document: DocumentID
  /// What people call it, such as the number of a case: 1 to 200 bytes. Only administrators see it.
  package let name: String
  /// When it was placed.
  package let placedAt: Timestamp
  /// Who placed it. Personal data.
  package let placedBy: PersonReference

  /// Takes checked values; throws `title-invalid` for a name with hidden characters or a bad length.
  package init(
    id: HoldID, tenant: TenantID, document: DocumentID, name: String, placedAt: Timestamp,
    placedBy: PersonReference
  ) throws(DeliveryError) {
    guard Names.isPrintable(name, bytesMax: Hold.nameBytesMax) else {
      throw DeliveryError(
        .titleInvalid, "A name has 1 to \(Hold.nameBytesMax) bytes and no control character.")
    }
    self.id = id
    self.tenant = tenant
    self.document = document
    self.name = name
    self.placedAt = placedAt
    self.placedBy = placedBy
  }
}

/// What keeps a document from being deleted.
package enum DeletionBar: Sendable, Hashable {
  /// A hold.
  case held
  /// The retention of the tenant's policy, until this moment.
  case retained(until: Timestamp)
}
