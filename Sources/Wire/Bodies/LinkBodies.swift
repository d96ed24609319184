// Links: asking for one, and what comes back (`POST /v1/documents/{id}/links`).

package import JSONText

/// The person on whose behalf a service asks; needs the scope `links:delegate`.
public struct RecipientBody: WireObject, Equatable {
  /// The person's identifier at the portal, 1 to 256 bytes; kept as a pseudonym in the log.
  public var id: String

  /// The roles that grants may name.
  public var roles: [String]?

  /// Creates a body from its members.
  public init(
    id: String,
    roles: [String]? = nil
  ) {
    self.id = id
    self.roles = roles
  }

  package init(members: JSONObject) throws(JSONError) {
    try members.allow(only: "id", "roles")
    id = try members.requiredString("id")
    roles = try members.strings("roles")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("id", id)
    if let roles { writer.member("roles", roles) }
  }
}

/// The wishes for a link; each absent member takes the tenant's default.
public struct LinkRequestBody: WireObject, Equatable {
  /// Seconds until the link ends; cut to the tenant's bounds.
  public var expiresInSeconds: Int64?

  /// How often the link may be used, 1 to 1000; unlimited if absent.
  public var downloadsMax: Int64?

  /// `direct`, `page` or `auto`: whether GET redirects or shows a page.
  public var landing: String?

  /// `current` or the identifier of a version.
  public var version: String?

  /// `attachment` or `inline`.
  public var disposition: String?

  /// The name that the customer's browser proposes.
  public var filename: String?

  /// The person that the link is for.
  public var recipient: RecipientBody?

  /// Creates a body from its members.
  public init(
    expiresInSeconds: Int64? = nil,
    downloadsMax: Int64? = nil,
    landing: String? = nil,
    version: String? = nil,
    disposition: String? = nil,
    filename: String? = nil,
    recipient: RecipientBody? = nil
  ) {
    self.expiresInSeconds = expiresInSeconds
    self.downloadsMax = downloadsMax
    self.landing = landing
    self.version = version
    self.disposition = disposition
    self.filename = filename
    self.recipient = recipient
  }

  package init(members: JSONObject) throws(JSONError) {
    try members.allow(
      only: "expires_in", "max_downloads", "landing", "version", "disposition", "filename",
      "recipient")
    expiresInSeconds = try members.integer("expires_in")
    downloadsMax = try members.integer("max_downloads")
    landing = try members.string("landing")
    version = try members.string("version")
    disposition = try members.string("disposition")
    filename = try members.string("filename")
    recipient = try members.body("recipient", as: RecipientBody.self)
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("expires_in", expiresInSeconds)
    writer.member("max_downloads", downloadsMax)
    writer.member("landing", landing)
    writer.member("version", version)
    writer.member("disposition", disposition)
    writer.member("filename", filename)
    writer.member("recipient", recipient)
  }
}

/// The document that a link leads to.
public struct LinkDocumentBody: WireObject, Equatable {
  /// The document's identifier.
  public var id: String

  /// The document's title.
  public var title: String

  /// The document's type, such as `invoice`.
  public var type: String

  /// Creates a body from its members.
  public init(
    id: String,
    title: String,
    type: String
  ) {
    self.id = id
    self.title = title
    self.type = type
  }

  package init(members: JSONObject) throws(JSONError) {
    id = try members.requiredString("id")
    title = try members.requiredString("title")
    type = try members.requiredString("type")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("id", id)
    writer.member("title", title)
    writer.member("type", type)
  }
}

/// The version that a link delivers now.
public struct LinkVersionBody: WireObject, Equatable {
  /// The version's identifier.
  public var id: String

  /// The version's number, from 1.
  public var number: Int64

  /// The proposed file name.
  public var filename: String

  /// The type that was found in the bytes.
  public var mediaType: String

  /// The size in bytes.
  public var size: Int64

  /// The SHA-256 of the delivered bytes in lower-case hexadecimal.
  public var sha256: String

  /// Creates a body from its members.
  public init(
    id: String,
    number: Int64,
    filename: String,
    mediaType: String,
    size: Int64,
    sha256: String
  ) {
    self.id = id
    self.number = number
    self.filename = filename
    self.mediaType = mediaType
    self.size = size
    self.sha256 = sha256
  }

  package init(members: JSONObject) throws(JSONError) {
    id = try members.requiredString("id")
    number = try members.requiredInteger("number")
    filename = try members.requiredString("filename")
    mediaType = try members.requiredString("media_type")
    size = try members.requiredInteger("size")
    sha256 = try members.requiredString("sha256")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("id", id)
    writer.member("number", number)
    writer.member("filename", filename)
    writer.member("media_type", mediaType)
    writer.member("size", size)
    writer.member("sha256", sha256)
  }
}

/// A link that has just been made; the only answer that holds its URL.
public struct LinkCreatedBody: WireObject, Equatable {
  /// The link's identifier, for revocation and the log.
  public var id: String

  /// The URL for the customer: a secret.
  public var url: String

  /// When it ends, RFC 3339 in UTC.
  public var expiresAt: String

  /// Which bound decided: `requested`, `default`, `policy-minimum`, `policy-maximum`, ...
  public var expiresReason: String

  /// The document.
  public var document: LinkDocumentBody

  /// The version.
  public var version: LinkVersionBody

  /// The audit event that recorded it.
  public var eventID: String

  /// Creates a body from its members.
  public init(
    id: String,
    url: String,
    expiresAt: String,
    expiresReason: String,
    document: LinkDocumentBody,
    version: LinkVersionBody,
    eventID: String
  ) {
    self.id = id
    self.url = url
    self.expiresAt = expiresAt
    self.expiresReason = expiresReason
    self.document = document
    self.version = version
    self.eventID = eventID
  }

  package init(members: JSONObject) throws(JSONError) {
    id = try members.requiredString("id")
    url = try members.requiredString("url")
    expiresAt = try members.requiredString("expires_at")
    expiresReason = try members.requiredString("expires_reason")
    document = try members.requiredBody("document", as: LinkDocumentBody.self)
    version = try members.requiredBody("version", as: LinkVersionBody.self)
    eventID = try members.requiredString("event_id")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("id", id)
    writer.member("url", url)
    writer.member("expires_at", expiresAt)
    writer.member("expires_reason", expiresReason)
    writer.member("document", document)
    writer.member("version", version)
    writer.member("event_id", eventID)
  }
}

/// The state of a link, without its URL.
public struct LinkBody: WireObject, Equatable {
  /// The link's identifier.
  public var id: String

  /// The document it leads to.
  public var documentID: String

  /// `live`, `expired`, `used-up` or `revoked`.
  public var state: String

  /// `direct` or `page`.
  public var landing: String

  /// When it was made, RFC 3339 in UTC.
  public var createdAt: String

  /// When it ends, RFC 3339 in UTC.
  public var expiresAt: String

  /// Uses that are left; absent if unlimited.
  public var usesLeft: Int64?

  /// When it was revoked.
  public var revokedAt: String?

  /// How many presigned URLs it handed out, for resumed downloads too.
  public var deliveries: Int64?

  /// Creates a body from its members.
  public init(
    id: String,
    documentID: String,
    state: String,
    landing: String,
    createdAt: String,
    expiresAt: String,
    usesLeft: Int64? = nil,
    revokedAt: String? = nil,
    deliveries: Int64? = nil
  ) {
    self.id = id
    self.documentID = documentID
    self.state = state
    self.landing = landing
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.usesLeft = usesLeft
    self.revokedAt = revokedAt
    self.deliveries = deliveries
  }

  package init(members: JSONObject) throws(JSONError) {
    id = try members.requiredString("id")
    documentID = try members.requiredString("document_id")
    state = try members.requiredString("state")
    landing = try members.requiredString("landing")
    createdAt = try members.requiredString("created_at")
    expiresAt = try members.requiredString("expires_at")
    usesLeft = try members.integer("uses_left")
    revokedAt = try members.string("revoked_at")
    deliveries = try members.integer("deliveries")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("id", id)
    writer.member("document_id", documentID)
    writer.member("state", state)
    writer.member("landing", landing)
    writer.member("created_at", createdAt)
    writer.member("expires_at", expiresAt)
    writer.member("uses_left", usesLeft)
    writer.member("revoked_at", revokedAt)
    writer.member("deliveries", deliveries)
  }
}
