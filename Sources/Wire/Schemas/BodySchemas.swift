// All described bodies, and the policy, which travels both ways.

/// The descriptions, by their bodies.
package enum BodySchemas {
  /// Every one, in the order of `components/schemas`.
  package static let all: [BodySchema] = [
    documentRequest, documentChange, versionChange, document, version, receipt, removed, scan,
    upload, withdrawal, deletion, holdRequest, hold, recipient, linkRequest, presignedRequest,
    linkDocument, linkVersion, linkCreated, link, revocation, linkRevocationRequest,
    linkRevocation, residualExposure, presignedCreated, tenantRequest,
    tenant, grantRequest, grant, right, grantExplanation, lifetimeRequest, lifetime,
    retentionRequest, retention, brandRequest, brand, policyRequest, policy, policyRevision,
    tokenRequest, token,
    issuedToken, tokenRevocation, systemTokenRevocation, key, keyChange, event, person, erasure,
    problem,
  ]

  /// `PUT /v1/policy`.
  package static let policyRequest = BodySchema(
    "PolicyRequest", .request, PolicyBody.self,
    "What a tenant allows from now on; replaces the policy as a whole.",
    policyMembers(lifetimeRequest, retentionRequest, brandRequest, isAnswer: false))

  /// The policy of a tenant.
  package static let policy = BodySchema(
    "Policy", .answer, PolicyBody.self, "What a tenant allows.",
    policyMembers(lifetime, retention, brand, isAnswer: true))

  /// One change of a policy.
  package static let policyRevision = BodySchema(
    "PolicyRevision", .answer, PolicyRevisionBody.self, "One change of a policy.",
    [
      .optional(
        "changed_at", .moment, "When; absent for a policy from before there was a history."),
      .optional("changed_by", .text, "The subject that changed it, unless erased."),
      .optional("event_id", .id("evt"), "The audit event of the change."),
      .required("policy", .body(policy), "The policy that it put in place."),
    ])

  static let lifetimeRequest = BodySchema(
    "LifetimeRequest", .request, LifetimeBody.self, "Bounds of a lifetime in seconds.",
    lifetimeMembers)
  static let lifetime = BodySchema(
    "Lifetime", .answer, LifetimeBody.self, "Bounds of a lifetime in seconds.", lifetimeMembers)

  static let retentionRequest = BodySchema(
    "RetentionRequest", .request, RetentionBody.self,
    "Days of retention, counted from the newest version of a document.",
    [
      .required("days", days, "For types that are not named; 0 keeps nothing."),
      .optional("types", .map(.slug(64), days), "For the types that are named."),
    ])
  static let retention = BodySchema(
    "Retention", .answer, RetentionBody.self,
    "Days of retention, counted from the newest version of a document.",
    [
      .required("days", days, "For types that are not named; 0 keeps nothing."),
      .required("types", .map(.slug(64), days), "For the types that are named."),
    ])

  static let brandRequest = BodySchema(
    "BrandRequest", .request, BrandBody.self, brandSummary,
    brandMembers(
      TextForm(
        pattern:
          "^(sha256:[0-9a-f]{64}|data:image/(png|jpeg);base64,[A-Za-z0-9+/]{1,21848}={0,2})$",
        sample: "sha256:" + String(repeating: "0a", count: 32)),
      "The digest of the logo that there is, or a new one: PNG or JPEG of at most 16384 bytes and "
        + "1024 pixels a side, without metadata."))
  static let brand = BodySchema(
    "Brand", .answer, BrandBody.self, brandSummary,
    brandMembers(
      TextForm(
        pattern: "^sha256:[0-9a-f]{64}$", sample: "sha256:" + String(repeating: "0a", count: 32)),
      "The digest of the logo."))

  private static let brandSummary = "What the pages of a tenant's links look like."

  private static func brandMembers(_ logo: TextForm, _ note: String) -> [MemberSchema] {
    [
      .optional("name", .printable(200), "Who sends; the tenant's name if absent."),
      .optional(
        "colour", .text(TextForm(pattern: "^#[0-9A-Fa-f]{6}$", sample: "#0b5cad")),
        "The colour of the button; its words are white or black, as can be read."),
      .optional("logo", .text(logo), note),
    ]
  }

  private static let days = ValueSchema.integer(0...36_525)

  private static let lifetimeMembers: [MemberSchema] = [
    .required("min", .integer(1...604_800), "The least."),
    .required("default", .integer(1...604_800), "What holds when nothing is asked."),
    .required("max", .integer(1...604_800), "The most."),
  ]

  private static func policyMembers(
    _ lifetime: BodySchema, _ retention: BodySchema, _ brand: BodySchema, isAnswer: Bool
  ) -> [MemberSchema] {
    let inline = ValueSchema.list(.text(.mediaType), countMax: 64)
    let delivery = ValueSchema.words(["redirect", "proxy"])
    let deliveryNote =
      "How links deliver: by a redirect to the object store, or through the gateway."
    let inlineNote = "Media types that may be shown in the browser."
    return [
      .required("version", .count, "The number of this policy; a replacement is one more."),
      .required("link_seconds", .body(lifetime), "How long links live."),
      .required(
        "object_url_seconds", .integer(120...3600),
        "How long a presigned URL behind a link lives."),
      isAnswer
        ? .required("delivery", delivery, deliveryNote)
        : .optional("delivery", delivery, deliveryNote),
      .optional(
        "proxy_above_bytes", .integer(0...68_719_476_736),
        "The size above which browsers get the file through the gateway although links redirect."),
      .required("presigned_allowed", .truth, "Whether raw presigned URLs may be issued."),
      .required("presigned_seconds", .body(lifetime), "How long raw presigned URLs live."),
      .required(
        "landing", .words(["direct", "page", "auto"]), "What a GET does if nothing is asked."),
      .required(
        "downloads_max", .integer(1...1000), "The most downloads that a link may be limited to."),
      .required(
        "page_title", .truth, "Whether the landing page shows the document's title."),
      isAnswer
        ? .required("inline_types", inline, inlineNote)
        : .optional("inline_types", inline, inlineNote),
      .optional(
        "delivered_types", .list(.text(.mediaType), countMax: 64),
        "Media types that are accepted; all that can be scrubbed if absent."),
      .required("upload_bytes_max", .integer(1...68_719_476_736), "The most bytes of a version."),
      .required(
        "superseded_allowed", .truth, "Whether a pinned link may deliver a replaced version."),
      .required(
        "delete_withdrawn", .truth, "Whether the object of a withdrawn version is deleted."),
      .optional("retention", .body(retention), "How long documents must be kept."),
      .optional(
        "scrub", .map(.slug(64), .words(["refuse", "drop", "accept", "invoice", "keep"])),
        "Answers to scrub rules, such as `comments`, and the laxest that an upload may ask for; "
          + "`postern scrub --explain` tells what they are."),
      .optional("brand", .body(brand), "What the pages of links look like."),
    ]
  }
}
