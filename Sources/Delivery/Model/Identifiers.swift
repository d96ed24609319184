// The names of things. Opaque identifiers are UUIDv7 with a kind (`doc_…`); a tenant is named by a
// slug that people type; subjects, roles and clients are names that an identity provider chose.

package import Base
package import JSONText

/// Names documents.
package enum DocumentKind: IDKind { package static let prefix: StaticString = "doc" }
/// Names versions.
package enum VersionKind: IDKind { package static let prefix: StaticString = "ver" }
/// Names links.
package enum LinkKind: IDKind { package static let prefix: StaticString = "lnk" }
/// Names grants.
package enum GrantKind: IDKind { package static let prefix: StaticString = "grt" }
/// Names audit events.
package enum EventKind: IDKind { package static let prefix: StaticString = "evt" }
/// Names deliveries.
package enum DeliveryKind: IDKind { package static let prefix: StaticString = "dlv" }
/// Names holds.
package enum HoldKind: IDKind { package static let prefix: StaticString = "hld" }
/// Names uploads.
package enum UploadKind: IDKind { package static let prefix: StaticString = "upl" }
/// Names tokens of the local issuer.
package enum TokenKind: IDKind { package static let prefix: StaticString = "tok" }

/// Identifies a document.
package typealias DocumentID = TypedID<DocumentKind>
/// Identifies one immutable content of a document.
package typealias VersionID = TypedID<VersionKind>
/// Identifies a link in logs, audit and revocation; it opens nothing.
package typealias LinkID = TypedID<LinkKind>
/// Identifies a grant.
package typealias GrantID = TypedID<GrantKind>
/// Identifies an audit event.
package typealias EventID = TypedID<EventKind>
/// Identifies one handing-out of a presigned URL; it is signed into that URL.
package typealias DeliveryID = TypedID<DeliveryKind>
/// Identifies a legal hold.
package typealias HoldID = TypedID<HoldKind>
/// Identifies an upload.
package typealias UploadID = TypedID<UploadKind>
/// Identifies a token of the local issuer, as its claim `jti`; it opens nothing.
package typealias TokenID = TypedID<TokenKind>

/// A tenant's slug: `[a-z0-9][a-z0-9-]{0,62}`.
package struct TenantID: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The slug.
  package let text: String

  /// Takes a slug; nothing for any other text.
  package init?(_ text: String) {
    guard Names.isSlug(text, bytesMax: 63) else { return nil }
    self.text = text
  }

  package var description: String { text }
  package static func < (left: TenantID, right: TenantID) -> Bool { left.text < right.text }
}

/// A person or service as the identity provider names it (the `sub` claim), 1 to 255 bytes.
///
/// Personal data: it appears in no description, log or audit leaf.
package struct SubjectID: Sendable, Hashable, CustomStringConvertible {
  /// The name itself. Names that only look alike are two people.
  @ExactText package private(set) var text: String

  /// Takes 1 to 255 bytes without control characters; nothing for any other text.
  package init?(_ text: String) {
    guard Names.isPrintable(text, bytesMax: 255) else { return nil }
    self.text = text
  }

  package var description: String { "a subject" }
}

/// A role that a token or a BFF asserts, 1 to 64 bytes.
package struct Role: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The name of the role. Names that only look alike are two roles.
  @ExactText package private(set) var text: String

  /// Takes 1 to 64 bytes without control characters; nothing for any other text.
  package init?(_ text: String) {
    guard Names.isPrintable(text, bytesMax: 64) else { return nil }
    self.text = text
  }

  package var description: String { text }

  package static func < (left: Role, right: Role) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }
}

/// The type of a document, such as `invoice`: a slug of up to 64 characters.
package struct DocumentType: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The slug.
  package let text: String

  /// Takes `[a-z0-9][a-z0-9-]{0,63}`; nothing for any other text.
  package init?(_ text: String) {
    guard Names.isSlug(text, bytesMax: 64) else { return nil }
    self.text = text
  }

  package var description: String { text }
  package static func < (left: DocumentType, right: DocumentType) -> Bool { left.text < right.text }
}

/// A label on documents, such as `project-42`: a slug of up to 64 characters.
package struct Label: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The slug.
  package let text: String

  /// Takes `[a-z0-9][a-z0-9-]{0,63}`; nothing for any other text.
  package init?(_ text: String) {
    guard Names.isSlug(text, bytesMax: 64) else { return nil }
    self.text = text
  }

  package var description: String { text }
  package static func < (left: Label, right: Label) -> Bool { left.text < right.text }
}
