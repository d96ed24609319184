// What the head of an upload says: fields to store, digests to check, conditions to hold. A field
// that would change the meaning of the upload and is not implemented is refused, never ignored.

import Base
import Cryptography
import HTTPMessage
import SigV4

/// The terms of an upload.
struct UploadTerms {
  private(set) var fields = [ObjectField]()
  private(set) var promised = PromisedDigests()
  let condition: WriteCondition

  /// Bytes of all user metadata, names without prefix and values: S3 allows 2 KiB.
  static let userMetadataBytesMax = 2048

  /// Reads the head of a request; throws the S3 error that it deserves.
  init(_ request: HTTPRequest, payload: PayloadHash) throws(S3Error) {
    condition = try UploadTerms.condition(request.fields)
    promised.size = request.fields[.contentLength].flatMap { Int64($0) }
    try readPayload(payload)
    if let text = request.fields["content-md5"] {
      guard let md5 = Base64.decode(Array(text.utf8), .standard), md5.count == 16 else {
        throw S3Error(.invalidDigest, "The Content-MD5 you specified is not valid.")
      }
      promised.md5 = md5
    }
    var userBytes = 0
    for position in 0..<request.fields.count {
      let (name, value) = request.fields[position]
      let lower = name.lowercased()
      if lower.hasPrefix("x-amz-meta-") {
        userBytes += lower.utf8.count - "x-amz-meta-".utf8.count + value.utf8.count
        fields.append(ObjectField(name: lower, value: Array(value.utf8)))
      } else if lower.hasPrefix("x-amz-checksum-") {
        try readChecksum(lower, value)
      } else if lower.hasPrefix("x-amz-") {
        guard UploadTerms.isHarmless(lower, value) else {
          throw S3Error(.notImplemented, "The header \(lower) is not implemented.")
        }
      } else if UploadTerms.stored.contains(lower) {
        fields.append(ObjectField(name: lower, value: Array(value.utf8)))
      }
    }
    guard userBytes <= UploadTerms.userMetadataBytesMax else {
      throw S3Error(.metadataTooLarge, "Your metadata headers exceed the maximum size.")
    }
  }

  private static let stored: Set<String> = [
    "cache-control", "content-disposition", "content-encoding", "content-language",
    "content-type", "expires",
  ]

  private static func isHarmless(_ name: String, _ value: String) -> Bool {
    switch name {
    case "x-amz-date", "x-amz-content-sha256", "x-amz-user-agent", "x-amz-sdk-checksum-algorithm":
      true
    case "x-amz-acl": value == "private"
    case "x-amz-storage-class": value == "STANDARD"
    default: false
    }
  }

  private mutating func readPayload(_ payload: PayloadHash) throws(S3Error) {
    switch payload {
    case .unsigned: return
    case .sha256(let hex): promised.sha256 = SHA256Digest(hex: hex)
    default: throw S3Error(.notImplemented, "Chunked payload signatures are not implemented.")
    }
  }

  private mutating func readChecksum(_ name: String, _ value: String) throws(S3Error) {
    let invalid = S3Error(.invalidRequest, "Value for \(name) header is invalid.")
    if name == "x-amz-checksum-algorithm" || name == "x-amz-checksum-type" { return }
    guard let bytes = Base64.decode(Array(value.utf8), .standard) else { throw invalid }
    let number = bytes.count == 4 ? bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } : nil
    switch name {
    case "x-amz-checksum-sha256":
      guard let digest = SHA256Digest(bytes) else { throw invalid }
      promised.checksumSHA256 = digest
    case "x-amz-checksum-sha1":
      guard bytes.count == 20 else { throw invalid }
      promised.checksumSHA1 = bytes
    case "x-amz-checksum-crc32":
      guard let number else { throw invalid }
      promised.checksumCRC32 = number
    case "x-amz-checksum-crc32c":
      guard let number else { throw invalid }
      promised.checksumCRC32C = number
    default: throw S3Error(.notImplemented, "The header \(name) is not implemented.")
    }
    fields.append(ObjectField(name: name, value: Array(value.utf8)))
  }

  /// The condition of a change; `If-None-Match` takes `*` only, as S3 has it.
  static func condition(_ fields: HTTPFields) throws(S3Error) -> WriteCondition {
    switch (fields[.ifMatch], fields[.ifNoneMatch]) {
    case (nil, nil): return .always
    case (nil, "*"): return .absent
    case ("*", nil): return .present
    case (let text?, nil):
      let isQuoted = text.utf8.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"")
      return .etag(isQuoted ? String(text.dropFirst().dropLast()) : text)
    default:
      throw S3Error(.notImplemented, "This combination of conditions is not implemented.")
    }
  }
}
