// One recorded fact. A use case describes it; the store gives it its place (time, node counter,
// index) in the same transaction as the change, and keeps the leaf bytes verbatim.
// Personal data is not in the leaf: people appear as pseudonyms, the rest as a salted commitment.

package import Base
package import Cryptography

/// The log that an event belongs to.
package enum LogID: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// What has no tenant.
  case system
  /// One tenant's log.
  case tenant(TenantID)

  /// Reads `_system` or a tenant's slug; nothing for other text.
  package init?(_ text: String) {
    if text == "_system" {
      self = .system
      return
    }
    guard let tenant = TenantID(text) else { return nil }
    self = .tenant(tenant)
  }

  /// `_system` or the tenant's slug.
  package var description: String {
    switch self {
    case .system: "_system"
    case .tenant(let tenant): tenant.text
    }
  }

  package static func < (left: LogID, right: LogID) -> Bool {
    left.description < right.description
  }
}

/// What an event says.
package struct AuditEvent: Sendable {
  /// Its identifier, told to the client as `event_id`.
  package var id: EventID
  /// The log that it goes to.
  package var log: LogID
  /// What was done.
  package var kind: AuditKind
  /// How it ended.
  package var outcome: AuditOutcome
  /// Why it ended so: a code of up to 64 bytes.
  package var why: String?
  /// Who did it.
  package var actor: AuditActor
  /// What it was done to.
  package var object: AuditObject?
  /// Through which link.
  package var link: AuditLink?
  /// On whose authority.
  package var authority: AuditAuthority?
  /// What was handed out or received.
  package var transfer: AuditTransfer?
  /// How many facts an aggregate stands for.
  package var count: Int64?
  /// The request id.
  package var request: String?
  /// The trace id.
  package var trace: String?
  /// What may be erased later.
  package var personal: PersonalData?

  /// Describes a fact.
  package init(
    id: EventID, log: LogID, kind: AuditKind, outcome: AuditOutcome, why: String? = nil,
    actor: AuditActor, object: AuditObject? = nil, link: AuditLink? = nil,
    authority: AuditAuthority? = nil, transfer: AuditTransfer? = nil, count: Int64? = nil,
    request: String? = nil, trace: String? = nil, personal: PersonalData? = nil
  ) {
    self.id = id
    self.log = log
    self.kind = kind
    self.outcome = outcome
    self.why = why
    self.actor = actor
    self.object = object
    self.link = link
    self.authority = authority
    self.transfer = transfer
    self.count = count
    self.request = request
    self.trace = trace
    self.personal = personal
  }
}

/// What was done.
package enum AuditKind: String, Sendable, Hashable, CaseIterable {
  /// A tenant was created.
  case tenantCreate = "tenant.create"
  /// A tenant's policy was replaced.
  case policyChange = "policy.change"
  /// A grant was added or removed.
  case grantChange = "grant.change"
  /// The local issuer gave out a token.
  case tokenIssue = "token.issue"
  /// A token, or a set of them, was taken out of use.
  case tokenRevoke = "token.revoke"
  /// A document was created.
  case documentCreate = "document.create"
  /// A document got another title, type, period or other labels.
  case documentChange = "document.change"
  /// A document was deleted.
  case documentDelete = "document.delete"
  /// A document was put under a legal hold.
  case holdAdd = "hold.add"
  /// A legal hold was lifted.
  case holdRemove = "hold.remove"
  /// An upload began.
  case uploadStart = "upload.start"
  /// An upload became a version, was refused or failed.
  case uploadEnd = "upload.end"
  /// The validity of a version was changed.
  case versionChange = "version.change"
  /// A version was withdrawn.
  case versionWithdraw = "version.withdraw"
  /// The object of a withdrawn version was deleted.
  case objectDelete = "object.delete"
  /// The deletion of an object began: nothing kept it, and no later hold can.
  case objectClaim = "object.claim"
  /// A link was issued.
  case linkIssue = "link.issue"
  /// The page of a link was shown.
  case linkView = "link.view"
  /// A program looked at a link.
  case linkScan = "link.scan"
  /// A program asked about a link with HEAD or OPTIONS.
  case linkProbe = "link.probe"
  /// A link handed out a presigned URL.
  case linkRedeem = "link.redeem"
  /// A link was revoked.
  case linkRevoke = "link.revoke"
  /// A presigned URL was handed out by itself.
  case presignedIssue = "presigned.issue"
  /// The gateway was about to send.
  case downloadStart = "download.start"
  /// The gateway ended to send.
  case downloadEnd = "download.end"
  /// Somebody was refused.
  case authorizationDeny = "authz.deny"
  /// The log was read.
  case logRead = "log.read"
  /// A key was changed.
  case keyChange = "key.change"
  /// Personal data was erased.
  case erase = "erase"
  /// A setting of the installation changed.
  case configuration = "config"
}

/// How it ended.
package enum AuditOutcome: String, Sendable, Hashable {
  /// It was done.
  case success
  /// It was refused.
  case denied
  /// It was tried and failed.
  case failure
  /// It was cut off.
  case aborted
}

/// Who did something.
package struct AuditActor: Sendable, Hashable {
  /// What kind of actor it was.
  package enum Kind: String, Sendable {
    /// A person with a token.
    case user
    /// A program with a token of its own.
    case service
    /// Whoever holds a link.
    case link
    /// Somebody unknown.
    case anonymous = "anon"
    /// An operator of the installation.
    case `operator`
    /// The gateway itself.
    case system
  }

  /// What kind of actor it was.
  package var kind: Kind
  /// The person behind it; the leaf has a pseudonym.
  package var person: PersonReference?
  /// The person acted for, or for whom the link is; the leaf has a pseudonym.
  package var recipient: PersonReference?
  /// The client id of the token.
  package var client: String?
  /// The digest of the token's id; the leaf has its first 8 bytes.
  package var token: SHA256Digest?

  /// Describes an actor.
  package init(
    _ kind: Kind, person: PersonReference? = nil, recipient: PersonReference? = nil,
    client: String? = nil, token: SHA256Digest? = nil
  ) {
    self.kind = kind
    self.person = person
    self.recipient = recipient
    self.client = client
    self.token = token
  }
}

/// What something was done to.
package struct AuditObject: Sendable, Hashable {
  /// The document.
  package var document: DocumentID?
  /// The version.
  package var version: VersionID?
  /// The digest of the delivered bytes.
  package var sha256: SHA256Digest?
  /// The size of the delivered bytes.
  package var size: Int64?
  /// The upload.
  package var upload: UploadID?

  /// Describes an object.
  package init(
    document: DocumentID? = nil, version: VersionID? = nil, sha256: SHA256Digest? = nil,
    size: Int64? = nil, upload: UploadID? = nil
  ) {
    self.document = document
    self.version = version
    self.sha256 = sha256
    self.size = size
    self.upload = upload
  }
}

/// Through which link, and what was left of it afterwards.
package struct AuditLink: Sendable, Hashable {
  /// Its public identifier.
  package var id: LinkID
  /// The downloads left, if they are counted.
  package var usesLeft: Int?
  /// When it ends.
  package var expiresAt: Timestamp?

  /// Describes a link.
  package init(id: LinkID, usesLeft: Int? = nil, expiresAt: Timestamp? = nil) {
    self.id = id
    self.usesLeft = usesLeft
    self.expiresAt = expiresAt
  }
}

/// On whose authority: the grant, the rule in words, the token's scopes.
package struct AuditAuthority: Sendable, Hashable {
  /// The grant that allowed it.
  package var grant: GrantID?
  /// Up to 200 bytes, without personal data.
  package var rule: String?
  /// The scopes of the token.
  package var scopes: ScopeSet

  /// Describes an authority.
  package init(grant: GrantID? = nil, rule: String? = nil, scopes: ScopeSet = []) {
    self.grant = grant
    self.rule = rule
    self.scopes = scopes
  }
}

/// What was handed out or received.
package struct AuditTransfer: Sendable, Hashable {
  /// The delivery.
  package var delivery: DeliveryID?
  /// When the presigned URL dies.
  package var urlExpiresAt: Timestamp?
  /// The first byte.
  package var offset: Int64?
  /// How many bytes were asked or received.
  package var length: Int64?
  /// How many bytes were sent.
  package var sent: Int64?
  /// The HTTP status.
  package var status: Int?
  /// The name of the scrub rules, up to 512 bytes.
  package var scrubPolicy: String?
  /// The digest of the signed receipt's text: with it the log says when that was signed.
  package var receiptDigest: SHA256Digest?
  /// What the malware scanner said.
  package var scan: ScanRecord?

  /// Describes a transfer.
  package init(
    delivery: DeliveryID? = nil, urlExpiresAt: Timestamp? = nil, offset: Int64? = nil,
    length: Int64? = nil, sent: Int64? = nil, status: Int? = nil, scrubPolicy: String? = nil,
    receiptDigest: SHA256Digest? = nil, scan: ScanRecord? = nil
  ) {
    self.delivery = delivery
    self.urlExpiresAt = urlExpiresAt
    self.offset = offset
    self.length = length
    self.sent = sent
    self.status = status
    self.scrubPolicy = scrubPolicy
    self.receiptDigest = receiptDigest
    self.scan = scan
  }
}
