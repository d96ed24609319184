// What one request has come to so far: carried from its head to its answer and on to the access
// log.

import Base
import SigV4

/// A request that is being answered.
final class S3Exchange: Sendable {
  /// Where the signature stood; nothing for a form, whose signature lies in its body.
  let form: VerifiedRequest.Form?
  /// What the signature says about the body.
  let payload: PayloadHash
  /// Checks the chunks of the body.
  let chunks: ChunkVerifier?
  private let signer: String?
  let target: S3Target
  let operation: S3Operation
  private let outcome = Lock(Outcome())

  /// What only the answer knows.
  struct Outcome: Sendable {
    var error: S3Code?
    var objectSize: Int64?
    var formAccessKeyID: String?
  }

  init(verified: VerifiedRequest?, target: S3Target, operation: S3Operation) {
    form = verified?.form
    payload = verified?.payload ?? .unsigned
    chunks = verified?.chunks
    signer = verified?.accessKeyID
    self.target = target
    self.operation = operation
  }

  /// Notes the error that the answer tells.
  func note(error: S3Code) { outcome.withLock { $0.error = error } }

  /// Notes the size of the object that the request is about.
  func note(objectSize: Int64) { outcome.withLock { $0.objectSize = objectSize } }

  /// Notes who signed the form.
  func note(accessKeyID: String) { outcome.withLock { $0.formAccessKeyID = accessKeyID } }

  /// Whose signature it is; nothing for a form that was not read yet.
  var accessKeyID: String? { signer ?? noted.formAccessKeyID }

  /// What was noted.
  var noted: Outcome { outcome.withLock { $0 } }
}

/// A request that was refused from its head; for the access log.
final class S3Refusal: Sendable {
  let error: S3Code

  init(error: S3Code) { self.error = error }
}
