// What is signed when a version is published: which version, and the whole receipt of its scrub. It
// is for people outside, so it stands alone: whoever has it, the file and the public keys needs
// neither the gateway nor its database.

package import Base
package import JSONText

/// The statement of a signed receipt.
package struct VersionReceipt: Sendable, Hashable {
  /// The `typ` of its signature. No access token has it, and this statement has neither audience nor
  /// expiry, so that none of the two can pass for the other.
  package static let type = "scrub-receipt+jwt"

  /// The name of the gateway: `audit.origin`.
  package let issuer: String
  /// The tenant that owns the version.
  package let tenant: TenantID
  /// The document.
  package let document: DocumentID
  /// The version.
  package let version: VersionID
  /// When it was published; whole seconds are signed.
  package let publishedAt: Timestamp
  /// What was done to the file; its member `signed` is left out.
  package let receipt: ScrubReceipt

  /// Takes the values as they are.
  package init(
    issuer: String, tenant: TenantID, document: DocumentID, version: VersionID,
    publishedAt: Timestamp, receipt: ScrubReceipt
  ) {
    self.issuer = issuer
    self.tenant = tenant
    self.document = document
    self.version = version
    self.publishedAt = Timestamp(seconds: publishedAt.seconds)
    self.receipt = receipt
  }

  /// The statement as JSON, with `iss` and `iat` as in RFC 7519.
  package var json: JSONValue {
    var members = receipt.facts
    members["iss"] = .string(issuer)
    members["iat"] = .integer(publishedAt.seconds)
    members["tenant"] = .string(tenant.text)
    members["document"] = .string(document.description)
    members["version"] = .string(version.description)
    return .object(members)
  }

  /// Reads a statement; nothing if a member is missing, unknown or out of its bounds.
  package init?(json value: JSONValue) {
    guard var members = value.objectValue, members["signed"] == nil,
      let issuer = members["iss"]?.stringValue, Names.isPrintable(issuer, bytesMax: 200),
      let seconds = members["iat"]?.integerValue, (0..<1 << 40).contains(seconds),
      let tenant = members["tenant"]?.stringValue.flatMap({ TenantID($0) }),
      let document = members["document"]?.stringValue.flatMap({ DocumentID($0) }),
      let version = members["version"]?.stringValue.flatMap({ VersionID($0) })
    else { return nil }
    for name in ["iss", "iat", "tenant", "document", "version"] { members[name] = nil }
    guard let receipt = ScrubReceipt(json: .object(members)) else { return nil }
    self.init(
      issuer: issuer, tenant: tenant, document: document, version: version,
      publishedAt: Timestamp(seconds: seconds), receipt: receipt)
  }
}
