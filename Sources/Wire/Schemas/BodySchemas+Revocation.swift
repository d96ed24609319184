// Taking links back, as `openapi.json` describes it.

extension BodySchemas {
  /// For how long something can still be had.
  package static let residualExposure = BodySchema(
    "ResidualExposure", .answer, ResidualExposureBody.self,
    "For how many seconds something can still be had after it was taken back, for each way to it.",
    [
      .required("link", .count, "Through a link: always 0, since each redemption asks."),
      .required(
        "presigned_url", .count,
        "Through a presigned URL: what is left of the life of the last one, rounded up."),
      .required(
        "download", .integer(0...1),
        "Through a download by way of the gateway: 1 while one is under way, until it is cut."),
    ])

  /// The number and the object that answers to a revocation, a withdrawal and a deletion have.
  static let exposures: [MemberSchema] = [
    .required(
      "residual_exposure_seconds", .count,
      "How long what was handed out before can still work: the longest of `residual_exposure`."),
    .optional("residual_exposure", .body(residualExposure), "The same for each way."),
  ]

  /// The answer to a revocation.
  package static let revocation = BodySchema(
    "Revocation", .answer, RevocationBody.self, "The answer to a revocation.",
    [.required("revoked_at", .moment, "When the link was revoked.")] + exposures + [
      .optional(
        "event_id", .id("evt"),
        "The audit event that recorded it; absent if it was revoked before.")
    ])

  /// `POST /v1/link-revocations`.
  package static let linkRevocationRequest = BodySchema(
    "LinkRevocationRequest", .request, LinkRevocationRequestBody.self,
    "Which links to revoke: exactly one of the members.",
    [
      .optional("document", .id("doc"), "All links to this document."),
      .optional(
        "subject", .printable(255),
        "All links that hang on this subject's grants: issued for it, or by it for itself."),
      .optional("all", .affirmation, "All links of the tenant."),
    ], forms: [["document"], ["subject"], ["all"]])

  /// The answer to the revocation of many links.
  package static let linkRevocation = BodySchema(
    "LinkRevocation", .answer, LinkRevocationBody.self,
    "The answer to the revocation of many links.",
    [
      .required("revoked_at", .moment, "When they were revoked."),
      .optional(
        "links", .count,
        "How many live links it ended; absent if the tenant issued more than a million lately."),
      .required(
        "residual_exposure_seconds", .count,
        "How long what was handed out before can still work: the longest of `residual_exposure`."),
      .required(
        "residual_exposure", .body(residualExposure),
        "The same for each way, presigned URLs that were handed out by themselves included."),
      .required("event_id", .id("evt"), "The audit event that recorded it."),
    ])
}
