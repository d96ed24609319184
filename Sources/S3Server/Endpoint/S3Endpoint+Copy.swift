// CopyObject and UploadPartCopy.

import Base
import HTTPMessage
import SigV4
import XMLText

extension S3Endpoint {
  func copyObject(_ request: HTTPRequest, _ exchange: S3Exchange) async throws(S3Error)
    -> HTTPResponse
  {
    let target = exchange.target
    let copy = try CopyTerms(request)
    let terms = try UploadTerms(request.fields, payload: .unsigned, isCopy: true)
    let isSame = copy.bucket == target.bucket && copy.key == target.key
    guard !isSame || copy.replacesMetadata || copy.replacesTags else {
      throw S3Error(
        .invalidRequest,
        "This copy request is illegal because it is trying to copy an object to itself without "
          + "changing the object's metadata.")
    }
    let source = try source(of: copy)
    let algorithm = terms.promised.algorithm ?? source.record.checksumField?.algorithm
    let record: ObjectRecord
    do {
      record = try await store.copy(
        source, to: target.key, in: target.bucket, algorithm: algorithm,
        Publication(
          fields: copy.fields(terms, source: source.record), condition: terms.condition))
    } catch {
      throw S3Error(error)
    }
    exchange.note(objectSize: record.size)
    return try S3Endpoint.result("CopyObjectResult", of: record)
  }

  func copyPart(_ request: HTTPRequest, _ exchange: S3Exchange) async throws(S3Error)
    -> HTTPResponse
  {
    let target = exchange.target
    let copy = try CopyTerms(request)
    let number = try target.number("partNumber", in: 1...store.limits.partsMax) ?? 0
    let source = try source(of: copy)
    let range = try copy.range(of: source.record)
    let record: ObjectRecord
    do {
      record = try await store.copy(
        source, range, toPart: number, upload: target.text("uploadId") ?? "", target.key,
        in: target.bucket)
    } catch {
      throw S3Error(error)
    }
    return try S3Endpoint.result("CopyPartResult", of: record)
  }

  private func source(of copy: CopyTerms) throws(S3Error) -> ObjectFile {
    let source = try S3Endpoint.stored { () throws(StoreError) in
      try store.object(copy.key, in: copy.bucket)
    }
    try copy.check(source.record)
    return source
  }

  private static func result(_ root: String, of record: ObjectRecord) throws(S3Error)
    -> HTTPResponse
  {
    try document(root) { writer throws(XMLError) in
      try writer.element("LastModified", record.modified.description)
      try writer.element("ETag", "\"\(record.etag)\"")
      if let (algorithm, value) = record.checksumField {
        try writer.element(algorithm.element, value)
      }
    }
  }
}

extension ObjectRecord {
  /// The checksum as it is told, with `-N` behind it if it is one over parts.
  var checksumField: (algorithm: ChecksumAlgorithm, value: String)? {
    for field in fields {
      guard let algorithm = ChecksumAlgorithm(header: field.name) else { continue }
      return (algorithm, String(decoding: field.value, as: UTF8.self))
    }
    return nil
  }
}
