// The routes of a tenant's own, by method and template below `/v1`.

import Delivery
import Wire

extension RouteDescriptions {
  /// Documents, versions, uploads and holds.
  static let library: [String: RouteDescription] = [
    "GET /documents": RouteDescription(
      "listDocuments", "Documents", "List, search and sort the documents that grants open",
      [.documentsRead], .page(BodySchemas.document), isRevalidated: true),
    "POST /documents": RouteDescription(
      "createDocument", "Documents", "Create a document without a version", [.documentsWrite],
      request: BodySchemas.documentRequest,
      .object(201, BodySchemas.document, hasLocation: true),
      problems: [.documentNotFound, .titleInvalid, .tooManyLabels]),
    "GET /documents/{document}": RouteDescription(
      "getDocument", "Documents", "Show a document", [.documentsRead],
      .object(200, BodySchemas.document), isRevalidated: true, problems: [.documentNotFound]),
    "PATCH /documents/{document}": RouteDescription(
      "changeDocument", "Documents", "Change title, type, labels or period", [.documentsWrite],
      request: BodySchemas.documentChange, .object(200, BodySchemas.document),
      problems: [
        .documentNotFound, .titleInvalid, .tooManyLabels, .documentRetained, .conflict,
      ]),
    "DELETE /documents/{document}": RouteDescription(
      "deleteDocument", "Documents", "Delete a document with all versions", [.documentsWrite],
      .object(200, BodySchemas.deletion),
      problems: [.documentNotFound, .documentHeld, .documentRetained, .conflict]),
    "GET /documents/{document}/holds": RouteDescription(
      "listHolds", "Holds", "List the legal holds on a document", [.tenantAdmin],
      .page(BodySchemas.hold), isRevalidated: true, problems: [.documentNotFound]),
    "POST /documents/{document}/holds": RouteDescription(
      "addHold", "Holds", "Place a legal hold", [.tenantAdmin], request: BodySchemas.holdRequest,
      .object(201, BodySchemas.hold, hasLocation: true),
      problems: [.documentNotFound, .titleInvalid, .conflict]),
    "DELETE /documents/{document}/holds/{hold}": RouteDescription(
      "removeHold", "Holds", "Lift a legal hold", [.tenantAdmin], .empty,
      problems: [.documentNotFound, .holdNotFound]),
    "GET /documents/{document}/versions": RouteDescription(
      "listVersions", "Versions", "List the versions of a document, newest first",
      [.documentsRead], .page(BodySchemas.version), isRevalidated: true,
      problems: [.documentNotFound]),
    "POST /documents/{document}/versions": RouteDescription(
      "uploadVersion", "Versions",
      "Upload a new version; it is scrubbed before it can be delivered", [.documentsWrite],
      .object(201, BodySchemas.upload, hasLocation: true),
      .object(202, BodySchemas.upload, hasLocation: true),
      problems: [
        .documentNotFound, .digestMalformed, .digestMismatch, .headerInvalid, .uploadEmpty,
        .uploadIncomplete, .uploadTooLarge, .bodyTooLarge, .scrubRefused, .mediaTypeRefused,
        .scrubberUnavailable, .scrubRuleForbidden, .malwareFound, .scannerUnreachable,
        .validityInvalid, .uploadInterrupted, .objectStoreUnavailable, .conflict,
      ]),
    "GET /documents/{document}/versions/{version}": RouteDescription(
      "getVersion", "Versions", "Show a version", [.documentsRead],
      .object(200, BodySchemas.version), isRevalidated: true,
      problems: [.documentNotFound, .versionNotFound]),
    "PATCH /documents/{document}/versions/{version}": RouteDescription(
      "changeVersion", "Versions", "Change from when until when a version may be delivered",
      [.documentsWrite], request: BodySchemas.versionChange, .object(200, BodySchemas.version),
      problems: [
        .documentNotFound, .versionNotFound, .versionWithdrawn, .validityInvalid, .conflict,
      ]),
    "DELETE /documents/{document}/versions/{version}": RouteDescription(
      "withdrawVersion", "Versions", "Withdraw a version: no link delivers it any more",
      [.documentsWrite], .object(200, BodySchemas.withdrawal),
      problems: [.documentNotFound, .versionNotFound, .conflict]),
    "GET /documents/{document}/versions/{version}/receipt": RouteDescription(
      "getVersionReceipt", "Versions",
      "The signed receipt of a version's scrub: a compact JWS (RFC 7515) for `/receipt-keys.json`",
      [.documentsRead], .file("application/jose"),
      problems: [.documentNotFound, .versionNotFound]),
    "GET /uploads/{upload}": RouteDescription(
      "getUpload", "Versions", "Show how far an upload is", [.documentsWrite],
      .object(200, BodySchemas.upload), problems: [.uploadNotFound]),
  ]

  /// Links and presigned URLs.
  static let links: [String: RouteDescription] = [
    "GET /documents/{document}/links": RouteDescription(
      "listLinks", "Links", "List the links to a document, without their URLs", [.documentsRead],
      .page(BodySchemas.link), isRevalidated: true, problems: [.documentNotFound]),
    "POST /documents/{document}/links": RouteDescription(
      "issueLink", "Links", "Make a link: a URL for the customer that ends and can be revoked",
      [.linksCreate], request: BodySchemas.linkRequest,
      .object(201, BodySchemas.linkCreated, hasLocation: true), problems: issuing),
    "POST /documents/{document}/presigned-urls": RouteDescription(
      "issuePresignedURL", "Links", "Make a presigned URL of the store; nobody can revoke it",
      [.presignedCreate], request: BodySchemas.presignedRequest,
      .object(201, BodySchemas.presignedCreated),
      problems: issuing + [.presignedForbidden, .objectStoreUnavailable]),
    "GET /links/{link}": RouteDescription(
      "getLink", "Links", "Show the state of a link", [.documentsRead, .linksCreate],
      .object(200, BodySchemas.link), isRevalidated: true, problems: [.linkNotFound]),
    "DELETE /links/{link}": RouteDescription(
      "revokeLink", "Links", "Revoke a link; says how long a URL it handed out still works",
      [.linksRevoke], .object(200, BodySchemas.revocation), problems: [.linkNotFound]),
    "POST /link-revocations": RouteDescription(
      "revokeLinks", "Links",
      "Revoke all links of a document, a subject or the tenant that were issued until now; all, and a "
        + "subject other than the caller's own, need `tenant:admin` too",
      [.linksRevoke], request: BodySchemas.linkRevocationRequest,
      .object(201, BodySchemas.linkRevocation), problems: [.documentNotFound]),
  ]

  private static let issuing: [ProblemCode] = [
    .documentNotFound, .versionNotFound, .versionUnavailable, .versionSuperseded,
    .versionWithdrawn, .expiryOutOfRange, .downloadsOutOfRange, .landingConflict,
    .inlineForbidden, .titleInvalid,
  ]

  /// Grants, policy and the audit log.
  static let administration: [String: RouteDescription] = [
    "GET /grants": RouteDescription(
      "listGrants", "Grants", "List the grants", [.tenantAdmin], .page(BodySchemas.grant),
      isRevalidated: true),
    "POST /grants": RouteDescription(
      "addGrant", "Grants", "Allow somebody something", [.tenantAdmin],
      request: BodySchemas.grantRequest, .object(201, BodySchemas.grant, hasLocation: true),
      problems: [.grantInvalid, .documentNotFound]),
    "GET /grants/explanation": RouteDescription(
      "explainGrants", "Grants", "Say who may do what to a document, and why", [.tenantAdmin],
      .object(200, BodySchemas.grantExplanation), isRevalidated: true,
      problems: [.documentNotFound]),
    "DELETE /grants/{grant}": RouteDescription(
      "removeGrant", "Grants", "Take a grant away; links on its account deliver nothing more",
      [.tenantAdmin], .empty, problems: [.grantNotFound]),
    "GET /policy": RouteDescription(
      "getPolicy", "Policy", "Show the policy", [.tenantAdmin],
      .object(200, BodySchemas.policy), isRevalidated: true),
    "PUT /policy": RouteDescription(
      "putPolicy", "Policy",
      "Replace the policy: with `If-Match` the tagged one, else the version before the body's",
      [.tenantAdmin], request: BodySchemas.policyRequest, .object(200, BodySchemas.policy),
      problems: [.policyInvalid, .policyContradictory, .conflict, .preconditionFailed]),
    "GET /policy/versions": RouteDescription(
      "listPolicyVersions", "Policy", "List the changes of the policy, newest first",
      [.tenantAdmin], .page(BodySchemas.policyRevision), isRevalidated: true),
    "GET /audit/events": RouteDescription(
      "listEvents", "Audit", "List the events of the tenant's log", [.auditRead],
      .page(BodySchemas.event)),
    "GET /audit/events/{event}": RouteDescription(
      "getEvent", "Audit", "Show an event", [.auditRead], .object(200, BodySchemas.event),
      problems: [.eventNotFound]),
    "GET /audit/events/{event}/receipt": RouteDescription(
      "getEventReceipt", "Audit", "The proof of an event (c2sp.org/tlog-proof@v1)",
      [.auditRead], .file("text/plain; charset=utf-8"),
      problems: [.eventNotFound, .eventNotPublished]),
    "GET /audit/people/{pseudonym}": RouteDescription(
      "getPerson", "Audit", "Say who is behind a pseudonym, unless erased", [.auditRead],
      .object(200, BodySchemas.person)),
    "GET /audit/people": RouteDescription(
      "listPeople", "Audit", "List the people of the log, or the pseudonyms of one",
      [.auditRead], .page(BodySchemas.person)),
    "DELETE /audit/people/{pseudonym}": RouteDescription(
      "erasePerson", "Audit", "Erase what is known of a person, step by step", [.tenantAdmin],
      .object(200, BodySchemas.erasure)),
    "GET /audit/log/checkpoint": RouteDescription(
      "getCheckpoint", "Audit", "The newest signed checkpoint (c2sp.org/tlog-checkpoint)",
      [.auditRead], .file("text/plain; charset=utf-8"), problems: [.eventNotPublished]),
    "GET /audit/log/tile/{path...}": RouteDescription(
      "getTile", "Audit", "A tile of the log (c2sp.org/tlog-tiles)", [.auditRead],
      .file("application/octet-stream")),
  ]
}
