// What one request has come to so far: carried from its head to its answer and on to the access
// log.

import Base
import SigV4

/// A request that is being answered.
final class S3Exchange: Sendable {
  /// What the signature proved.
  let verified: VerifiedRequest
  let target: S3Target
  let operation: S3Operation
  private let outcome = Lock(Outcome())

  /// What only the answer knows.
  struct Outcome: Sendable {
    var error: S3Code?
    var objectSize: Int64?
  }

  init(verified: VerifiedRequest, target: S3Target, operation: S3Operation) {
    self.verified = verified
    self.target = target
    self.operation = operation
  }

  /// Notes the error that the answer tells.
  func note(error: S3Code) { outcome.withLock { $0.error = error } }

  /// Notes the size of the object that the request is about.
  func note(objectSize: Int64) { outcome.withLock { $0.objectSize = objectSize } }

  /// What was noted.
  var noted: Outcome { outcome.withLock { $0 } }
}

/// A request that was refused from its head; for the access log.
struct S3Refusal: Sendable {
  let error: S3Code
}
