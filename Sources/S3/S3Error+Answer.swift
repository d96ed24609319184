// From an error answer to an `S3Error`: the code in the XML decides, the status stands in for it
// where there is none (HEAD, proxies, stores that send HTML).

import HTTPMessage
import XMLText

extension S3Error {
  /// Reads an answer that is not a success.
  init(status: HTTPStatus, fields: HTTPFields, body: [UInt8], isForObject: Bool) {
    let document = ErrorDocument(body)
    let storeCode = document?.code ?? fields["x-amz-error-code"].flatMap(ErrorDocument.plainCode)
    let known = storeCode.flatMap { S3Error.codes[$0] }
    let code = known ?? S3Error.code(of: status, isForObject: isForObject)
    let requestID = fields[.xAmzRequestID] ?? document?.requestID
    self.init(
      code, S3Error.detail(of: code), status: status.code,
      requestID: requestID.flatMap { ErrorDocument.plain($0, countMax: 128) },
      storeCode: storeCode)
  }

  /// The error document inside of an answer with status 200; nothing for any other document.
  init?(late fields: HTTPFields, _ body: [UInt8]) {
    guard ErrorDocument(body) != nil else { return nil }
    self.init(status: .internalServerError, fields: fields, body: body, isForObject: true)
  }

  private static func code(of status: HTTPStatus, isForObject: Bool) -> Code {
    switch status.code {
    case 301, 302, 307, 308: .wrongRegion
    case 304: .notModified
    case 400, 405, 411, 415: .invalidRequest
    case 401, 403: .accessDenied
    case 404: isForObject ? .noSuchKey : .noSuchBucket
    case 408: .timeout
    case 409: .conflict
    case 412: .preconditionFailed
    case 413: .entityTooLarge
    case 416: .invalidRange
    case 429, 503: .slowDown
    case 500, 502, 504: .storeFailed
    case 501: .notImplemented
    case 507: .quotaExceeded
    default: .garbageAnswer
    }
  }

  static func detail(of code: Code) -> String {
    switch code {
    case .accessDenied: "the store denies access"
    case .accessKeyUnknown: "the store does not know the access key"
    case .signatureMismatch: "the store computes another signature"
    case .credentialsExpired: "the credentials for the store have expired"
    case .credentialsMissing: "there are no credentials for the store"
    case .credentialsInvalid: "the credentials for the store are not usable"
    case .credentialsUnavailable: "the service that gives credentials does not answer"
    case .clockSkewed: "our clock and the clock of the store differ too much"
    case .wrongRegion: "the bucket belongs to another region or endpoint"
    case .noSuchKey: "there is no such object"
    case .noSuchBucket: "there is no such bucket"
    case .noSuchVersion: "there is no such version of the object"
    case .noSuchUpload: "the multipart upload is not there any more"
    case .bucketExists: "the name of the bucket is taken"
    case .bucketOwned: "the bucket exists already"
    case .bucketNotEmpty: "the bucket is not empty"
    case .preconditionFailed: "the object is not in the expected state"
    case .notModified: "the object has not changed"
    case .conflict: "another operation on the object is under way"
    case .invalidRange: "the range lies outside the object"
    case .invalidPart: "the parts of the upload do not fit together"
    case .digestMismatch: "the bytes do not have the expected digest"
    case .invalidRequest: "the store does not understand the request"
    case .invalidBucketName: "the name of the bucket is not possible"
    case .keyTooLong: "the key of the object is too long"
    case .entityTooLarge: "the object is too large for the store"
    case .quotaExceeded: "the store has no room"
    case .notImplemented: "the store cannot do this"
    case .slowDown: "the store asks to slow down"
    case .storeFailed: "the store failed"
    case .timeout: "the store took too long"
    case .unreachable: "the store cannot be reached"
    case .connectionLost: "the connection to the store broke"
    case .garbageAnswer: "the answer of the store makes no sense"
    case .circuitOpen: "the store has failed several times and is left to rest"
    case .tooManyRequests: "too many requests to the store are under way"
    case .requestBodyFailed: "the bytes to store cannot be read"
    case .responseFileFailed: "the object cannot be written to the file"
    case .responseTooLarge: "the object is larger than accepted"
    case .cancelled: "the operation was cancelled"
    }
  }

  /// The codes of the S3 API reference, and those that Ceph, MinIO and SeaweedFS add.
  private static let codes: [String: Code] = [
    "AccessDenied": .accessDenied, "AllAccessDisabled": .accessDenied,
    "AccountProblem": .accessDenied, "InvalidObjectState": .accessDenied,
    "InvalidAccessKeyId": .accessKeyUnknown, "SignatureDoesNotMatch": .signatureMismatch,
    "ExpiredToken": .credentialsExpired, "TokenRefreshRequired": .credentialsExpired,
    "InvalidToken": .credentialsInvalid, "CredentialsNotSupported": .credentialsInvalid,
    "RequestTimeTooSkewed": .clockSkewed, "RequestExpired": .clockSkewed,
    "PermanentRedirect": .wrongRegion, "TemporaryRedirect": .wrongRegion,
    "Redirect": .wrongRegion, "AuthorizationHeaderMalformed": .wrongRegion,
    "IllegalLocationConstraintException": .wrongRegion,
    "NoSuchKey": .noSuchKey, "NoSuchBucket": .noSuchBucket, "NoSuchVersion": .noSuchVersion,
    "NoSuchUpload": .noSuchUpload, "InvalidPart": .invalidPart,
    "InvalidPartOrder": .invalidPart, "EntityTooSmall": .invalidPart,
    "BucketAlreadyExists": .bucketExists, "BucketAlreadyOwnedByYou": .bucketOwned,
    "BucketNotEmpty": .bucketNotEmpty, "PreconditionFailed": .preconditionFailed,
    "ConditionalRequestConflict": .conflict, "OperationAborted": .conflict,
    "NotModified": .notModified, "InvalidRange": .invalidRange,
    "BadDigest": .digestMismatch, "InvalidDigest": .digestMismatch,
    "XAmzContentSHA256Mismatch": .digestMismatch, "IncompleteBody": .connectionLost,
    "InvalidArgument": .invalidRequest, "InvalidRequest": .invalidRequest,
    "InvalidURI": .invalidRequest, "MalformedXML": .invalidRequest,
    "MethodNotAllowed": .invalidRequest, "MissingContentLength": .invalidRequest,
    "InvalidBucketName": .invalidBucketName, "KeyTooLongError": .keyTooLong,
    "EntityTooLarge": .entityTooLarge, "QuotaExceeded": .quotaExceeded,
    "XMinioStorageFull": .quotaExceeded, "NotImplemented": .notImplemented,
    "SlowDown": .slowDown, "SlowDownRead": .slowDown, "SlowDownWrite": .slowDown,
    "ServiceUnavailable": .slowDown, "Busy": .slowDown, "TooManyRequests": .slowDown,
    "InternalError": .storeFailed, "RequestTimeout": .timeout,
  ]
}

/// The parts of an error document that we use. Its message stays out: it may hold keys.
private struct ErrorDocument {
  var code: String?
  var requestID: String?

  /// Nothing if the body is not an S3 error document.
  init?(_ body: [UInt8]) {
    guard !body.isEmpty else { return nil }
    do throws(XMLError) {
      let reader = try XMLReader(body, limits: XMLLimits(bytesMax: 64 << 10, depthMax: 8))
      try reader.root(named: "Error")
      while let child = try reader.nextChild() {
        switch child.local {
        case "Code": code = ErrorDocument.plainCode(try reader.text())
        case "RequestId": requestID = try reader.text()
        default: try reader.skip()
        }
      }
      try reader.finish()
    } catch {
      // HTML from a proxy, or half a document: the status decides.
      return nil
    }
  }

  static func plainCode(_ text: String) -> String? {
    let isPlain = text.utf8.allSatisfy { Characters.isLetter($0) || Characters.isDigit($0) }
    return isPlain ? plain(text, countMax: 64) : nil
  }

  static func plain(_ text: String, countMax: Int) -> String? {
    let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
    return isPlain && (1...countMax).contains(text.utf8.count) ? text : nil
  }
}
