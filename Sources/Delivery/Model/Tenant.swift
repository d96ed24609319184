// A tenant: the customer organisation whose data is kept apart.

package import Base

/// One tenant of the installation.
package struct Tenant: Sendable, Hashable {
  /// The longest name in bytes of UTF-8.
  package static let nameBytesMax = 200

  /// Its slug.
  package let id: TenantID
  /// What people call it, 1 to 200 bytes.
  package let name: String
  /// What stands for it in object keys.
  package let objectPrefix: ObjectPrefix
  /// When it was created.
  package let createdAt: Timestamp

  /// Takes checked values; throws `title-invalid` for a name with hidden characters or a bad length.
  package init(
    id: TenantID, name: String, objectPrefix: ObjectPrefix, createdAt: Timestamp
  ) throws(DeliveryError) {
    guard Names.isPrintable(name, bytesMax: Tenant.nameBytesMax) else {
      throw DeliveryError(
        .titleInvalid, "A name has 1 to \(Tenant.nameBytesMax) bytes and no control character.")
    }
    self.id = id
    self.name = name
    self.objectPrefix = objectPrefix
    self.createdAt = createdAt
  }
}
