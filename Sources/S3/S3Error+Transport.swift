// From errors below (HTTP client, signing, XML) to an `S3Error`, with the cause kept for our log.

import HTTPClient
import SigV4
import XMLText

extension S3Error {
  init(_ error: HTTPClientError) {
    let code: Code =
      switch error.code {
      case .hostUnknown, .connectFailed, .tlsFailed, .addressRefused, .closed, .unavailable,
        .urlRefused:
        .unreachable
      case .timeoutConnect, .timeoutTotal, .tooSlow: .timeout
      case .connectionLost, .bodyMismatch: .connectionLost
      case .protocolError: .garbageAnswer
      case .responseTooLarge: .responseTooLarge
      case .requestBodyFailed: .requestBodyFailed
      case .responseFileFailed: .responseFileFailed
      case .fieldRefused: .invalidRequest
      case .cancelled: .cancelled
      case .overloaded: .tooManyRequests
      }
    self.init(code, S3Error.detail(of: code), cause: error)
  }

  init(_ error: SigV4Error) {
    let code: Code =
      switch error.code {
      case .bucketInvalid: .invalidBucketName
      case .keyTooLong: .keyTooLong
      case .credentialsInvalid: .credentialsInvalid
      default: .invalidRequest
      }
    self.init(code, S3Error.detail(of: code), cause: error)
  }

  init(_ error: XMLError) {
    self.init(.garbageAnswer, S3Error.detail(of: .garbageAnswer), cause: error)
  }

  init(_ code: Code, cause: (any Error)? = nil) {
    self.init(code, S3Error.detail(of: code), cause: cause)
  }
}
