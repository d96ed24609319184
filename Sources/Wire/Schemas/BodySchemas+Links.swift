// Links, presigned URLs and problems as `openapi.json` describes them.

extension BodySchemas {
  private static let seconds = ValueSchema.integer(1...604_800)
  private static let disposition = ValueSchema.words(["attachment", "inline"])
  private static let expiryReasons = ValueSchema.words([
    "asked", "policy-default", "policy-maximum", "policy-minimum", "version-validity",
    "grant-validity", "credential",
  ])

  /// The person that a service asks for.
  package static let recipient = BodySchema(
    "Recipient", .request, RecipientBody.self,
    "The person on whose behalf a service asks; needs the scope `links:delegate`.",
    [
      .required("id", .printable(255), "The person's identifier at the portal."),
      .optional(
        "roles", .list(.printable(64), countMax: 64), "The roles that grants may name."),
    ])

  /// `POST /v1/documents/{document}/links`.
  package static let linkRequest = BodySchema(
    "LinkRequest", .request, LinkRequestBody.self,
    "The wishes for a link; each absent member takes the tenant's default.",
    [
      .optional(
        "expires_in", seconds, "Seconds until the link ends; cut to the tenant's bounds."),
      .optional(
        "max_downloads", .integer(1...1000),
        "How often the link may be used; without a limit if absent."),
      .optional(
        "landing", .words(["direct", "page", "auto"]), "Whether GET redirects or shows a page."),
      .optional(
        "version",
        .text(
          TextForm(
            pattern: "^(current|ver_\(TextForm.idDigits))$", format: "version-choice",
            sample: "current")),
        "`current` or the identifier of a version."),
      .optional("disposition", disposition, "Whether the browser saves or shows the file."),
      .optional("filename", .text, "The name that the customer's browser proposes."),
      .optional("recipient", .body(recipient), "The person that the link is for."),
    ])

  /// `POST /v1/documents/{document}/presigned-urls`.
  package static let presignedRequest = BodySchema(
    "PresignedRequest", .request, PresignedRequestBody.self, "The wishes for a presigned URL.",
    [
      .optional("expires_in", seconds, "Seconds until it ends; cut to the tenant's bounds."),
      .optional("disposition", disposition, "Whether the browser saves or shows the file."),
      .optional("recipient", .body(recipient), "The person that it is for."),
    ])

  /// The document of a link.
  package static let linkDocument = BodySchema(
    "LinkDocument", .answer, LinkDocumentBody.self, "The document that a link leads to.",
    [
      .required("id", .id("doc"), "The document's identifier."),
      .required("title", .text, "The document's title."),
      .required("type", .slug(64), "The document's type, such as `invoice`."),
    ])

  /// The version of a link.
  package static let linkVersion = BodySchema(
    "LinkVersion", .answer, LinkVersionBody.self, "The version that a link delivers now.",
    [
      .required("id", .id("ver"), "The version's identifier."),
      .required("number", .count, "The version's number, from 1."),
      .required("filename", .text, "The proposed file name."),
      .required("media_type", .text(.mediaType), "The type that was found in the bytes."),
      .required("size", .count, "The size in bytes."),
      .required("sha256", .text(.sha256), "The SHA-256 of the delivered bytes."),
    ])

  /// A new link.
  package static let linkCreated = BodySchema(
    "LinkCreated", .answer, LinkCreatedBody.self,
    "A link that has just been made; the only answer that holds its URL.",
    [
      .required("id", .id("lnk"), "The link's identifier, for revocation and the log."),
      .required("url", .text, "The URL for the customer: a secret."),
      .required("expires_at", .moment, "When it ends."),
      .required("expires_reason", expiryReasons, "Which bound decided that."),
      .required("document", .body(linkDocument), "The document."),
      .required("version", .body(linkVersion), "The version."),
      .required("event_id", .id("evt"), "The audit event that recorded it."),
    ])

  /// A link.
  package static let link = BodySchema(
    "Link", .answer, LinkBody.self, "The state of a link, without its URL.",
    [
      .required("id", .id("lnk"), "The link's identifier."),
      .required("document_id", .id("doc"), "The document it leads to."),
      .required("state", .words(["live", "expired", "used-up", "revoked"]), "What it is now."),
      .required("landing", .words(["direct", "page"]), "Whether GET redirects or shows a page."),
      .required("created_at", .moment, "When it was made."),
      .required("expires_at", .moment, "When it ends."),
      .optional("uses_left", .count, "Uses that are left; absent if there is no limit."),
      .optional("revoked_at", .moment, "When it was revoked."),
      .optional("deliveries", .count, "How many presigned URLs it handed out."),
    ])

  /// A presigned URL.
  package static let presignedCreated = BodySchema(
    "PresignedCreated", .answer, PresignedCreatedBody.self,
    "A presigned URL; nobody can revoke it.",
    [
      .required("url", .text, "The store's URL: a secret."),
      .required("expires_at", .moment, "When it ends."),
      .required("expires_reason", expiryReasons, "Which bound decided that."),
      .required("revocable", .truth, "Always false."),
      .required("delivery_id", .id("dlv"), "The delivery's identifier in the log."),
      .required("version", .body(linkVersion), "The version."),
      .required("event_id", .id("evt"), "The audit event that recorded it."),
    ])

  /// Problem details (RFC 9457).
  package static let problem = BodySchema(
    "Problem", .answer, ProblemBody.self, "An error (RFC 9457).",
    [
      .required("type", .text, "The address of the explanation, `/problems/{code}`."),
      .required("title", .text, "The code in words."),
      .required("status", .integer(400...599), "The HTTP status."),
      .required(
        "code", .slug(64), "The stable code: what programs branch on."),
      .optional(
        "detail", .text,
        "What is wrong with this request; absent where telling would help an attacker."),
      .optional("instance", .text, "The request's identifier, as in `X-Request-Id`."),
      .optional(
        "reason", .text, "The code of a deeper reason, such as why a file was refused."),
    ])
}
