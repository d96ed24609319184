// Tenants, grants, tokens and audit events.

package import JSONText

/// A tenant.
public struct TenantBody: WireObject, Equatable {
  /// The tenant's name: `a-z`, `0-9` and `-`, 1 to 63 characters.
  public var id: String

  /// What people call it.
  public var title: String?

  /// When it was created; absent in requests.
  public var createdAt: String?

  /// Creates a body from its members.
  public init(
    id: String,
    title: String? = nil,
    createdAt: String? = nil
  ) {
    self.id = id
    self.title = title
    self.createdAt = createdAt
  }

  package init(members: JSONObject) throws(JSONError) {
    try members.allow(only: "id", "title", "created_at")
    id = try members.requiredString("id")
    title = try members.string("title")
    createdAt = try members.string("created_at")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("id", id)
    writer.member("title", title)
    writer.member("created_at", createdAt)
  }
}

/// Who may do what to which documents.
public struct GrantBody: WireObject, Equatable {
  /// The grant's identifier; absent in requests.
  public var id: String?

  /// `everyone`, `role:NAME` or `user:NAME`.
  public var subject: String

  /// `all`, `type:NAME`, `label:NAME` or a document's identifier.
  public var documents: String

  /// Of `read`, `issue`, `write`.
  public var actions: [String]

  /// When it ends, RFC 3339 in UTC.
  public var validUntil: String?

  /// When it was given; absent in requests.
  public var createdAt: String?

  /// Creates a body from its members.
  public init(
    id: String? = nil,
    subject: String,
    documents: String,
    actions: [String] = [],
    validUntil: String? = nil,
    createdAt: String? = nil
  ) {
    self.id = id
    self.subject = subject
    self.documents = documents
    self.actions = actions
    self.validUntil = validUntil
    self.createdAt = createdAt
  }

  package init(members: JSONObject) throws(JSONError) {
    try members.allow(only: "id", "subject", "documents", "actions", "valid_until", "created_at")
    id = try members.string("id")
    subject = try members.requiredString("subject")
    documents = try members.requiredString("documents")
    actions = try members.requiredStrings("actions")
    validUntil = try members.string("valid_until")
    createdAt = try members.string("created_at")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("id", id)
    writer.member("subject", subject)
    writer.member("documents", documents)
    writer.member("actions", actions)
    writer.member("valid_until", validUntil)
    writer.member("created_at", createdAt)
  }
}

/// One audit event with its place in the log.
public struct EventBody: WireObject, Equatable {
  /// The event's identifier.
  public var id: String

  /// The log that holds it.
  public var log: String

  /// Its place, from 0.
  public var index: Int64

  /// The leaf's bytes, JSON text, exactly as hashed.
  public var leaf: String

  /// Creates a body from its members.
  public init(
    id: String,
    log: String,
    index: Int64,
    leaf: String
  ) {
    self.id = id
    self.log = log
    self.index = index
    self.leaf = leaf
  }

  package init(members: JSONObject) throws(JSONError) {
    id = try members.requiredString("id")
    log = try members.requiredString("log")
    index = try members.requiredInteger("index")
    leaf = try members.requiredString("leaf")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("id", id)
    writer.member("log", log)
    writer.member("index", index)
    writer.member("leaf", leaf)
  }
}

/// The person behind a pseudonym of an audit log (`GET /v1/audit/people/{pseudonym}`).
public struct PersonBody: WireObject, Equatable {
  /// The pseudonym, as it stands in leaves.
  public var pseudonym: String

  /// The issuer that vouches for the subject.
  public var issuer: String

  /// The person's name at the issuer.
  public var subject: String

  /// Creates a body from its members.
  public init(pseudonym: String, issuer: String, subject: String) {
    self.pseudonym = pseudonym
    self.issuer = issuer
    self.subject = subject
  }

  package init(members: JSONObject) throws(JSONError) {
    pseudonym = try members.requiredString("pseudonym")
    issuer = try members.requiredString("issuer")
    subject = try members.requiredString("subject")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("pseudonym", pseudonym)
    writer.member("issuer", issuer)
    writer.member("subject", subject)
  }
}
