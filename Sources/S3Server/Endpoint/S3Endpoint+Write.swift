// Uploads of objects and parts, and deletion.

import Base
import Cryptography
import HTTPMessage
import SigV4
import XMLText

extension S3Endpoint {
  /// Receives the body of an object or a part and publishes it.
  func receive(_ request: HTTPRequest, _ body: HTTPRequestBody, _ exchange: S3Exchange)
    async throws(S3Error) -> HTTPResponse
  {
    let target = exchange.target
    let terms = try UploadTerms(request.fields, payload: exchange.payload)
    let size = terms.promised.size
    let isPart = exchange.operation == .putPart
    let part = try target.number("partNumber", in: 1...store.limits.partsMax)
    let writer = try S3Endpoint.stored { () throws(StoreError) in
      if isPart, let part {
        try store.partWriter(
          part, upload: target.text("uploadId") ?? "", target.key, in: target.bucket, size: size,
          promised: terms.promised)
      } else {
        try store.writer(target.key, in: target.bucket, size: size, promised: terms.promised)
      }
    }
    var publication = Publication(fields: terms.fields, condition: terms.condition)
    publication.trailing = try await S3Endpoint.receive(body, terms, exchange, to: writer)
    let record: ObjectRecord
    do {
      record = try await writer.publish(publication)
    } catch {
      throw S3Error(error)
    }
    exchange.note(objectSize: record.size)
    var fields = HTTPFields([(.etag, "\"\(record.etag)\"")])
    if let (algorithm, value) = record.checksumField {
      fields.append(name: algorithm.header, value: value)
      if !isPart { fields.append(name: ChecksumField.type, value: "FULL_OBJECT") }
    }
    return HTTPResponse(.ok, fields: fields)
  }

  /// Deletes an object; S3 answers the same whether there was one.
  func deleteObject(_ request: HTTPRequest, _ exchange: S3Exchange) async throws(S3Error)
    -> HTTPResponse
  {
    let condition = try UploadTerms.condition(request.fields)
    do {
      _ = try await store.delete(
        exchange.target.key, in: exchange.target.bucket, condition: condition)
    } catch {
      throw S3Error(error)
    }
    return HTTPResponse(.noContent)
  }

  /// Deletes up to 1000 objects; each has its own outcome.
  func deleteObjects(_ request: HTTPRequest, _ body: HTTPRequestBody, _ exchange: S3Exchange)
    async throws(S3Error) -> HTTPResponse
  {
    try S3Endpoint.check(body.bytes, request, exchange)
    let list = try S3Endpoint.wellFormed { () throws(XMLError) in
      try S3Documents.deletion(body.bytes, keysMax: store.limits.deletedKeysMax)
    }
    let failures: [StoreError?]
    let wanted = list.deletions.enumerated().filter { !list.versioned.contains($0.offset) }
    do {
      failures = try await store.delete(wanted.map(\.element), in: exchange.target.bucket)
    } catch {
      throw S3Error(error)
    }
    var outcomes = [S3Error?](
      repeating: S3Error(.noSuchVersion, "The specified version does not exist."),
      count: list.deletions.count)
    for (place, failure) in zip(wanted, failures) {
      outcomes[place.offset] = failure.map { S3Error($0) }
    }
    return try S3Endpoint.document("DeleteResult") { writer throws(XMLError) in
      for (deletion, failure) in zip(list.deletions, outcomes) {
        guard failure != nil || !list.isQuiet else { continue }
        try writer.start(failure == nil ? "Deleted" : "Error")
        try writer.element("Key", String(decoding: deletion.key, as: UTF8.self))
        if let failure {
          try writer.element("Code", failure.code.rawValue)
          try writer.element("Message", failure.message)
        }
        writer.end()
      }
    }
  }

  /// Checks a body that was read whole against what the request says of it.
  ///
  /// `hasChecksum` is false where a checksum header speaks of something else than the body.
  static func check(
    _ body: [UInt8], _ request: HTTPRequest, _ exchange: S3Exchange, hasChecksum: Bool = true
  ) throws(S3Error) {
    switch exchange.payload {
    case .unsigned: break
    case .sha256(let hex):
      guard SHA256.hash(body).hex == hex else {
        throw S3Error(.payloadMismatch, "The body does not match x-amz-content-sha256.")
      }
    case .signedChunks, .unsignedChunksWithTrailer:
      throw S3Error(.notImplemented, "A document in aws-chunked coding is not implemented.")
    }
    let mismatch = S3Error(.badDigest, "The body does not match its digest.")
    if let text = request.fields["content-md5"] {
      guard try UploadTerms.md5(text) == MD5.hash(body.span) else { throw mismatch }
    }
    guard hasChecksum else { return }
    for algorithm in ChecksumAlgorithm.allCases {
      guard let text = request.fields[algorithm.header] else { continue }
      let wanted = try UploadTerms.checksum(algorithm.header, text)
      guard wanted == ChecksumHasher.checksum(body, algorithm) else { throw mismatch }
    }
  }

  /// Reads a document; throws `MalformedXML` for one that is none.
  static func wellFormed<Result>(_ read: () throws(XMLError) -> Result) throws(S3Error) -> Result {
    do {
      return try read()
    } catch {
      throw S3Error(.malformedXML, "The XML you provided was not well-formed.")
    }
  }
}
