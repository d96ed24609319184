// An upload becomes a version: begin, receive the bytes (the caller spools and hashes them), scrub,
// prove, scan, store the object, sign, record. Until the last step nothing of it can be linked; when a step
// fails, the upload ends as refused or failed and the object, if there is one, is removed.

package import Base
package import Cryptography
import JSONText
package import ScrubContract

/// Publishes versions.
package struct PublishVersion: Sendable {
  private let store: any MetadataStore
  private let objects: ObjectAccess
  private let scrubber: any Scrubber
  private let gate: MalwareGate?
  private let receipts: ReceiptSigner
  private let denials: Denials
  private let progress: UploadProgress
  private let clock: Clock

  /// Puts the parts together; without a gate nothing is scanned for malware.
  package init(
    store: any MetadataStore, objects: ObjectAccess, scrubber: any Scrubber,
    gate: MalwareGate? = nil, receipts: ReceiptSigner, denials: Denials,
    progress: UploadProgress, clock: Clock
  ) {
    self.store = store
    self.objects = objects
    self.scrubber = scrubber
    self.gate = gate
    self.receipts = receipts
    self.denials = denials
    self.progress = progress
    self.clock = clock
  }

  /// What is asked.
  package struct Order: Sendable {
    /// The document that gets the version.
    package var document: DocumentID
    /// What the client says about the file.
    package var declared: DeclaredContent
    /// The digest that the client promises (`Repr-Digest`).
    package var declaredDigest: SHA256Digest?
    /// What the client wants done where dropping metadata changes what the document means.
    package var answers: ScrubAnswers
    /// From when it can be linked; nothing for now.
    package var validFrom: Timestamp?
    /// From when it can no longer be linked; nothing for no end.
    package var validUntil: Timestamp?

    /// Asks for a version.
    package init(
      document: DocumentID, declared: DeclaredContent, declaredDigest: SHA256Digest? = nil,
      answers: ScrubAnswers = ScrubAnswers(), validFrom: Timestamp? = nil,
      validUntil: Timestamp? = nil
    ) {
      self.document = document
      self.declared = declared
      self.declaredDigest = declaredDigest
      self.answers = answers
      self.validFrom = validFrom
      self.validUntil = validUntil
    }
  }

  /// What the log names as authority where a signed document is delivered as it is.
  package static let approvalRule = "approved unscrubbed: signed=keep"

  /// An upload that waits for its bytes.
  package struct Begun: Sendable {
    /// The upload.
    package let upload: Upload
    /// The most bytes that the tenant's policy takes.
    package let bytesMax: Int64
    let order: Order
    let policy: TenantPolicy
    let rules: ScrubRules
    let grant: GrantID?
  }

  /// Begins an upload: authorizes it and records that it starts, before a byte is read.
  ///
  /// Throws `scope-missing`, `document-not-found`, `validity-invalid`, `scrub-rule-forbidden`,
  /// `upload-too-large` if `declaredBytes` is over the policy's limit, `store-…`. Each `Begun` must be given to `finish`
  /// or `abandon`.
  package func begin(
    _ order: Order, declaredBytes: Int64?, by caller: Caller
  ) async throws(DeliveryError) -> Begun {
    try await denials.require(.documentsWrite, of: caller, document: order.document)
    let now = clock.now()
    let access = caller.access(at: now)
    try check(order, at: now)
    let (policy, view, tenant) = try await look(order.document, access)
    guard let view, let tenant else {
      throw await denials.record(.documentNotFound, of: caller, document: order.document)
    }
    if let declaredBytes, declaredBytes > policy.uploadBytesMax {
      throw PublishVersion.tooLarge(policy.uploadBytesMax)
    }
    let rules = try await rules(for: order, policy, by: caller)
    let version = VersionID(at: now, random: Random.pair())
    let upload = Upload(
      id: UploadID(at: now, random: Random.pair()), tenant: caller.tenant,
      document: order.document, version: version,
      objectKey: ObjectKey(prefix: tenant.objectPrefix, version: version),
      filename: order.declared.filename, startedBy: caller.principal.person, startedAt: now)
    let event = AuditEvent(
      .uploadStart, by: caller, at: now, object: upload.auditObject, grant: view.grant,
      filename: upload.filename)
    do {
      _ = try await store.beginUpload(upload, access, event: event)
    } catch {
      guard error.code == .notFound else { throw DeliveryError(error) }
      throw await denials.record(.documentNotFound, of: caller, document: order.document)
    }
    progress.note(upload.id, .received)
    return Begun(
      upload: upload, bytesMax: policy.uploadBytesMax, order: order, policy: policy, rules: rules,
      grant: view.grant)
  }

  /// Turns the received bytes into the version.
  ///
  /// Throws `upload-empty`, `upload-too-large`, `digest-mismatch`, `media-type-refused` and
  /// `scrub-refused` with a reason, `scrubber-unavailable`, `malware-found`, `scanner-unreachable`,
  /// `object-store-unavailable`, `document-not-found` if the grant went away, `store-…`; the upload
  /// has then ended.
  package func finish(
    _ begun: Begun, _ file: SpooledFile, by caller: Caller
  ) async throws(DeliveryError) -> Publication {
    defer { progress.forget(begun.upload.id) }
    var clean: (file: SpooledFile, receipt: ScrubReceipt)
    do throws(DeliveryError) {
      try PublishVersion.check(file, begun)
      clean = try await scrub(file, begun)
      clean.receipt.scan = try await gate?.look(at: clean.file)
    } catch {
      throw await end(begun, error, by: caller)
    }
    if case .found = clean.receipt.scan?.verdict {
      throw await end(begun, .malwareFound, scan: clean.receipt.scan, by: caller)
    }
    do {
      try await objects.put(begun.upload.objectKey, clean.file, clean.receipt.mediaType)
    } catch {
      // Under a key that is taken lies something else, which is not ours to remove.
      throw await end(
        begun, DeliveryError(error), removingObject: error.code != .taken, by: caller)
    }
    return try await record(begun, clean.receipt, by: caller)
  }

  /// Ends an upload whose bytes did not all arrive; `why` is `upload-incomplete` or
  /// `upload-too-large`. Gives the error to answer with.
  package func abandon(
    _ begun: Begun, _ why: DeliveryError, by caller: Caller
  ) async -> DeliveryError {
    defer { progress.forget(begun.upload.id) }
    return await end(begun, why, by: caller)
  }

  /// The error for bodies over `bytesMax`.
  package static func tooLarge(_ bytesMax: Int64) -> DeliveryError {
    DeliveryError(.uploadTooLarge, "An upload has at most \(bytesMax) bytes.")
  }

  private func look(
    _ document: DocumentID, _ access: Access
  ) async throws(DeliveryError) -> (TenantPolicy, DocumentView?, Tenant?) {
    do {
      return (
        try await store.policy(of: access.tenant),
        try await store.document(document, access, right: .write),
        try await store.tenant(access.tenant)
      )
    } catch { throw DeliveryError(error) }
  }

  /// The rules that hold; who has a signed document delivered as it is approves that with a scope
  /// of its own and by name, which is that of the version's publisher.
  private func rules(
    for order: Order, _ policy: TenantPolicy, by caller: Caller
  ) async throws(DeliveryError) -> ScrubRules {
    let rules = try policy.scrubRules(asking: order.answers)
    if rules[.signed] == .keep {
      try await denials.require(.tenantAdmin, of: caller, document: order.document)
    }
    return rules
  }

  private func check(_ order: Order, at now: Timestamp) throws(DeliveryError) {
    guard let end = order.validUntil else { return }
    guard end > now, end > order.validFrom ?? now else {
      throw DeliveryError(
        .validityInvalid, "valid_until lies after now and after valid_from.")
    }
  }

  private func record(
    _ begun: Begun, _ receipt: ScrubReceipt, by caller: Caller
  ) async throws(DeliveryError) -> Publication {
    let now = clock.now()
    let upload = begun.upload
    var receipt = receipt
    do {
      receipt.signed = try receipts.sign(
        VersionReceipt(
          issuer: receipts.issuer, tenant: upload.tenant, document: upload.document,
          version: upload.version, publishedAt: now, receipt: receipt))
    } catch {
      let why = DeliveryError(.internal, "The receipt cannot be signed.", cause: error.cause)
      throw await end(begun, why, removingObject: true, by: caller)
    }
    let version = Version(
      id: upload.version, tenant: upload.tenant, document: upload.document, number: 0,
      filename: upload.filename, mediaType: receipt.mediaType, size: receipt.sizeAfter,
      sha256: receipt.sha256After, objectKey: upload.objectKey, receipt: receipt, createdAt: now,
      validFrom: begun.order.validFrom ?? now, validUntil: begun.order.validUntil,
      releasedBy: caller.principal.person)
    var object = AuditObject(version)
    object.upload = upload.id
    let event = AuditEvent(
      .uploadEnd, by: caller, at: now, object: object, grant: begun.grant,
      rule: receipt.isUnscrubbed ? PublishVersion.approvalRule : nil,
      transfer: AuditTransfer(
        length: receipt.sizeBefore, scrubPolicy: receipt.policy,
        receiptDigest: receipt.signed.map { SHA256.hash(Array($0.utf8)) }, scan: receipt.scan),
      filename: upload.filename)
    do {
      return try await store.publish(
        version, from: upload.id, caller.access(at: now), event: event)
    } catch {
      switch error.code {
      case .notFound:
        throw await end(begun, .documentNotFound, removingObject: true, by: caller)
      default:
        // The commit may have happened: the object stays, and the sweep decides after a new look.
        throw DeliveryError(error)
      }
    }
  }
}

// The steps before the object is stored, and the end of what went wrong.
extension PublishVersion {
  private static func check(_ file: SpooledFile, _ begun: Begun) throws(DeliveryError) {
    guard file.size > 0 else { throw DeliveryError(.uploadEmpty, "The upload has no bytes.") }
    guard file.size <= begun.bytesMax else { throw tooLarge(begun.bytesMax) }
    if let declared = begun.order.declaredDigest, declared != file.sha256 {
      throw DeliveryError(.digestMismatch, "The bytes do not have the declared digest.")
    }
  }

  private func scrub(
    _ file: SpooledFile, _ begun: Begun
  ) async throws(DeliveryError) -> (file: SpooledFile, receipt: ScrubReceipt) {
    let id = begun.upload.id
    progress.note(id, .scrubbing)
    let outcome: ScrubOutcome
    do {
      outcome = try await scrubber.scrub(
        file, declared: begun.order.declared, rules: begun.rules
      ) { [progress] in progress.note(id, .scanning) }
    } catch {
      throw DeliveryError(
        .scrubberUnavailable, "The file could not be scrubbed now; try again.", cause: error)
    }
    switch outcome {
    case .mediaTypeRefused(let reason):
      throw DeliveryError(
        .mediaTypeRefused, "Files of this type are not accepted (\(reason)).", reason: reason)
    case .refused(let reason):
      throw DeliveryError(.scrubRefused, "The file is not accepted (\(reason)).", reason: reason)
    case .clean(let clean, let receipt):
      try check(receipt, file, clean, begun)
      return (clean, receipt)
    }
  }

  /// The receipt must speak of the bytes that came in and of those that go out.
  private func check(
    _ receipt: ScrubReceipt, _ file: SpooledFile, _ clean: SpooledFile, _ begun: Begun
  ) throws(DeliveryError) {
    guard receipt.sha256Before == file.sha256, receipt.sizeBefore == file.size,
      receipt.sha256After == clean.sha256, receipt.sizeAfter == clean.size, clean.size > 0,
      receipt.policy.hasSameBytes(as: begun.rules.name),
      !receipt.isUnscrubbed || (begun.rules[.signed] == .keep && clean.sha256 == file.sha256)
    else {
      throw DeliveryError(.scrubberUnavailable, "The scrubbed file does not match its receipt.")
    }
    guard begun.policy.deliveredTypes?.contains(receipt.mediaType) ?? true else {
      throw DeliveryError(
        .mediaTypeRefused, "The tenant's policy does not allow files of this type.",
        reason: RefusalReason("type-not-in-policy"))
    }
  }

  private func end(
    _ begun: Begun, _ error: DeliveryError, removingObject: Bool = false,
    scan: ScanRecord? = nil, by caller: Caller
  ) async -> DeliveryError {
    let upload = begun.upload
    if removingObject {
      do {
        try await objects.delete(upload.objectKey)
      } catch let removal {
        // The upload stays pending: the sweep needs it to find the object.
        return DeliveryError(
          error.code, error.detail, reason: error.reason,
          cause: FailedTwice(first: error, second: removal))
      }
    }
    let event = AuditEvent(
      .uploadEnd, by: caller, at: clock.now(), outcome: error.reason == nil ? .failure : .denied,
      why: error.reason?.text ?? error.code.rawValue, object: upload.auditObject,
      grant: begun.grant, transfer: scan.map { AuditTransfer(scan: $0) },
      filename: upload.filename)
    let state: UploadState = error.reason.map(UploadState.refused) ?? .failed(error.code)
    do throws(StoreError) {
      _ = try await store.endUpload(upload.id, of: upload.tenant, as: state, event: event)
      return error
    } catch let ending {
      return DeliveryError(
        error.code, error.detail, reason: error.reason,
        cause: FailedTwice(first: error, second: ending))
    }
  }
}

/// A failure while cleaning up after a failure; the first one is what the client learns.
package struct FailedTwice: Error, Sendable {
  /// What went wrong first.
  package let first: any Error
  /// What went wrong while cleaning up.
  package let second: any Error
}

extension Upload {
  var auditObject: AuditObject {
    AuditObject(document: document, version: version, upload: id)
  }
}
