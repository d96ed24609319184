// The signing side, prepared once for credentials, region and endpoint. No I/O; time is a
// parameter.

import Base
import Cryptography

/// Signs requests to one object store; use one from any number of threads.
///
/// ```swift
/// let signer = try Signer(
///   credentials: Credentials(accessKeyID: "AK", secretAccessKey: "SK"), region: "eu-central-1",
///   endpoint: Endpoint("https://s3.example.com"))
/// let url = try signer.presign(
///   .get, bucket: "letters", key: Array("v1/a.pdf".utf8), lifetimeSeconds: 300, at: now)
/// ```
public final class Signer: Sendable {
  /// The bounds of a presigned URL's life in seconds (one second to seven days).
  public static let lifetimeSecondsRange = 1...604_800
  /// The longest object key in bytes.
  public static let keyBytesMax = 1024
  /// The longest bucket name in bytes.
  public static let bucketBytesMax = 255

  /// Who signs.
  public let credentials: Credentials
  /// The region in the credential scope.
  public let region: String
  /// The service in the credential scope, `s3`.
  public let service: String
  /// Where the store listens.
  public let endpoint: Endpoint

  let texts: EndpointTexts
  private let days = Lock<[SigningDay]>([])

  /// Prepares a signer.
  ///
  /// Throws `credentials-invalid` when the access key id, the secret, the region or the service is
  /// empty, or holds control characters, or the region or service holds a `/`.
  public init(
    credentials: Credentials, region: String, endpoint: Endpoint, service: String = "s3"
  ) throws(SigV4Error) {
    let parts = [credentials.accessKeyID, region, service]
    let isPlain = parts.allSatisfy { part in
      !part.isEmpty && part.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }
    guard isPlain, credentials.secret.count > 0, !region.contains("/"), !service.contains("/"),
      credentials.sessionToken?.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) ?? true
    else {
      throw SigV4Error(
        .credentialsInvalid, "The access key, its secret or its scope is not usable.")
    }
    self.credentials = credentials
    self.region = region
    self.service = service
    self.endpoint = endpoint
    texts = EndpointTexts(endpoint, token: credentials.sessionToken)
  }

  /// The prepared parts of the day of `time`; two days are kept, for the time around midnight.
  func day(of time: SigningTime) -> SigningDay {
    let day = time.day
    let known = days.withLock { days -> SigningDay? in
      for known in days where known.day == day { return known }
      return nil
    }
    if let known { return known }
    let fresh = SigningDay(time, credentials: credentials, region: region, service: service)
    days.withLock { days in
      if days.count > 1 { days.removeFirst() }
      days.append(fresh)
    }
    return fresh
  }

  static func check(bucket: String) throws(SigV4Error) {
    var isPlain = true
    for byte in bucket.utf8 where !Percent.isUnreserved(byte) || byte == 0x7E { isPlain = false }
    guard isPlain, (1...bucketBytesMax).contains(bucket.utf8.count), bucket != ".", bucket != ".."
    else {
      throw SigV4Error(.bucketInvalid, "A bucket's name has letters, digits, '.', '-' and '_'.")
    }
  }

  static func check(key: [UInt8]) throws(SigV4Error) {
    guard key.count <= keyBytesMax else {
      throw SigV4Error(.keyTooLong, "An object key has at most \(keyBytesMax) bytes.")
    }
  }
}

/// The constant texts of an endpoint.
struct EndpointTexts: Sendable {
  let scheme: [UInt8]
  let authority: [UInt8]
  let basePath: [UInt8]
  /// `&X-Amz-Security-Token=...`, or empty.
  let token: [UInt8]

  init(_ endpoint: Endpoint, token: String?) {
    scheme = Array("\(endpoint.scheme)://".utf8)
    authority = Array(endpoint.authority.utf8)
    basePath = Array(endpoint.basePath.utf8)
    self.token =
      token.map { Array("&X-Amz-Security-Token=".utf8) + Percent.encode($0.utf8) } ?? []
  }
}
