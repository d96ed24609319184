// Tokens of the local issuer and the end of tokens (`/v1/tenants/{tenant}/tokens`).

package import JSONText

/// A token of the local issuer (operator only).
public struct TokenRequestBody: WireObject, Equatable {
  /// Who will use it.
  public var subject: String

  /// What it may do.
  public var scopes: [String]

  /// Roles for grants.
  public var roles: [String]?

  /// Seconds until it ends.
  public var expiresInSeconds: Int64?

  /// Creates a body from its members.
  public init(
    subject: String,
    scopes: [String] = [],
    roles: [String]? = nil,
    expiresInSeconds: Int64? = nil
  ) {
    self.subject = subject
    self.scopes = scopes
    self.roles = roles
    self.expiresInSeconds = expiresInSeconds
  }

  package init(members: JSONObject) throws(JSONError) {
    try members.allow(only: "subject", "scopes", "roles", "expires_in")
    subject = try members.requiredString("subject")
    scopes = try members.requiredStrings("scopes")
    roles = try members.strings("roles")
    expiresInSeconds = try members.integer("expires_in")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("subject", subject)
    writer.member("scopes", scopes)
    if let roles { writer.member("roles", roles) }
    writer.member("expires_in", expiresInSeconds)
  }
}

/// A token that has just been issued: a secret.
public struct TokenBody: WireObject, Equatable {
  /// The compact JWS.
  public var token: String

  /// Its identifier, for revocation.
  public var id: String

  /// When it ends.
  public var expiresAt: String

  /// Creates a body from its members.
  public init(
    token: String,
    id: String,
    expiresAt: String
  ) {
    self.token = token
    self.id = id
    self.expiresAt = expiresAt
  }

  package init(members: JSONObject) throws(JSONError) {
    token = try members.requiredString("token")
    id = try members.requiredString("jti")
    expiresAt = try members.requiredString("expires_at")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("token", token)
    writer.member("jti", id)
    writer.member("expires_at", expiresAt)
  }
}

/// Ends tokens before their time: one by `jti`, those of a `subject`, or all of an issuer.
public struct TokenRevocationBody: WireObject, Equatable {
  /// The identifier of one token.
  public var id: String?

  /// Whose tokens; not beside `jti`.
  public var subject: String?

  /// Their issuer; the local one if absent, but it must be named to end all of an issuer's tokens.
  public var issuer: String?

  /// Tokens issued up to this moment; up to now if absent. Not beside `jti`.
  public var issuedBefore: String?

  /// When the one token would have ended; the entry is dropped then.
  public var expiresAt: String?

  /// Creates a body from its members.
  public init(
    id: String? = nil,
    subject: String? = nil,
    issuer: String? = nil,
    issuedBefore: String? = nil,
    expiresAt: String? = nil
  ) {
    self.id = id
    self.subject = subject
    self.issuer = issuer
    self.issuedBefore = issuedBefore
    self.expiresAt = expiresAt
  }

  package init(members: JSONObject) throws(JSONError) {
    try members.allow(only: "jti", "subject", "issuer", "issued_before", "expires_at")
    id = try members.string("jti")
    subject = try members.string("subject")
    issuer = try members.string("issuer")
    issuedBefore = try members.string("issued_before")
    expiresAt = try members.string("expires_at")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("jti", id)
    writer.member("subject", subject)
    writer.member("issuer", issuer)
    writer.member("issued_before", issuedBefore)
    writer.member("expires_at", expiresAt)
  }
}

/// A token that was issued; the token itself is kept nowhere.
public struct IssuedTokenBody: WireObject, Equatable {
  /// Its identifier, for revocation.
  public var id: String

  /// Who uses it.
  public var subject: String

  /// What it may do.
  public var scopes: [String]

  /// Roles for grants.
  public var roles: [String]

  /// When it was issued.
  public var issuedAt: String

  /// When it ends.
  public var expiresAt: String

  /// `active`, `revoked` or `expired`.
  public var state: String

  /// Creates a body from its members.
  public init(
    id: String,
    subject: String,
    scopes: [String],
    roles: [String],
    issuedAt: String,
    expiresAt: String,
    state: String
  ) {
    self.id = id
    self.subject = subject
    self.scopes = scopes
    self.roles = roles
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
    self.state = state
  }

  package init(members: JSONObject) throws(JSONError) {
    id = try members.requiredString("jti")
    subject = try members.requiredString("subject")
    scopes = try members.strings("scopes") ?? []
    roles = try members.strings("roles") ?? []
    issuedAt = try members.requiredString("issued_at")
    expiresAt = try members.requiredString("expires_at")
    state = try members.requiredString("state")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("jti", id)
    writer.member("subject", subject)
    writer.member("scopes", scopes)
    writer.member("roles", roles)
    writer.member("issued_at", issuedAt)
    writer.member("expires_at", expiresAt)
    writer.member("state", state)
  }
}
