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

  /// What it is about: a year, a month or a day such as `2026-11`.
  public var period: String?

  /// Creates a body from its members.
  public init(
    title: String,
    type: String? = nil,
    labels: [String]? = nil,
    period: String? = nil
  ) {
    self.title = title
    self.type = type
    self.labels = labels
    self.period = period
  }

  package init(members: JSONObject) throws(JSONError) {
    try members.allow(only: "title", "type", "labels", "period")
    title = try members.requiredString("title")
    type = try members.string("type")
    labels = try members.strings("labels")
    period = try members.string("period")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("title", title)
    writer.member("type", type)
    if let labels { writer.member("labels", labels) }
    writer.member("period", period)
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

  /// What it is about.
  public var period: String?

  /// 1, and one more with each change of title, type, labels or period.
  public var revision: Int64?

  /// When it was created, RFC 3339 in UTC.
  public var createdAt: String

  /// When it or its versions changed last.
  public var updatedAt: String

  /// The version that a new link would deliver.
  public var currentVersion: VersionBody?

  /// How often its versions were handed out; only where one document is shown.
  public var deliveries: Int64?

  /// When one of them was handed out last.
  public var lastDeliveryAt: String?

  /// The code of what keeps it from being deleted; for callers who may write documents.
  public var keptBy: String?

  /// Until when the retention keeps it.
  public var retainedUntil: String?

  /// Creates a body from its members.
  public init(
    id: String,
    title: String,
    type: String,
    labels: [String] = [],
    period: String? = nil,
    revision: Int64? = nil,
    createdAt: String,
    updatedAt: String,
    currentVersion: VersionBody? = nil
  ) {
    self.id = id
    self.title = title
    self.type = type
    self.labels = labels
    self.period = period
    self.revision = revision
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.currentVersion = currentVersion
  }

  package init(members: JSONObject) throws(JSONError) {
    id = try members.requiredString("id")
    title = try members.requiredString("title")
    type = try members.requiredString("type")
    labels = try members.strings("labels") ?? []
    period = try members.string("period")
    revision = try members.integer("revision")
    createdAt = try members.requiredString("created_at")
    updatedAt = try members.requiredString("updated_at")
    currentVersion = try members.body("current_version", as: VersionBody.self)
    deliveries = try members.integer("deliveries")
    lastDeliveryAt = try members.string("last_delivery_at")
    keptBy = try members.string("kept_by")
    retainedUntil = try members.string("retained_until")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("id", id)
    writer.member("title", title)
    writer.member("type", type)
    writer.member("labels", labels)
    writer.member("period", period)
    writer.member("revision", revision)
    writer.member("created_at", createdAt)
    writer.member("updated_at", updatedAt)
    writer.member("current_version", currentVersion)
    writer.member("deliveries", deliveries)
    writer.member("last_delivery_at", lastDeliveryAt)
    writer.member("kept_by", keptBy)
    writer.member("retained_until", retainedUntil)
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

  /// How long what was handed out before can still work: the longest of `residualExposure`.
  public var residualExposureSeconds: Int64

  /// The same for each way; absent in the answers of older servers.
  public var residualExposure: ResidualExposureBody?

  /// The audit event that recorded it.
  public var eventID: String?

  /// What became of the object: `deleted`, `waiting` to be, `retained` by a hold or the retention, or
  /// `kept` by policy; absent if the version was withdrawn before.
  public var object: String?

  /// Creates a body from its members.
  public init(
    withdrawnAt: String,
    residualExposureSeconds: Int64,
    residualExposure: ResidualExposureBody? = nil,
    eventID: String? = nil,
    object: String? = nil
  ) {
    self.object = object
    self.residualExposure = residualExposure
    self.withdrawnAt = withdrawnAt
    self.residualExposureSeconds = residualExposureSeconds
    self.eventID = eventID
  }

  package init(members: JSONObject) throws(JSONError) {
    withdrawnAt = try members.requiredString("withdrawn_at")
    residualExposureSeconds = try members.requiredInteger("residual_exposure_seconds")
    residualExposure = try members.body("residual_exposure", as: ResidualExposureBody.self)
    eventID = try members.string("event_id")
    object = try members.string("object")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("withdrawn_at", withdrawnAt)
    writer.member("residual_exposure_seconds", residualExposureSeconds)
    writer.member("residual_exposure", residualExposure)
    writer.member("event_id", eventID)
    writer.member("object", object)
  }
}
