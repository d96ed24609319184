// Documents, versions, uploads and holds as `openapi.json` describes them.

extension BodySchemas {
  static let title = ValueSchema.printable(300)
  static let labels = ValueSchema.list(.slug(64), countMax: 32)

  /// `POST /v1/documents`.
  package static let documentRequest = BodySchema(
    "DocumentRequest", .request, DocumentRequestBody.self, "A new document.",
    [
      .required("title", title, "What people call it, 1 to 300 bytes."),
      .optional("type", .slug(64), "A word such as `invoice`; `document` if absent."),
      .optional("labels", labels, "Words that grants and searches may name."),
      .optional("period", .text(.period), "What it is about: a year, a month or a day."),
    ])

  /// `PATCH /v1/documents/{document}`.
  package static let documentChange = BodySchema(
    "DocumentChange", .request, DocumentChangeBody.self,
    "Changes of a document; what is absent stays as it is.",
    [
      .optional("title", title, "The new title."),
      .optional("type", .slug(64), "The new type."),
      .optional("labels", labels, "All labels from now on."),
      .optional("add_labels", labels, "Labels to put on."),
      .optional("remove_labels", labels, "Labels to take off."),
      .optional("period", .removable(.text(.period)), "The new period; `null` takes it away."),
      .optional(
        "revision", .integer(.min ... .max),
        "The revision that the caller has seen; another one is a conflict."),
    ])

  /// `PATCH /v1/documents/{document}/versions/{version}`.
  package static let versionChange = BodySchema(
    "VersionChange", .request, VersionChangeBody.self, "Another validity of a version.",
    [
      .optional("valid_from", .moment, "From when it may be delivered; as it is if absent."),
      .optional(
        "valid_until", .removable(.moment),
        "Until when it may be delivered; `null` takes the end away."),
    ])

  /// A document.
  package static let document = BodySchema(
    "Document", .answer, DocumentBody.self, "A document as its readers see it.",
    [
      .required("id", .id("doc"), "The document's identifier."),
      .required("title", .text, "Its title."),
      .required("type", .slug(64), "Its type."),
      .required("labels", .list(.slug(64), countMax: nil), "Its labels."),
      .optional("period", .text(.period), "What it is about."),
      .optional("revision", .count, "1, and one more with each change."),
      .required("created_at", .moment, "When it was created."),
      .required("updated_at", .moment, "When it or its versions changed last."),
      .optional("current_version", .body(version), "The version that a new link would deliver."),
      .optional(
        "deliveries", .count,
        "How often its versions were handed out; only where one document is shown."),
      .optional("last_delivery_at", .moment, "When one of them was handed out last."),
      .optional(
        "kept_by", .text,
        "The code of what keeps it from being deleted; for callers who may write documents."),
      .optional("retained_until", .moment, "Until when the retention keeps it."),
    ])

  /// A version.
  package static let version = BodySchema(
    "Version", .answer, VersionBody.self, "One immutable content of a document.",
    [
      .required("id", .id("ver"), "The version's identifier."),
      .required("number", .count, "Its number, from 1."),
      .required(
        "state", .words(["ready", "withdrawn", "refused"]), "Whether it can be delivered."),
      .required("filename", .text, "The proposed file name."),
      .optional("media_type", .text(.mediaType), "The type that was found in the bytes."),
      .optional("size", .count, "The size in bytes."),
      .optional("sha256", .text(.sha256), "The SHA-256 of the delivered bytes."),
      .required("created_at", .moment, "When it was published."),
      .optional(
        "released_by", .text,
        "Who released it; for callers who may write documents or read the log."),
      .optional("valid_from", .moment, "From when it may be delivered."),
      .optional("valid_until", .moment, "Until when it may be delivered."),
      .optional("replaced_by", .id("ver"), "The version that replaced it."),
      .optional("withdrawn_at", .moment, "When it was withdrawn."),
      .optional("receipt", .body(receipt), "What the scrubber removed."),
      .optional("deliveries", .count, "How often it was handed out."),
      .optional("last_delivery_at", .moment, "When it was handed out last."),
    ])

  /// A scrub receipt.
  package static let receipt = BodySchema(
    "Receipt", .answer, ReceiptBody.self, "What the scrubber did to a file.",
    [
      .required("sha256_before", .text(.sha256), "The SHA-256 of the uploaded bytes."),
      .required("sha256_after", .text(.sha256), "The SHA-256 of the stored bytes."),
      .required("policy", .text, "The name of the scrubbing policy."),
      .required("tool", .text, "The scrubber and its release."),
      .required(
        "removed", .list(.body(removed), countMax: nil), "Classes and counts; never values."),
      .optional(
        "stays", .list(.body(removed), countMax: nil),
        "What stays although a reader may not expect it: `hidden` content, the rest of a "
          + "`cropped-picture`, each `stream-message` of a film."),
      .optional("scan", .body(scan), "What the malware scanner said, where one is configured."),
      .optional(
        "unscrubbed", .truth, "True for a signed document that is delivered as it was uploaded."),
      .optional(
        "approved_by", .text,
        "Who approved that; for callers who may write documents or read the log."),
    ])

  /// The scan of a receipt.
  package static let scan = BodySchema(
    "Scan", .answer, ScanBody.self, "What a malware scanner said about a file that passed.",
    [
      .required(
        "verdict", .words(["clean", "skipped"]),
        "`skipped` if the scanner was away and the settings let files pass then."),
      .optional("scanner", .text, "The scanner and its release."),
      .optional("database", .text, "The version of its signatures."),
    ])

  /// One class of a receipt.
  package static let removed = BodySchema(
    "Removed", .answer, RemovedBody.self, "One class of what the scrubber found.",
    [
      .required("class", .text, "The class, such as `exif` or `hidden`."),
      .required("count", .count, "How many of it."),
    ])

  /// `GET /v1/uploads/{upload}`.
  package static let upload = BodySchema(
    "Upload", .answer, UploadBody.self, "How far an upload is.",
    [
      .required("id", .id("upl"), "The upload's identifier."),
      .required("document_id", .id("doc"), "The document it is for."),
      .required(
        "state", .words(["received", "scrubbing", "scanning", "ready", "refused", "failed"]),
        "How far it is."),
      .optional("reason", .text, "The code of a refusal."),
      .optional("version", .body(version), "The version, once ready."),
      .optional("event_id", .id("evt"), "The audit event that recorded the outcome."),
    ])

  /// The answer to a withdrawal.
  package static let withdrawal = BodySchema(
    "Withdrawal", .answer, WithdrawalBody.self, "The answer to a withdrawal.",
    [
      .required("withdrawn_at", .moment, "When the version was withdrawn.")
    ] + exposures + [
      .optional("event_id", .id("evt"), "The audit event that recorded it."),
      .optional(
        "object", .words(["deleted", "waiting", "retained", "kept"]),
        "What became of the object; absent if the version was withdrawn before."),
    ])

  /// The answer to a deletion.
  package static let deletion = BodySchema(
    "Deletion", .answer, DeletionBody.self, "The answer to a deletion.",
    [
      .required("deleted_at", .moment, "When the document was deleted."),
      .required("objects", .count, "How many objects are being deleted from the store."),
    ] + exposures + [.optional("event_id", .id("evt"), "The audit event that recorded it.")])

  /// `POST /v1/documents/{document}/holds`.
  package static let holdRequest = BodySchema(
    "HoldRequest", .request, HoldRequestBody.self, "A new legal hold.",
    [.required("name", .printable(200), "What people call it, such as the number of a case.")])

  /// A hold.
  package static let hold = BodySchema(
    "Hold", .answer, HoldBody.self, "A legal hold on a document.",
    [
      .required("id", .id("hld"), "The hold's identifier."),
      .required("document_id", .id("doc"), "The document that is kept."),
      .required("name", .text, "What people call it."),
      .required("placed_at", .moment, "When it was placed."),
      .optional("placed_by", .text, "Who placed it, as the issuer names that person."),
    ])
}
