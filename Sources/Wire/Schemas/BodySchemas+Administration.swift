// Tenants, grants, policies, tokens, keys and audit events as `openapi.json` describes them.

extension BodySchemas {
  private static let holder = TextForm(
    pattern: "^(everyone|(role|user):[\\s\\S]+)$", format: "grant-subject", sample: "role:auditor")
  private static let reach = TextForm(
    pattern:
      "^(all|(type|label):[a-z0-9][a-z0-9-]{0,63}|doc_\(TextForm.idDigits))$",
    format: "grant-documents", sample: "label:site-photo")
  private static let actions = ValueSchema.list(
    .words(["read", "issue", "write"]), countMin: 1, countMax: nil)

  /// `POST /v1/tenants`.
  package static let tenantRequest = BodySchema(
    "TenantRequest", .request, TenantBody.self, "A new tenant.",
    [
      .required("id", .slug(63), "The tenant's name."),
      .optional("title", .printable(200), "What people call it; its name if absent."),
    ])

  /// A tenant.
  package static let tenant = BodySchema(
    "Tenant", .answer, TenantBody.self, "A tenant.",
    [
      .required("id", .slug(63), "The tenant's name."),
      .optional("title", .text, "What people call it."),
      .optional("created_at", .moment, "When it was created."),
    ])

  /// `POST /v1/grants`.
  package static let grantRequest = BodySchema(
    "GrantRequest", .request, GrantBody.self, "Who may do what to which documents.",
    [
      .required("subject", .text(holder), "`everyone`, `role:NAME` or `user:NAME`."),
      .required(
        "documents", .text(reach), "`all`, `type:NAME`, `label:NAME` or a document's identifier."),
      .required("actions", actions, "What is allowed; at least one."),
      .optional("valid_until", .moment, "When it ends."),
    ])

  /// A grant.
  package static let grant = BodySchema(
    "Grant", .answer, GrantBody.self, "Who may do what to which documents.",
    [
      .optional("id", .id("grt"), "The grant's identifier."),
      .required("subject", .text(holder), "`everyone`, `role:NAME` or `user:NAME`."),
      .required(
        "documents", .text(reach), "`all`, `type:NAME`, `label:NAME` or a document's identifier."),
      .required("actions", actions, "What is allowed."),
      .optional("valid_until", .moment, "When it ends."),
      .optional("created_at", .moment, "When it was given."),
    ])

  /// One right of an explanation.
  package static let right = BodySchema(
    "Right", .answer, RightBody.self, "What a holder may do to a document, and why.",
    [
      .required("action", .words(["read", "issue", "write"]), "What."),
      .required("allowed", .truth, "Whether a grant allows it now."),
      .optional("grant_id", .id("grt"), "The grant, of several the one that is valid longest."),
      .optional("valid_until", .moment, "When that one ends."),
    ])

  /// `GET /v1/grants/explanation`.
  package static let grantExplanation = BodySchema(
    "GrantExplanation", .answer, GrantExplanationBody.self, "Who may do what to one document.",
    [
      .required("document", .body(linkDocument), "The document."),
      .required("at", .moment, "The moment of the answer."),
      .required(
        "rights", .list(.body(right), countMax: nil),
        "What the named holder may do; empty if nobody was named."),
      .required(
        "grants", .list(.body(grant), countMax: nil),
        "The grants that reach the document: the holder's, or everybody's; expired ones too."),
      .required("cut", .truth, "Whether there are more grants than are listed."),
    ])

  /// One audit event.
  package static let event = BodySchema(
    "Event", .answer, EventBody.self, "One audit event with its place in the log.",
    [
      .required("id", .id("evt"), "The event's identifier."),
      .required("log", .text, "The log that holds it."),
      .required("index", .count, "Its place, from 0."),
      .required("leaf", .text, "The leaf's bytes, JSON text, exactly as hashed."),
    ])

  /// The person behind a pseudonym.
  package static let person = BodySchema(
    "Person", .answer, PersonBody.self, "The person behind a pseudonym of an audit log.",
    [
      .required("pseudonym", .text, "The pseudonym, as it stands in leaves."),
      .required("issuer", .text, "The issuer that vouches for the subject."),
      .required("subject", .text, "The person's name at the issuer."),
    ])

  /// What was erased of a person.
  package static let erasure = BodySchema(
    "Erasure", .answer, ErasureBody.self, "One step of an erasure.",
    [
      .required("erased", .count, "The events whose personal data was erased by this step."),
      .required("complete", .truth, "Whether nothing is left; otherwise repeat the request."),
      .required("event_id", .id("evt"), "The audit event that says so."),
    ])

  /// `POST /v1/tenants/{tenant}/tokens`.
  package static let tokenRequest = BodySchema(
    "TokenRequest", .request, TokenRequestBody.self, "A token of the local issuer.",
    [
      .required("subject", .printable(255), "Who will use it."),
      .required(
        "scopes",
        .list(
          .words([
            "documents:read", "links:create", "presigned:create", "links:revoke",
            "links:delegate", "documents:write", "audit:read", "tenant:admin",
          ]), countMin: 1, countMax: nil), "What it may do; at least one."),
      .optional("roles", .list(.printable(64), countMax: 64), "Roles for grants."),
      .optional(
        "expires_in", .integer(1...31_622_400), "Seconds until it ends; 3600 if absent."),
    ])

  /// A new token.
  package static let token = BodySchema(
    "Token", .answer, TokenBody.self, "A token that has just been issued: a secret.",
    [
      .required("token", .text, "The compact JWS."),
      .required("jti", .id("tok"), "Its identifier, for revocation."),
      .required("expires_at", .moment, "When it ends."),
    ])

  /// A token of the list.
  package static let issuedToken = BodySchema(
    "IssuedToken", .answer, IssuedTokenBody.self,
    "A token that was issued; the token itself is kept nowhere.",
    [
      .required("jti", .id("tok"), "Its identifier, for revocation."),
      .required("subject", .text, "Who uses it."),
      .required("scopes", .list(.text, countMax: nil), "What it may do."),
      .required("roles", .list(.text, countMax: nil), "Roles for grants."),
      .required("issued_at", .moment, "When it was issued."),
      .required("expires_at", .moment, "When it ends."),
      .required("state", .words(["active", "revoked", "expired"]), "What it is now."),
    ])

  /// `POST /v1/tenants/{tenant}/tokens/revocations`.
  package static let tokenRevocation = BodySchema(
    "TokenRevocation", .request, TokenRevocationBody.self,
    "Ends tokens before their time: one by `jti`, those of a `subject`, or all of an `issuer`.",
    revocationMembers,
    forms: [
      ["jti", "issuer", "expires_at"], ["subject", "issuer", "issued_before"],
      ["issuer", "issued_before"],
    ])

  /// `POST /v1/system/tokens/revocations`.
  package static let systemTokenRevocation = BodySchema(
    "SystemTokenRevocation", .request, TokenRevocationBody.self,
    "Ends tokens in every tenant: those of a `subject`, or all of an `issuer`.",
    revocationMembers.filter { $0.name != "jti" && $0.name != "expires_at" },
    forms: [["subject", "issuer", "issued_before"], ["issuer", "issued_before"]])

  private static let revocationMembers: [MemberSchema] = [
    .optional("jti", .text, "The identifier of one token."),
    .optional("subject", .printable(255), "Whose tokens."),
    .optional("issuer", .printable(512), "Their issuer; the local one if absent."),
    .optional(
      "issued_before", .moment, "Tokens issued up to this moment; up to now if absent."),
    .optional(
      "expires_at", .moment, "When the one token would have ended; the entry is dropped then."),
  ]

  /// A key.
  package static let key = BodySchema(
    "Key", .answer, KeyBody.self, "A key that counts: its id and times, never a secret.",
    [
      .required(
        "key", .words(["pepper", "local-issuer", "audit", "object-store"]), "Which key."),
      .optional("id", .text, "Its id; absent if its file cannot be read."),
      .required("state", .words(["present", "former"]), "Whether new things are made with it."),
      .required("since", .moment, "Since when its file is there."),
      .optional("until", .moment, "Until when a former key counts."),
    ])

  /// `POST /v1/system/keys/changes`.
  package static let keyChange = BodySchema(
    "KeyChange", .request, KeyChangeBody.self, "A change of a key that is about to be made.",
    [
      .required("key", .slug(32), "`pepper`, `local-issuer`, `audit` or `object-store`."),
      .required("action", .words(["rotate", "retire"]), "What is done."),
      .required("id", .printable(64), "The id of the new key, or of the one that is retired."),
      .optional("former_id", .printable(64), "The id of the key that a rotation replaces."),
      .optional("until", .moment, "Until when that one counts."),
    ])
}
