// A link: our URL for a person. It can be revoked, may be counted, and re-checks everything each
// time it is followed. Its token is never stored, only a keyed digest of it.

package import Base

/// One link to a document.
package struct Link: Sendable, Hashable {
  /// The most downloads that a counted link can allow.
  package static let downloadsMax = 1000

  /// Its public identifier.
  package let id: LinkID
  /// The tenant that owns the document.
  package let tenant: TenantID
  /// What it delivers.
  package let document: DocumentID
  /// Which content it delivers.
  package let selector: VersionSelector
  /// What a GET does.
  package let landing: Landing
  /// How the browser should treat the file.
  package let disposition: Disposition
  /// The name to save under, if not the version's. Personal data.
  package let filename: FileName?
  /// The keyed digest of its token.
  package let tokenDigest: TokenDigest
  /// When it was issued.
  package let createdAt: Timestamp
  /// From when it delivers nothing.
  package let expiresAt: Timestamp
  /// How many downloads it was issued for; nothing for any number.
  package let downloadsMax: Int?
  /// How many are left of them.
  package var usesLeft: Int?
  /// On whose account it was issued: checked again at each redemption.
  package let authority: Authority
  /// Who issued it. Personal data.
  package let issuedBy: PersonReference
  /// The person it is for, if somebody else. Personal data.
  package let recipient: PersonReference?
  /// When it was revoked, by itself or with others; the first time counts.
  package var revokedAt: Timestamp?
  /// When the last presigned URL that it handed out dies.
  package var lastURLExpiresAt: Timestamp?
  /// How many presigned URLs it handed out, for resumed downloads too.
  package var deliveries: Int64

  /// Takes the values as they are; a new link has all its uses left.
  package init(
    id: LinkID, tenant: TenantID, document: DocumentID, selector: VersionSelector,
    landing: Landing, disposition: Disposition, filename: FileName?, tokenDigest: TokenDigest,
    createdAt: Timestamp, expiresAt: Timestamp, downloadsMax: Int?, usesLeft: Int?,
    authority: Authority, issuedBy: PersonReference, recipient: PersonReference?,
    revokedAt: Timestamp? = nil, lastURLExpiresAt: Timestamp? = nil, deliveries: Int64 = 0
  ) {
    self.id = id
    self.tenant = tenant
    self.document = document
    self.selector = selector
    self.landing = landing
    self.disposition = disposition
    self.filename = filename
    self.tokenDigest = tokenDigest
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.downloadsMax = downloadsMax
    self.usesLeft = usesLeft
    self.authority = authority
    self.issuedBy = issuedBy
    self.recipient = recipient
    self.revokedAt = revokedAt
    self.lastURLExpiresAt = lastURLExpiresAt
    self.deliveries = deliveries
  }

  /// What the link itself allows at `moment`; the document, version and grant have their own say.
  package func state(at moment: Timestamp) -> LinkState {
    if revokedAt != nil { return .revoked }
    if expiresAt <= moment { return .expired }
    if let usesLeft, usesLeft <= 0 { return .usedUp }
    return .live
  }

  /// Seconds, rounded up, for which a presigned URL already handed out may still work at `moment`.
  package func residualExposureSeconds(at moment: Timestamp) -> Int64 {
    ResidualExposure.seconds(until: lastURLExpiresAt, at: moment)
  }
}

/// What a link allows.
package enum LinkState: String, Sendable {
  /// It delivers.
  case live
  /// Its time is over.
  case expired
  /// Somebody revoked it.
  case revoked
  /// All its downloads are used.
  case usedUp = "used-up"
}

/// Which content a link delivers.
package enum VersionSelector: Sendable, Hashable {
  /// The newest that is valid when the link is followed.
  case current
  /// This one and no other.
  case pinned(VersionID)
}

/// What a GET of a link does.
package enum Landing: String, Sendable, Hashable {
  /// It redirects to the file.
  case direct
  /// It shows a page with a button; only the button's POST delivers.
  case page
}

/// What the caller of IssueLink may ask for.
package enum LandingChoice: String, Sendable, Hashable {
  /// Redirect on GET.
  case direct
  /// Page on GET.
  case page
  /// Page if downloads are counted, else direct.
  case auto
}

/// How the browser should treat the file.
package enum Disposition: String, Sendable, Hashable {
  /// Save it.
  case attachment
  /// Show it, if the tenant's policy allows that for its type.
  case inline
}
