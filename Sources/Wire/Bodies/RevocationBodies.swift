// Taking links back: one, or all of a document, a subject, the tenant (`POST /v1/link-revocations`), and
// for how long what was handed out before still works.

package import JSONText

/// For how many seconds something can still be had after it was taken back, for each way to it.
public struct ResidualExposureBody: WireObject, Equatable {
  /// Through a link: always 0, since each redemption asks.
  public var link: Int64

  /// Through a presigned URL of the store: what is left of the life of the last one, rounded up.
  public var presignedURL: Int64

  /// Through a download by way of the gateway: 1 while one is under way, until it is cut, else 0.
  public var download: Int64

  /// Creates a body from its members.
  public init(link: Int64 = 0, presignedURL: Int64, download: Int64) {
    self.link = link
    self.presignedURL = presignedURL
    self.download = download
  }

  package init(members: JSONObject) throws(JSONError) {
    link = try members.requiredInteger("link")
    presignedURL = try members.requiredInteger("presigned_url")
    download = try members.requiredInteger("download")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("link", link)
    writer.member("presigned_url", presignedURL)
    writer.member("download", download)
  }
}

/// The answer to the revocation of one link.
public struct RevocationBody: WireObject, Equatable {
  /// When the link was revoked, RFC 3339 in UTC.
  public var revokedAt: String

  /// How long what was handed out before can still work: the longest of `residualExposure`.
  public var residualExposureSeconds: Int64

  /// The same for each way; absent in the answers of older servers.
  public var residualExposure: ResidualExposureBody?

  /// The audit event that recorded it; absent if it was revoked before.
  public var eventID: String?

  /// Creates a body from its members.
  public init(
    revokedAt: String,
    residualExposureSeconds: Int64,
    residualExposure: ResidualExposureBody? = nil,
    eventID: String? = nil
  ) {
    self.revokedAt = revokedAt
    self.residualExposureSeconds = residualExposureSeconds
    self.residualExposure = residualExposure
    self.eventID = eventID
  }

  package init(members: JSONObject) throws(JSONError) {
    revokedAt = try members.requiredString("revoked_at")
    residualExposureSeconds = try members.requiredInteger("residual_exposure_seconds")
    residualExposure = try members.body("residual_exposure", as: ResidualExposureBody.self)
    eventID = try members.string("event_id")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("revoked_at", revokedAt)
    writer.member("residual_exposure_seconds", residualExposureSeconds)
    writer.member("residual_exposure", residualExposure)
    writer.member("event_id", eventID)
  }
}

/// Which links to revoke: exactly one of the members.
public struct LinkRevocationRequestBody: WireObject, Equatable {
  /// The document, all links to which end.
  public var document: String?

  /// The subject, all links that hang on whose grants end.
  public var subject: String?

  /// True for all links of the tenant.
  public var all: Bool?

  private init(document: String?, subject: String?, all: Bool?) {
    self.document = document
    self.subject = subject
    self.all = all
  }

  /// All links to a document.
  public static func document(_ id: String) -> LinkRevocationRequestBody {
    LinkRevocationRequestBody(document: id, subject: nil, all: nil)
  }

  /// All links that hang on a subject's grants.
  public static func subject(_ name: String) -> LinkRevocationRequestBody {
    LinkRevocationRequestBody(document: nil, subject: name, all: nil)
  }

  /// All links of the tenant.
  public static let everything = LinkRevocationRequestBody(document: nil, subject: nil, all: true)

  package init(members: JSONObject) throws(JSONError) {
    try members.allow(only: "document", "subject", "all")
    guard members.names.count <= 1 else {
      throw JSONError(.wrongType, "document, subject and all exclude each other")
    }
    document = try members.string("document")
    subject = try members.string("subject")
    all = try members.bool("all")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("document", document)
    writer.member("subject", subject)
    writer.member("all", all)
  }
}

/// The answer to the revocation of many links.
public struct LinkRevocationBody: WireObject, Equatable {
  /// When they were revoked, RFC 3339 in UTC.
  public var revokedAt: String

  /// How many live links it ended; absent if the tenant issued more than a million lately.
  public var links: Int64?

  /// How long what was handed out before can still work: the longest of `residualExposure`.
  public var residualExposureSeconds: Int64

  /// The same for each way. Presigned URLs of the document, subject or tenant count that were handed
  /// out by themselves.
  public var residualExposure: ResidualExposureBody

  /// The audit event that recorded it.
  public var eventID: String

  /// Creates a body from its members.
  public init(
    revokedAt: String,
    links: Int64?,
    residualExposureSeconds: Int64,
    residualExposure: ResidualExposureBody,
    eventID: String
  ) {
    self.revokedAt = revokedAt
    self.links = links
    self.residualExposureSeconds = residualExposureSeconds
    self.residualExposure = residualExposure
    self.eventID = eventID
  }

  package init(members: JSONObject) throws(JSONError) {
    revokedAt = try members.requiredString("revoked_at")
    links = try members.integer("links")
    residualExposureSeconds = try members.requiredInteger("residual_exposure_seconds")
    residualExposure = try members.requiredBody(
      "residual_exposure", as: ResidualExposureBody.self)
    eventID = try members.requiredString("event_id")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("revoked_at", revokedAt)
    writer.member("links", links)
    writer.member("residual_exposure_seconds", residualExposureSeconds)
    writer.member("residual_exposure", residualExposure)
    writer.member("event_id", eventID)
  }
}
