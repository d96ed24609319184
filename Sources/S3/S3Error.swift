// Why the store did not do what was asked, in our words.

import HTTPClient

/// A failed operation on the object store; never names bucket, key, URL or credentials.
package struct S3Error: Error, Sendable, CustomStringConvertible {
  /// The condition; stable forever.
  package enum Code: String, Sendable, Hashable, CaseIterable {
    // The store refuses who we are or what we may.
    case accessDenied = "access-denied"
    case accessKeyUnknown = "access-key-unknown"
    case signatureMismatch = "signature-mismatch"
    case credentialsExpired = "credentials-expired"
    case credentialsMissing = "credentials-missing"
    case credentialsInvalid = "credentials-invalid"
    case credentialsUnavailable = "credentials-unavailable"
    case clockSkewed = "clock-skewed"
    case wrongRegion = "wrong-region"

    // What we asked for is not there, or not in the state we asked for.
    case noSuchKey = "no-such-key"
    case noSuchBucket = "no-such-bucket"
    case noSuchVersion = "no-such-version"
    case noSuchUpload = "no-such-upload"
    case bucketExists = "bucket-exists"
    case bucketOwned = "bucket-owned-by-you"
    case bucketNotEmpty = "bucket-not-empty"
    case preconditionFailed = "precondition-failed"
    case notModified = "not-modified"
    case conflict = "conflict"
    case invalidRange = "invalid-range"
    case invalidPart = "invalid-part"
    case digestMismatch = "digest-mismatch"

    // What we asked is not possible.
    case invalidRequest = "invalid-request"
    case invalidBucketName = "invalid-bucket-name"
    case keyTooLong = "key-too-long"
    case entityTooLarge = "entity-too-large"
    case quotaExceeded = "quota-exceeded"
    case notImplemented = "not-implemented"

    // The store has no time or cannot be talked to.
    case slowDown = "slow-down"
    case storeFailed = "store-failed"
    case timeout = "timeout"
    case unreachable = "unreachable"
    case connectionLost = "connection-lost"
    case garbageAnswer = "garbage-answer"
    case circuitOpen = "circuit-open"
    case tooManyRequests = "too-many-requests"

    // On our side.
    case requestBodyFailed = "request-body-failed"
    case responseFileFailed = "response-file-failed"
    case responseTooLarge = "response-too-large"
    case cancelled = "cancelled"
  }

  /// The condition.
  package let code: Code

  /// A sentence that is safe to show to a client.
  package let detail: String

  /// The status of the store's answer; nothing if there was none.
  package let status: Int?

  /// The store's id of the request, for its operator; at most 128 visible ASCII characters.
  package let requestID: String?

  /// The store's own code, such as `NoSuchKey`; at most 64 letters and digits.
  package let storeCode: String?

  /// How often the request was sent; above 1, an earlier attempt may have taken effect.
  package internal(set) var attempts = 1

  /// What caused the error on our side.
  package let cause: (any Error)?

  /// Creates an error.
  package init(
    _ code: Code, _ detail: String, status: Int? = nil, requestID: String? = nil,
    storeCode: String? = nil, cause: (any Error)? = nil
  ) {
    self.code = code
    self.detail = detail
    self.status = status
    self.requestID = requestID
    self.storeCode = storeCode
    self.cause = cause
  }

  /// Whether the same request may succeed when it is sent again.
  package var isRetriable: Bool {
    switch code {
    case .slowDown, .storeFailed, .timeout, .unreachable, .connectionLost: true
    default: false
    }
  }

  /// What the failure says about the health of the endpoint.
  var circuitOutcome: CircuitBreaker.Outcome {
    switch code {
    case .unreachable, .timeout, .connectionLost, .storeFailed, .garbageAnswer: .failed
    // A store that asks to slow down is alive; a proxy that has no store behind it says 503 too.
    case .slowDown: storeCode == nil ? .failed : .answered
    case .requestBodyFailed, .responseFileFailed, .cancelled, .tooManyRequests: .unknown
    default: status == nil ? .unknown : .answered
    }
  }

  /// Whether newer credentials may make the difference.
  var blamesCredentials: Bool {
    guard status != nil else { return false }
    switch code {
    case .credentialsExpired, .credentialsInvalid, .accessKeyUnknown: return true
    default: return false
    }
  }

  /// Whether the request, or an earlier sending of it, may have taken effect all the same. libcurl
  /// sends once more by itself when a kept connection turns out dead, so attempts tell nothing.
  var mayHideSuccess: Bool {
    switch code {
    case .timeout, .connectionLost, .storeFailed, .noSuchUpload, .preconditionFailed: true
    default: false
    }
  }

  package var description: String {
    var text = "\(code.rawValue): \(detail)"
    if let status { text += ", status \(status)" }
    if let storeCode { text += ", \(storeCode)" }
    if let requestID { text += ", request \(requestID)" }
    if attempts > 1 { text += ", \(attempts) attempts" }
    return text
  }
}
