// Documents and their versions.

package import JSONText

/// A new document (`POST /v1/documents`).
public struct DocumentRequestBody: WireObject, Equatable {
  /// What people call it, 1 to 300 bytes.
  public var title: String

  /// A word such as `invoice`; `document` if absent.
  public var type: String?

  /// Words that grants and searches may name, at most 32.
  public var labels: [String]?

  /// Creates a body from its members.
  public init(
    title: String,
    type: String? = nil,
    labels: [String]? = nil
  ) {
    self.title = title
    self.type = type
    self.labels = labels
  }

  package init(members: JSONObject) throws(JSONError) {
    try members.allow(only: "title", "type", "labels")
    title = try members.requiredString("title")
    type = try members.string("type")
    labels = try members.strings("labels")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("title", title)
    writer.member("type", type)
    if let labels { writer.member("labels", labels) }
  }
}

/// A document as its readers see it.
public struct DocumentBody: WireObject, Equatable {
  /// The document's identifier.
  public var id: String

  /// Its title.
  public var title: String

  /// Its type.
  public var type: String

  /// Its labels.
  public var labels: [String]

  /// When it was created, RFC 3339 in UTC.
  public var createdAt: String

  /// When it or its versions changed last.
  public var updatedAt: String

  /// The version that a new link would deliver.
  public var currentVersion: VersionBody?

  /// Creates a body from its members.
  public init(
    id: String,
    title: String,
    type: String,
    labels: [String] = [],
    createdAt: String,
    updatedAt: String,
    currentVersion: VersionBody? = nil
  ) {
    self.id = id
    self.title = title
    self.type = type
    self.labels = labels
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.currentVersion = currentVersion
  }

  package init(members: JSONObject) throws(JSONError) {
    id = try members.requiredString("id")
    title = try members.requiredString("title")
    type = try members.requiredString("type")
    labels = try members.strings("labels") ?? []
    createdAt = try members.requiredString("created_at")
    updatedAt = try members.requiredString("updated_at")
    currentVersion = try members.body("current_version", as: VersionBody.self)
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("id", id)
    writer.member("title", title)
    writer.member("type", type)
    writer.member("labels", labels)
    writer.member("created_at", createdAt)
    writer.member("updated_at", updatedAt)
    writer.member("current_version", currentVersion)
  }
}

/// One immutable content of a document.
public struct VersionBody: WireObject, Equatable {
  /// The version's identifier.
  public var id: String

  /// Its number, from 1.
  public var number: Int64

  /// `ready`, `refused`, `withdrawn`, or an upload's state.
  public var state: String

  /// The proposed file name.
  public var filename: String

  /// The type that was found in the bytes.
  public var mediaType: String?

  /// The size in bytes.
  public var size: Int64?

  /// The SHA-256 of the delivered bytes.
  public var sha256: String?

  /// When it was published.
  public var createdAt: String

  /// The pseudonym of who released it.
  public var releasedBy: String?

  /// From when it may be delivered.
  public var validFrom: String?

  /// Until when it may be delivered.
  public var validUntil: String?

  /// The version that replaced it.
  public var replacedBy: String?

  /// What the scrubber removed.
  public var receipt: ReceiptBody?

  /// Creates a body from its members.
  public init(
    id: String,
    number: Int64,
    state: String,
    filename: String,
    mediaType: String? = nil,
    size: Int64? = nil,
    sha256: String? = nil,
    createdAt: String,
    releasedBy: String? = nil,
    validFrom: String? = nil,
    validUntil: String? = nil,
    replacedBy: String? = nil,
    receipt: ReceiptBody? = nil
  ) {
    self.id = id
    self.number = number
    self.state = state
    self.filename = filename
    self.mediaType = mediaType
    self.size = size
    self.sha256 = sha256
    self.createdAt = createdAt
    self.releasedBy = releasedBy
    self.validFrom = validFrom
    self.validUntil = validUntil
    self.replacedBy = replacedBy
    self.receipt = receipt
  }

  package init(members: JSONObject) throws(JSONError) {
    id = try members.requiredString("id")
    number = try members.requiredInteger("number")
    state = try members.requiredString("state")
    filename = try members.requiredString("filename")
    mediaType = try members.string("media_type")
    size = try members.integer("size")
    sha256 = try members.string("sha256")
    createdAt = try members.requiredString("created_at")
    releasedBy = try members.string("released_by")
    validFrom = try members.string("valid_from")
    validUntil = try members.string("valid_until")
    replacedBy = try members.string("replaced_by")
    receipt = try members.body("receipt", as: ReceiptBody.self)
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("id", id)
    writer.member("number", number)
    writer.member("state", state)
    writer.member("filename", filename)
    writer.member("media_type", mediaType)
    writer.member("size", size)
    writer.member("sha256", sha256)
    writer.member("created_at", createdAt)
    writer.member("released_by", releasedBy)
    writer.member("valid_from", validFrom)
    writer.member("valid_until", validUntil)
    writer.member("replaced_by", replacedBy)
    writer.member("receipt", receipt)
  }
}

/// One class of metadata that was removed.
public struct RemovedBody: WireObject, Equatable {
  /// The class, such as `exif` or `xmp`.
  public var name: String

  /// How many carriers of it.
  public var count: Int64

  /// Creates a body from its members.
  public init(
    name: String,
    count: Int64
  ) {
    self.name = name
    self.count = count
  }

  package init(members: JSONObject) throws(JSONError) {
    name = try members.requiredString("class")
    count = try members.requiredInteger("count")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("class", name)
    writer.member("count", count)
  }
}

/// What the scrubber did to a file.
public struct ReceiptBody: WireObject, Equatable {
  /// The SHA-256 of the uploaded bytes.
  public var sha256Before: String

  /// The SHA-256 of the stored bytes.
  public var sha256After: String

  /// The name of the scrubbing policy.
  public var policy: String

  /// The scrubber and its release.
  public var tool: String

  /// Classes and counts; never values.
  public var removed: [RemovedBody]

  /// Creates a body from its members.
  public init(
    sha256Before: String,
    sha256After: String,
    policy: String,
    tool: String,
    removed: [RemovedBody] = []
  ) {
    self.sha256Before = sha256Before
    self.sha256After = sha256After
    self.policy = policy
    self.tool = tool
    self.removed = removed
  }

  package init(members: JSONObject) throws(JSONError) {
    sha256Before = try members.requiredString("sha256_before")
    sha256After = try members.requiredString("sha256_after")
    policy = try members.requiredString("policy")
    tool = try members.requiredString("tool")
    removed = try members.bodies("removed", as: RemovedBody.self)
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("sha256_before", sha256Before)
    writer.member("sha256_after", sha256After)
    writer.member("policy", policy)
    writer.member("tool", tool)
    writer.member("removed", removed)
  }
}

/// How far an upload is (`GET /v1/uploads/{id}`).
public struct UploadBody: WireObject, Equatable {
  /// The upload's identifier.
  public var id: String

  /// The document it is for.
  public var documentID: String

  /// `received`, `scrubbing`, `scanning`, `ready` or `refused`.
  public var state: String

  /// The code of a refusal.
  public var reason: String?

  /// The version, once ready.
  public var version: VersionBody?

  /// The audit event that recorded the outcome.
  public var eventID: String?

  /// Creates a body from its members.
  public init(
    id: String,
    documentID: String,
    state: String,
    reason: String? = nil,
    version: VersionBody? = nil,
    eventID: String? = nil
  ) {
    self.id = id
    self.documentID = documentID
    self.state = state
    self.reason = reason
    self.version = version
    self.eventID = eventID
  }

  package init(members: JSONObject) throws(JSONError) {
    id = try members.requiredString("id")
    documentID = try members.requiredString("document_id")
    state = try members.requiredString("state")
    reason = try members.string("reason")
    version = try members.body("version", as: VersionBody.self)
    eventID = try members.string("event_id")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("id", id)
    writer.member("document_id", documentID)
    writer.member("state", state)
    writer.member("reason", reason)
    writer.member("version", version)
    writer.member("event_id", eventID)
  }
}

/// The answer to a withdrawal.
public struct WithdrawalBody: WireObject, Equatable {
  /// When the version was withdrawn.
  public var withdrawnAt: String

  /// How long a presigned URL can still work.
  public var residualExposureSeconds: Int64

  /// The audit event that recorded it.
  public var eventID: String?

  /// Creates a body from its members.
  public init(
    withdrawnAt: String,
    residualExposureSeconds: Int64,
    eventID: String? = nil
  ) {
    self.withdrawnAt = withdrawnAt
    self.residualExposureSeconds = residualExposureSeconds
    self.eventID = eventID
  }

  package init(members: JSONObject) throws(JSONError) {
    withdrawnAt = try members.requiredString("withdrawn_at")
    residualExposureSeconds = try members.requiredInteger("residual_exposure_seconds")
    eventID = try members.string("event_id")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("withdrawn_at", withdrawnAt)
    writer.member("residual_exposure_seconds", residualExposureSeconds)
    writer.member("event_id", eventID)
  }
}
