// Raw presigned URLs (`POST /v1/documents/{id}/presigned-urls`).

package import JSONText

/// The wishes for a presigned URL.
public struct PresignedRequestBody: WireObject, Equatable {
  /// Seconds until it ends; cut to the tenant's bounds.
  public var expiresInSeconds: Int64?

  /// `attachment` or `inline`.
  public var disposition: String?

  /// The person that it is for.
  public var recipient: RecipientBody?

  /// Creates a body from its members.
  public init(
    expiresInSeconds: Int64? = nil,
    disposition: String? = nil,
    recipient: RecipientBody? = nil
  ) {
    self.expiresInSeconds = expiresInSeconds
    self.disposition = disposition
    self.recipient = recipient
  }

  package init(members: JSONObject) throws(JSONError) {
    try members.allow(only: "expires_in", "disposition", "recipient")
    expiresInSeconds = try members.integer("expires_in")
    disposition = try members.string("disposition")
    recipient = try members.body("recipient", as: RecipientBody.self)
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("expires_in", expiresInSeconds)
    writer.member("disposition", disposition)
    writer.member("recipient", recipient)
  }
}

/// A presigned URL; nobody can revoke it.
public struct PresignedCreatedBody: WireObject, Equatable {
  /// The store's URL: a secret.
  public var url: String

  /// When it ends, RFC 3339 in UTC.
  public var expiresAt: String

  /// Which bound decided.
  public var expiresReason: String

  /// Always false.
  public var isRevocable: Bool

  /// The delivery's identifier in the log.
  public var deliveryID: String

  /// The version.
  public var version: LinkVersionBody

  /// The audit event that recorded it.
  public var eventID: String

  /// Creates a body from its members.
  public init(
    url: String,
    expiresAt: String,
    expiresReason: String,
    isRevocable: Bool,
    deliveryID: String,
    version: LinkVersionBody,
    eventID: String
  ) {
    self.url = url
    self.expiresAt = expiresAt
    self.expiresReason = expiresReason
    self.isRevocable = isRevocable
    self.deliveryID = deliveryID
    self.version = version
    self.eventID = eventID
  }

  package init(members: JSONObject) throws(JSONError) {
    url = try members.requiredString("url")
    expiresAt = try members.requiredString("expires_at")
    expiresReason = try members.requiredString("expires_reason")
    isRevocable = try members.requiredBool("revocable")
    deliveryID = try members.requiredString("delivery_id")
    version = try members.requiredBody("version", as: LinkVersionBody.self)
    eventID = try members.requiredString("event_id")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("url", url)
    writer.member("expires_at", expiresAt)
    writer.member("expires_reason", expiresReason)
    writer.member("revocable", isRevocable)
    writer.member("delivery_id", deliveryID)
    writer.member("version", version)
    writer.member("event_id", eventID)
  }
}
