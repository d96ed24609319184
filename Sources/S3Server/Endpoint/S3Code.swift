// S3's own error codes: names and statuses as Amazon documents them, so that every S3 client reacts
// as it does to the original.

import HTTPMessage
import SigV4

/// An error code of the S3 protocol.
enum S3Code: String, Sendable, CaseIterable {
  case accessDenied = "AccessDenied"
  case authorizationHeaderMalformed = "AuthorizationHeaderMalformed"
  case authorizationQueryParametersError = "AuthorizationQueryParametersError"
  case badDigest = "BadDigest"
  case bucketAlreadyOwnedByYou = "BucketAlreadyOwnedByYou"
  case bucketNotEmpty = "BucketNotEmpty"
  case entityTooLarge = "EntityTooLarge"
  case entityTooSmall = "EntityTooSmall"
  case incompleteBody = "IncompleteBody"
  case insufficientStorage = "InsufficientStorage"
  case internalError = "InternalError"
  case invalidAccessKeyID = "InvalidAccessKeyId"
  case invalidArgument = "InvalidArgument"
  case invalidBucketName = "InvalidBucketName"
  case invalidChunkSize = "InvalidChunkSizeError"
  case invalidDigest = "InvalidDigest"
  case invalidPart = "InvalidPart"
  case invalidLocationConstraint = "InvalidLocationConstraint"
  case invalidPartNumber = "InvalidPartNumber"
  case invalidPartOrder = "InvalidPartOrder"
  case invalidPolicyDocument = "InvalidPolicyDocument"
  case invalidRange = "InvalidRange"
  case invalidRequest = "InvalidRequest"
  case invalidToken = "InvalidToken"
  case invalidTag = "InvalidTag"
  case invalidURI = "InvalidURI"
  case keyTooLong = "KeyTooLongError"
  case malformedPOSTRequest = "MalformedPOSTRequest"
  case malformedTrailer = "MalformedTrailerError"
  case malformedXML = "MalformedXML"
  case metadataTooLarge = "MetadataTooLarge"
  case methodNotAllowed = "MethodNotAllowed"
  case missingContentLength = "MissingContentLength"
  case noSuchBucket = "NoSuchBucket"
  case noSuchKey = "NoSuchKey"
  case noSuchUpload = "NoSuchUpload"
  case noSuchVersion = "NoSuchVersion"
  case notImplemented = "NotImplemented"
  case preconditionFailed = "PreconditionFailed"
  case requestTimeout = "RequestTimeout"
  case requestTimeTooSkewed = "RequestTimeTooSkewed"
  case serviceUnavailable = "ServiceUnavailable"
  case signatureDoesNotMatch = "SignatureDoesNotMatch"
  case tooManyBuckets = "TooManyBuckets"
  case payloadMismatch = "XAmzContentSHA256Mismatch"

  /// The status that goes with the code.
  var status: HTTPStatus {
    switch self {
    case .accessDenied, .invalidAccessKeyID, .invalidChunkSize, .invalidToken,
      .requestTimeTooSkewed,
      .signatureDoesNotMatch:
      .forbidden
    case .noSuchBucket, .noSuchKey, .noSuchUpload, .noSuchVersion: .notFound
    case .bucketAlreadyOwnedByYou, .bucketNotEmpty: .conflict
    case .preconditionFailed: .preconditionFailed
    case .invalidPartNumber, .invalidRange: .rangeNotSatisfiable
    case .missingContentLength: .lengthRequired
    case .methodNotAllowed: .methodNotAllowed
    case .internalError: .internalServerError
    case .notImplemented: .notImplemented
    case .serviceUnavailable: .serviceUnavailable
    case .insufficientStorage: .insufficientStorage
    default: .badRequest
    }
  }
}

/// An answer of the endpoint that is an error.
struct S3Error: Error, Sendable {
  let code: S3Code
  let message: String
  /// Fields of the answer besides the usual ones.
  var fields = HTTPFields()

  init(_ code: S3Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// Translates a failure of the store.
  init(_ error: StoreError) {
    let code: S3Code =
      switch error.code {
      case .bucketAbsent: .noSuchBucket
      case .bucketExists: .bucketAlreadyOwnedByYou
      case .bucketNotEmpty: .bucketNotEmpty
      case .bucketNameInvalid: .invalidBucketName
      case .bucketLimitReached: .tooManyBuckets
      case .keyInvalid: .invalidURI
      case .keyTooLong: .keyTooLong
      case .objectAbsent: .noSuchKey
      case .objectTooLarge: .entityTooLarge
      case .metadataTooLarge: .metadataTooLarge
      case .conditionFailed: .preconditionFailed
      case .md5Mismatch, .checksumMismatch: .badDigest
      case .payloadMismatch: .payloadMismatch
      case .bodyIncomplete: .incompleteBody
      case .uploadAbsent: .noSuchUpload
      case .partInvalid: .invalidPart
      case .partNumberInvalid: .invalidArgument
      case .checksumKindMismatch: .invalidRequest
      case .partOrderInvalid: .invalidPartOrder
      case .partTooSmall: .entityTooSmall
      case .listingTooLarge, .uploadLimitReached: .serviceUnavailable
      case .diskFull: .insufficientStorage
      case .objectDamaged, .folderInUse, .systemFailed: .internalError
      }
    self.init(code, error.detail)
  }

  /// Translates a signature that was not accepted.
  init(_ error: SigV4Error, isHeaderForm: Bool) {
    let malformed: S3Code =
      isHeaderForm ? .authorizationHeaderMalformed : .authorizationQueryParametersError
    let code: S3Code =
      switch error.code {
      case .authorizationMissing, .requestExpired, .requestNotYetValid, .headerNotSigned:
        .accessDenied
      case .authorizationAmbiguous, .payloadHashMalformed: .invalidArgument
      case .dateMalformed: isHeaderForm ? .accessDenied : malformed
      case .authorizationMalformed, .queryMalformed, .dateMismatch, .regionMismatch,
        .serviceMismatch, .lifetimeOutOfRange:
        malformed
      case .algorithmUnsupported: isHeaderForm ? .invalidRequest : malformed
      case .encodingMalformed: .invalidURI
      case .payloadHashMissing, .requestTooLarge: .invalidRequest
      case .requestTimeSkewed: .requestTimeTooSkewed
      case .accessKeyUnknown: .invalidAccessKeyID
      case .sessionTokenInvalid: .invalidToken
      case .signatureMismatch: .signatureDoesNotMatch
      default: .accessDenied
      }
    self.init(code, error.detail)
  }

  /// Translates a body that could not be read.
  init(_ error: HTTPMessageError) {
    let code: S3Code =
      switch error.code {
      case .bodyTooLarge: .entityTooLarge
      case .bodyTimedOut: .requestTimeout
      case .bodyCutOff: .incompleteBody
      default: .invalidRequest
      }
    self.init(code, "The body of the request could not be read.")
  }
}
