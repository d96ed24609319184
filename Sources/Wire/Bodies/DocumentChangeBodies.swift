// Changes of documents and versions, and what came of a deletion.

package import JSONText

/// Changes of a document (`PATCH /v1/documents/{id}`); what is absent stays as it is.
public struct DocumentChangeBody: WireObject, Equatable {
  /// The new title, 1 to 300 bytes.
  public var title: String?

  /// The new type.
  public var type: String?

  /// All labels from now on.
  public var labels: [String]?

  /// Labels to put on.
  public var addLabels: [String]?

  /// Labels to take off.
  public var removeLabels: [String]?

  /// The new period; an inner nothing (`null` in JSON) takes it away.
  public var period: String??

  /// The revision that the caller has seen; another one is refused as a conflict.
  public var revision: Int64?

  /// Creates a body from its members.
  public init(
    title: String? = nil, type: String? = nil, labels: [String]? = nil,
    addLabels: [String]? = nil, removeLabels: [String]? = nil, period: String?? = nil,
    revision: Int64? = nil
  ) {
    self.title = title
    self.type = type
    self.labels = labels
    self.addLabels = addLabels
    self.removeLabels = removeLabels
    self.period = period
    self.revision = revision
  }

  package init(members: JSONObject) throws(JSONError) {
    try members.allow(
      only: "title", "type", "labels", "add_labels", "remove_labels", "period", "revision")
    title = try members.string("title")
    type = try members.string("type")
    labels = try members.strings("labels")
    addLabels = try members.strings("add_labels")
    removeLabels = try members.strings("remove_labels")
    period = try members.removable("period")
    revision = try members.integer("revision")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("title", title)
    writer.member("type", type)
    if let labels { writer.member("labels", labels) }
    if let addLabels { writer.member("add_labels", addLabels) }
    if let removeLabels { writer.member("remove_labels", removeLabels) }
    writer.member("period", removable: period)
    writer.member("revision", revision)
  }
}

/// Another validity of a version (`PATCH /v1/documents/{id}/versions/{v}`).
public struct VersionChangeBody: WireObject, Equatable {
  /// From when it may be delivered; as it is if absent.
  public var validFrom: String?

  /// Until when it may be delivered; as it is if absent, without end for `null`.
  public var validUntil: String??

  /// Creates a body from its members.
  public init(validFrom: String? = nil, validUntil: String?? = nil) {
    self.validFrom = validFrom
    self.validUntil = validUntil
  }

  package init(members: JSONObject) throws(JSONError) {
    try members.allow(only: "valid_from", "valid_until")
    validFrom = try members.string("valid_from")
    validUntil = try members.removable("valid_until")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("valid_from", validFrom)
    writer.member("valid_until", removable: validUntil)
  }
}

/// The answer to a deletion.
public struct DeletionBody: WireObject, Equatable {
  /// When the document was deleted.
  public var deletedAt: String

  /// How many objects are being deleted from the store.
  public var objects: Int64

  /// How long what was handed out before can still work if its object is not gone before: the longest
  /// of `residualExposure`.
  public var residualExposureSeconds: Int64

  /// The same for each way; absent in the answers of older servers.
  public var residualExposure: ResidualExposureBody?

  /// The audit event that recorded it.
  public var eventID: String?

  /// Creates a body from its members.
  public init(
    deletedAt: String, objects: Int64, residualExposureSeconds: Int64,
    residualExposure: ResidualExposureBody? = nil, eventID: String? = nil
  ) {
    self.residualExposure = residualExposure
    self.deletedAt = deletedAt
    self.objects = objects
    self.residualExposureSeconds = residualExposureSeconds
    self.eventID = eventID
  }

  package init(members: JSONObject) throws(JSONError) {
    deletedAt = try members.requiredString("deleted_at")
    objects = try members.requiredInteger("objects")
    residualExposureSeconds = try members.requiredInteger("residual_exposure_seconds")
    residualExposure = try members.body("residual_exposure", as: ResidualExposureBody.self)
    eventID = try members.string("event_id")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("deleted_at", deletedAt)
    writer.member("objects", objects)
    writer.member("residual_exposure_seconds", residualExposureSeconds)
    writer.member("residual_exposure", residualExposure)
    writer.member("event_id", eventID)
  }
}

extension JSONObject {
  /// Reads a text that `null` takes away: an outer nothing if the member is absent.
  fileprivate func removable(_ name: String) throws(JSONError) -> String?? {
    guard let value = self[name] else { return nil }
    if value.isNull { return .some(nil) }
    return .some(try requiredString(name))
  }
}

extension JSONWriter {
  fileprivate mutating func member(_ name: String, removable text: String??) {
    guard let text else { return }
    if let text {
      member(name, text)
    } else {
      key(name)
      null()
    }
  }
}
