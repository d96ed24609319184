// What each problem code means: status, title and advice.

/// One row of the catalogue.
struct ProblemEntry: Sendable {
  let status: Int
  let title: String
  let advice: String
}

extension ProblemCode {
  /// The HTTP status that goes with the code.
  public var status: Int { entry.status }

  /// The code in words, without a full stop.
  public var title: String { entry.title }

  /// What the reader can do.
  public var advice: String { entry.advice }

  private var entry: ProblemEntry { Self.catalogue[self] ?? Self.unlisted }

  /// Never used: a test holds that each code has its row.
  private static let unlisted = ProblemEntry(status: 500, title: "", advice: "")

  static let catalogue: [ProblemCode: ProblemEntry] = [
    .tokenMissing: ProblemEntry(
      status: 401, title: "Authentication is required",
      advice: "Send `Authorization: Bearer <token>`."),
    .tokenRefused: ProblemEntry(
      status: 401, title: "The token was refused",
      advice: "It is expired, not yet valid, revoked, meant for another audience, or its signature "
        + "does not verify. The answer is the same for all of these; the server's log has the "
        + "reason."),
    .scopeMissing: ProblemEntry(
      status: 403, title: "The token lacks a scope",
      advice: "The detail names the scope that the route needs."),
    .rateLimited: ProblemEntry(
      status: 429, title: "Too many requests",
      advice: "Wait as long as `Retry-After` says."),
    .routeNotFound: ProblemEntry(
      status: 404, title: "No such route",
      advice: "The address is none of this interface."),
    .methodNotAllowed: ProblemEntry(
      status: 405, title: "The route has no such method",
      advice: "`Allow` lists the methods."),
    .notFound: ProblemEntry(
      status: 404, title: "Not found",
      advice: "There is no such thing, or none that you may see; the two cannot be told apart."),
    .requestMalformed: ProblemEntry(
      status: 400, title: "The request is not well-formed HTTP",
      advice: "See RFC 9112; the connection is closed."),
    .tlsRequired: ProblemEntry(
      status: 400, title: "This address speaks TLS",
      advice: "Write `https://` in place of `http://`."),
    .requestTimeout: ProblemEntry(
      status: 408, title: "The request came too slowly",
      advice: "Head or body did not arrive in time."),
    .headTooLarge: ProblemEntry(
      status: 431, title: "The request head is too large",
      advice: "Send fewer or shorter header fields."),
    .targetTooLong: ProblemEntry(
      status: 414, title: "The address is too long",
      advice: "At most 8 KiB."),
    .bodyTooLarge: ProblemEntry(
      status: 413, title: "The body is too large",
      advice: "The detail names the limit in bytes."),
    .lengthRequired: ProblemEntry(
      status: 411, title: "The length of the body is required",
      advice: "Send `Content-Length` or a chunked body."),
    .expectationFailed: ProblemEntry(
      status: 417, title: "Unknown expectation",
      advice: "Only `Expect: 100-continue` is understood."),
    .methodNotImplemented: ProblemEntry(
      status: 501, title: "Unknown method",
      advice: "Only methods of the interface are implemented."),
    .versionNotSupported: ProblemEntry(
      status: 505, title: "Unknown HTTP version",
      advice: "HTTP/1.1 and HTTP/1.0 are spoken."),
    .mediaTypeUnsupported: ProblemEntry(
      status: 415, title: "The body has the wrong media type",
      advice: "The detail names the right one."),
    .encodingUnsupported: ProblemEntry(
      status: 415, title: "The body is compressed",
      advice: "Send it without `Content-Encoding`."),
    .bodyMalformed: ProblemEntry(
      status: 400, title: "The body is not the JSON that was expected",
      advice: "Strict JSON: no duplicate members, no comments, UTF-8."),
    .memberUnknown: ProblemEntry(
      status: 400, title: "The body has an unknown member",
      advice: "Check the spelling; nothing is ignored."),
    .memberMissing: ProblemEntry(
      status: 400, title: "A member is missing",
      advice: "The detail names it."),
    .memberInvalid: ProblemEntry(
      status: 400, title: "A member is invalid",
      advice: "It has the wrong type or lies outside its bounds."),
    .parameterUnknown: ProblemEntry(
      status: 400, title: "Unknown query parameter",
      advice: "Check the spelling; nothing is ignored."),
    .parameterInvalid: ProblemEntry(
      status: 400, title: "A query parameter is invalid",
      advice: "It is repeated, has the wrong form or lies outside its bounds."),
    .identifierMalformed: ProblemEntry(
      status: 400, title: "The identifier is malformed",
      advice: "Identifiers look like `doc_` and 26 characters."),
    .headerInvalid: ProblemEntry(
      status: 400, title: "A header field is invalid",
      advice: "The detail names it."),
    .cursorInvalid: ProblemEntry(
      status: 400, title: "The cursor is invalid",
      advice: "Take it from `next_cursor` and keep the other parameters."),
    .documentNotFound: ProblemEntry(
      status: 404, title: "No such document",
      advice: "There is none, or none that you may see; the two cannot be told apart."),
    .versionNotFound: ProblemEntry(
      status: 404, title: "No such version",
      advice: "There is none, or none that you may see; the two cannot be told apart."),
    .linkNotFound: ProblemEntry(
      status: 404, title: "No such link",
      advice: "There is none, or none that you may see; the two cannot be told apart."),
    .uploadNotFound: ProblemEntry(
      status: 404, title: "No such upload",
      advice: "There is none, or none that you may see; the two cannot be told apart."),
    .grantNotFound: ProblemEntry(
      status: 404, title: "No such grant",
      advice: "There is none, or none that you may see; the two cannot be told apart."),
    .holdNotFound: ProblemEntry(
      status: 404, title: "No such hold",
      advice: "The document has no hold with this identifier; it may have been lifted."),
    .documentHeld: ProblemEntry(
      status: 409, title: "A legal hold keeps the document",
      advice: "Nobody can delete it until an administrator has lifted every hold "
        + "(`postern hold list`, `postern hold remove`). Withdrawing its versions is possible."),
    .documentRetained: ProblemEntry(
      status: 409, title: "The retention keeps the document",
      advice:
        "The tenant's policy (`retention`) says how long; the detail has the day. Withdrawing "
        + "its versions is possible."),
    .tenantNotFound: ProblemEntry(
      status: 404, title: "No such tenant",
      advice: "There is none of that name."),
    .eventNotFound: ProblemEntry(
      status: 404, title: "No such event",
      advice: "There is none, or none that you may see; the two cannot be told apart."),
    .eventNotPublished: ProblemEntry(
      status: 503, title: "The event is not in a checkpoint yet",
      advice: "Wait as long as `Retry-After` says."),
    .tenantRequired: ProblemEntry(
      status: 403, title: "The tenant is missing",
      advice: "An operator uses the routes below `/v1/tenants/{tenant}`."),
    .downloadsOutOfRange: ProblemEntry(
      status: 422, title: "The number of downloads is impossible",
      advice: "The detail names the bounds."),
    .landingConflict: ProblemEntry(
      status: 422, title: "The landing contradicts the number of downloads",
      advice: "A link that counts its uses needs its page."),
    .inlineForbidden: ProblemEntry(
      status: 422, title: "Showing this type in the browser is forbidden",
      advice: "Ask for `attachment`."),
    .titleInvalid: ProblemEntry(
      status: 422, title: "The title or a name is not allowed",
      advice: "Printable text within the bounds that the detail names."),
    .tooManyLabels: ProblemEntry(
      status: 422, title: "Too many labels",
      advice: "At most 32."),
    .validityInvalid: ProblemEntry(
      status: 422, title: "The validity is impossible",
      advice: "It must end after it begins."),
    .grantInvalid: ProblemEntry(
      status: 422, title: "The grant is not possible",
      advice: "The detail names the member."),
    .limitOutOfRange: ProblemEntry(
      status: 400, title: "The limit is out of range",
      advice: "The detail names the bounds."),
    .linkUnavailable: ProblemEntry(
      status: 410, title: "This link is no longer available",
      advice: "Ask the sender for a new one."),
    .versionUnavailable: ProblemEntry(
      status: 409, title: "The document has no version to deliver",
      advice: "Upload one, or wait until it has been scrubbed."),
    .uploadInterrupted: ProblemEntry(
      status: 409, title: "The upload did not finish",
      advice: "The server was stopped meanwhile; send the file again."),
    .scrubberUnavailable: ProblemEntry(
      status: 503, title: "The scrubber is busy or failing",
      advice: "Wait as long as `Retry-After` says."),
    .preconditionFailed: ProblemEntry(
      status: 412, title: "The precondition failed",
      advice: "The thing has changed since the ETag was given."),
    .idempotencyKeyReused: ProblemEntry(
      status: 422, title: "The idempotency key was used for another request",
      advice: "Use a new key for each new request."),
    .idempotencyInFlight: ProblemEntry(
      status: 409, title: "The first request with this key is still running",
      advice: "Try again in a moment."),
    .conflict: ProblemEntry(
      status: 409, title: "It changed at the same time",
      advice: "Read it again and repeat."),
    .policyContradictory: ProblemEntry(
      status: 422, title: "The policy contradicts itself",
      advice: "The detail names the members; change one of them."),
    .keysUnusable: ProblemEntry(
      status: 503, title: "The keys cannot be read",
      advice: "Those from before stay in use; `postern doctor` tells which file is wrong."),
    .tenantExists: ProblemEntry(
      status: 409, title: "The tenant exists",
      advice: "Choose another name."),
    .expiryOutOfRange: ProblemEntry(
      status: 422, title: "The lifetime is impossible",
      advice: "The detail names the bounds."),
    .presignedForbidden: ProblemEntry(
      status: 403, title: "Presigned URLs are forbidden",
      advice: "The tenant's policy allows links only."),
    .scrubRuleForbidden: ProblemEntry(
      status: 403, title: "The answer to a scrub rule is forbidden",
      advice: "Ask for what the policy has or for something stricter; the detail names the rule."),
    .linkExpired: ProblemEntry(
      status: 410, title: "This link has expired",
      advice: "Ask the sender for a new one."),
    .linkRevoked: ProblemEntry(
      status: 410, title: "This link was withdrawn",
      advice: "Ask the sender for a new one."),
    .linkUsedUp: ProblemEntry(
      status: 410, title: "This link has been used",
      advice: "Ask the sender for a new one."),
    .versionNotYetValid: ProblemEntry(
      status: 410, title: "The document is not available yet",
      advice: "Follow the link again later, or ask the sender from when it works."),
    .versionSuperseded: ProblemEntry(
      status: 410, title: "There is a newer version",
      advice: "Ask the sender for a link to it."),
    .versionWithdrawn: ProblemEntry(
      status: 410, title: "The document was withdrawn",
      advice: "Ask the sender."),
    .formRefused: ProblemEntry(
      status: 403, title: "The form was not sent from its page",
      advice: "Open the link again and press the button."),
    .digestMalformed: ProblemEntry(
      status: 400, title: "The digest is malformed",
      advice: "`Repr-Digest: sha-256=:<base64>:` (RFC 9530)."),
    .digestMismatch: ProblemEntry(
      status: 422, title: "The digest does not match the bytes",
      advice: "The file was damaged on its way; send it again."),
    .uploadIncomplete: ProblemEntry(
      status: 400, title: "The upload was cut off",
      advice: "Send it again; nothing of it was kept."),
    .uploadTooLarge: ProblemEntry(
      status: 413, title: "The file is too large",
      advice: "The detail names the limit in bytes."),
    .uploadEmpty: ProblemEntry(
      status: 422, title: "The file is empty",
      advice: "Send its bytes as the body."),
    .malwareFound: ProblemEntry(
      status: 422, title: "The malware scanner does not let the file through",
      advice: "Nothing of it was kept. What was found is in the audit log; if the file is in "
        + "order, an administrator has to talk to those who keep the scanner."),
    .scannerUnreachable: ProblemEntry(
      status: 503, title: "The malware scanner gives no answer",
      advice: "Nothing of the file was kept. Send it again after as long as `Retry-After` says."),
    .scrubRefused: ProblemEntry(
      status: 422, title: "The file cannot be proved clean",
      advice: "`reason` has the code of the scrubber; nothing of the file was kept."),
    .mediaTypeRefused: ProblemEntry(
      status: 422, title: "Files of this type are not accepted",
      advice: "`reason` says why."),
    .policyInvalid: ProblemEntry(
      status: 422, title: "The policy contradicts itself",
      advice: "The detail names the member."),
    .storeUnavailable: ProblemEntry(
      status: 503, title: "The database is not available",
      advice: "Nothing was changed; try again."),
    .storeFull: ProblemEntry(
      status: 507, title: "There is no space left",
      advice: "Nothing was changed; tell the operator."),
    .objectStoreUnavailable: ProblemEntry(
      status: 503, title: "The object store is not available",
      advice: "Nothing was changed; try again."),
    .downloadsBusy: ProblemEntry(
      status: 503, title: "Too many downloads are running",
      advice: "Wait as long as `Retry-After` says, or open fewer connections."),
    .rangeUnsatisfiable: ProblemEntry(
      status: 416, title: "The file ends before the range begins",
      advice: "`Content-Range` has the size; the download may be complete already."),
    .overloaded: ProblemEntry(
      status: 503, title: "The server is busy",
      advice: "Wait as long as `Retry-After` says."),
    .draining: ProblemEntry(
      status: 503, title: "The server is stopping",
      advice: "Try again; another one will answer."),
    .unexpected: ProblemEntry(
      status: 500, title: "Something went wrong here",
      advice: "Tell the operator the request's identifier."),
  ]
}
