// What the head of an upload says: fields to store, digests to check, conditions to hold, how the
// body is coded. A field that would change the meaning of the upload and is not implemented is
// refused, never ignored.

import Base
import Cryptography
import HTTPMessage
import SigV4

/// The terms of an upload.
struct UploadTerms {
  private(set) var fields = [ObjectField]()
  private(set) var promised = PromisedDigests()
  let condition: WriteCondition
  /// Whether the body is `aws-chunked`.
  private(set) var isChunked = false
  /// The checksum that comes behind the body.
  private(set) var trailer: ChecksumAlgorithm?
  /// Whether a checksum of a multipart upload is to cover the whole.
  private(set) var isWholeChecksum = false
  /// Whether tags were given.
  private(set) var hasTags = false

  /// Bytes of all user metadata, names without prefix and values: S3 allows 2 KiB.
  static let userMetadataBytesMax = 2048

  /// Reads the head of a request; throws the S3 error that it deserves.
  ///
  /// `isCopy` lets the fields of a copy pass, which are read elsewhere.
  init(_ head: HTTPFields, payload: PayloadHash, isCopy: Bool = false) throws(S3Error) {
    condition = try UploadTerms.condition(head)
    try readPayload(payload, head)
    if let text = head["content-md5"] {
      promised.md5 = try UploadTerms.md5(text)
    }
    var userBytes = 0
    for position in 0..<head.count {
      let (name, value) = head[position]
      let lower = name.lowercased()
      if lower.hasPrefix("x-amz-meta-") {
        userBytes += lower.utf8.count - "x-amz-meta-".utf8.count + value.utf8.count
        fields.append(ObjectField(name: lower, value: Array(value.utf8)))
      } else if lower.hasPrefix("x-amz-") {
        try read(lower, value, isCopy)
      } else if UploadTerms.stored.contains(lower) {
        let kept = lower == "content-encoding" ? UploadTerms.withoutChunking(value) : value
        if !kept.isEmpty { fields.append(ObjectField(name: lower, value: Array(kept.utf8))) }
      }
    }
    guard userBytes <= UploadTerms.userMetadataBytesMax else {
      throw S3Error(.metadataTooLarge, "Your metadata headers exceed the maximum size.")
    }
    try checkTrailer(payload)
  }

  /// Fields of a request that are stored as they are.
  static let stored: Set<String> = [
    "cache-control", "content-disposition", "content-encoding", "content-language",
    "content-type", "expires",
  ]

  private static let harmless: Set<String> = [
    "x-amz-date", "x-amz-content-sha256", "x-amz-user-agent", "x-amz-decoded-content-length",
  ]

  private mutating func read(_ name: String, _ value: String, _ isCopy: Bool) throws(S3Error) {
    let isKnown =
      UploadTerms.harmless.contains(name)
      || name == "x-amz-acl" && value == "private"
      || name == "x-amz-storage-class" && value == "STANDARD"
      || isCopy && (CopyTerms.names.contains(name))
    guard !isKnown else { return }
    switch name {
    case ChecksumField.algorithm, "x-amz-sdk-checksum-algorithm":
      guard let algorithm = ChecksumAlgorithm(name: value) else {
        throw S3Error(.invalidRequest, "Checksum algorithm provided is unsupported.")
      }
      promised.algorithm = algorithm
    case ChecksumField.type:
      guard Array(value.utf8) == ChecksumField.fullObject || value == "COMPOSITE" else {
        throw S3Error(.invalidRequest, "Value for x-amz-checksum-type header is invalid.")
      }
      isWholeChecksum = value == "FULL_OBJECT"
    case "x-amz-trailer":
      guard let algorithm = ChecksumAlgorithm(header: value.lowercased()) else {
        throw S3Error(.malformedTrailer, "Only one checksum can be announced as a trailer.")
      }
      trailer = algorithm
    case ObjectTags.header:
      fields.append(ObjectField(name: name, value: try ObjectTags(query: value).encoded))
      hasTags = true
    default:
      guard name.hasPrefix(ChecksumAlgorithm.prefix) else {
        throw S3Error(.notImplemented, "The header \(name) is not implemented.")
      }
      guard promised.checksum == nil else {
        throw S3Error(
          .invalidRequest, "Expecting a single x-amz-checksum- header. Multiple were found.")
      }
      promised.checksum = try UploadTerms.checksum(name, value)
    }
  }

  /// Reads the value of one `x-amz-checksum-...` header.
  static func checksum(_ name: String, _ value: String) throws(S3Error) -> Checksum {
    guard let algorithm = ChecksumAlgorithm(header: name) else {
      throw S3Error(.notImplemented, "The header \(name) is not implemented.")
    }
    guard let checksum = Checksum(algorithm, base64: value.utf8) else {
      throw S3Error(.invalidRequest, "Value for \(name) header is invalid.")
    }
    return checksum
  }

  /// Reads `Content-MD5`.
  static func md5(_ text: String) throws(S3Error) -> [UInt8] {
    guard let md5 = Base64.decode(Array(text.utf8), .standard), md5.count == 16 else {
      throw S3Error(.invalidDigest, "The Content-MD5 you specified is not valid.")
    }
    return md5
  }

  private mutating func readPayload(_ payload: PayloadHash, _ fields: HTTPFields) throws(S3Error) {
    switch payload {
    case .unsigned:
      promised.size = fields[.contentLength].flatMap { Int64($0) }
    case .sha256(let hex):
      promised.size = fields[.contentLength].flatMap { Int64($0) }
      promised.sha256 = SHA256Digest(hex: hex)
    case .signedChunks, .unsignedChunksWithTrailer:
      isChunked = true
      promised.size = try UploadTerms.decodedLength(fields)
    }
  }

  /// The length of an `aws-chunked` body without its framing.
  static func decodedLength(_ fields: HTTPFields) throws(S3Error) -> Int64 {
    guard let text = fields["x-amz-decoded-content-length"], text.utf8.count <= 18,
      text.utf8.allSatisfy(Characters.isDigit), let length = Int64(text)
    else {
      throw S3Error(
        .missingContentLength, "You must provide the x-amz-decoded-content-length HTTP header.")
    }
    return length
  }

  private mutating func checkTrailer(_ payload: PayloadHash) throws(S3Error) {
    switch payload {
    case .unsigned, .sha256, .signedChunks(hasTrailer: false):
      guard trailer == nil else {
        throw S3Error(.invalidRequest, "x-amz-trailer needs a payload that has a trailer.")
      }
    case .signedChunks(hasTrailer: true), .unsignedChunksWithTrailer:
      guard let trailer else {
        throw S3Error(.malformedTrailer, "The payload has a trailer that x-amz-trailer must name.")
      }
      guard promised.checksum == nil else {
        throw S3Error(.invalidRequest, "A checksum comes in the head or in the trailer.")
      }
      promised.algorithm = trailer
    }
  }

  /// `aws-chunked` is a coding of the transfer and no property of the object.
  private static func withoutChunking(_ value: String) -> String {
    value.split(separator: ",")
      .map { part in
        String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
      }
      .filter { $0.lowercased() != "aws-chunked" }.joined(separator: ",")
  }

  /// The condition of a change; `If-None-Match` takes `*` only, as S3 has it.
  static func condition(_ fields: HTTPFields) throws(S3Error) -> WriteCondition {
    switch (fields[.ifMatch], fields[.ifNoneMatch]) {
    case (nil, nil): return .always
    case (nil, "*"): return .absent
    case ("*", nil): return .present
    case (let text?, nil): return .etag(unquoted(text))
    default:
      throw S3Error(.notImplemented, "This combination of conditions is not implemented.")
    }
  }

  /// An entity tag without its quotes.
  static func unquoted(_ text: String) -> String {
    let isQuoted = text.utf8.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"")
    return isQuoted ? String(text.dropFirst().dropLast()) : text
  }
}
