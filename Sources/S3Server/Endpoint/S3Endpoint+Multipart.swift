// Multipart uploads: begin, complete, abort, list parts. Parts themselves come in as objects do.

import Base
import HTTPMessage
import SigV4
import XMLText

extension S3Endpoint {
  func beginUpload(_ request: HTTPRequest, _ exchange: S3Exchange) async throws(S3Error)
    -> HTTPResponse
  {
    let target = exchange.target
    let terms = try UploadTerms(request.fields, payload: .unsigned)
    let algorithm = terms.promised.algorithm
    let isWhole = terms.isWholeChecksum || algorithm == .crc64nvme
    if let algorithm, isWhole, !algorithm.isCyclic {
      throw S3Error(
        .invalidRequest, "The FULL_OBJECT checksum type cannot be used with \(algorithm.name).")
    }
    let id: String
    do {
      id = try await store.beginUpload(
        target.key, in: target.bucket, fields: terms.fields, algorithm: algorithm,
        isWhole: isWhole)
    } catch {
      throw S3Error(error)
    }
    var response = try S3Endpoint.document("InitiateMultipartUploadResult") {
      writer throws(XMLError) in
      try S3Endpoint.writeTarget(target, to: &writer)
      try writer.element("UploadId", id)
    }
    if let algorithm {
      response.fields.append(name: ChecksumField.algorithm, value: algorithm.name)
      response.fields.append(
        name: ChecksumField.type, value: isWhole ? "FULL_OBJECT" : "COMPOSITE")
    }
    return response
  }

  func completeUpload(_ request: HTTPRequest, _ body: HTTPRequestBody, _ exchange: S3Exchange)
    async throws(S3Error) -> HTTPResponse
  {
    let target = exchange.target
    try S3Endpoint.check(body.bytes, request, exchange, hasChecksum: false)
    let partsMax = store.limits.partsMax
    var completion = Completion(
      parts: try S3Endpoint.wellFormed { () throws(XMLError) in
        try S3Documents.completion(body.bytes, partsMax: partsMax)
      })
    guard !completion.parts.isEmpty else {
      throw S3Error(.malformedXML, "The XML you provided was not well-formed.")
    }
    try S3Endpoint.readHead(request.fields, to: &completion)
    let record: ObjectRecord
    do {
      record = try await store.completeUpload(
        target.text("uploadId") ?? "", target.key, in: target.bucket, completion)
    } catch {
      throw S3Error(error)
    }
    exchange.note(objectSize: record.size)
    return try S3Endpoint.document("CompleteMultipartUploadResult") { writer throws(XMLError) in
      try S3Endpoint.writeTarget(target, to: &writer)
      try writer.element("ETag", "\"\(record.etag)\"")
      if let (algorithm, value) = record.checksumField {
        try writer.element(algorithm.element, value)
        try writer.element("ChecksumType", record.isWholeChecksum ? "FULL_OBJECT" : "COMPOSITE")
      }
    }
  }

  func abortUpload(_ exchange: S3Exchange) async throws(S3Error) -> HTTPResponse {
    let target = exchange.target
    do {
      try await store.abortUpload(target.text("uploadId") ?? "", target.key, in: target.bucket)
    } catch {
      throw S3Error(error)
    }
    return HTTPResponse(.noContent)
  }

  func listParts(_ exchange: S3Exchange) throws(S3Error) -> HTTPResponse {
    let target = exchange.target
    let id = target.text("uploadId") ?? ""
    let max = min(try target.number("max-parts", in: 0...Int(Int32.max)) ?? 1000, 1000)
    let marker = try target.number("part-number-marker", in: 0...Int(Int32.max)) ?? 0
    let (found, upload) = try S3Endpoint.stored { () throws(StoreError) in
      (
        try store.parts(of: id, target.key, in: target.bucket, after: marker, max: max),
        try store.uploadRecord(id, target.key, in: target.bucket)
      )
    }
    let page = found.prefix(max)
    return try S3Endpoint.document("ListPartsResult") { writer throws(XMLError) in
      try S3Endpoint.writeTarget(target, to: &writer)
      try writer.element("UploadId", id)
      try writer.element("PartNumberMarker", String(marker))
      if let last = page.last { try writer.element("NextPartNumberMarker", String(last.number)) }
      try writer.element("MaxParts", String(max))
      try writer.element("IsTruncated", page.count < found.count ? "true" : "false")
      try writer.element("StorageClass", "STANDARD")
      if let algorithm = upload.uploadAlgorithm {
        try writer.element("ChecksumAlgorithm", algorithm.name)
        try writer.element("ChecksumType", upload.isWholeChecksum ? "FULL_OBJECT" : "COMPOSITE")
      }
      for part in page {
        try writer.start("Part")
        try writer.element("PartNumber", String(part.number))
        try writer.element("LastModified", part.record.modified.description)
        try writer.element("ETag", "\"\(part.record.etag)\"")
        try writer.element("Size", String(part.record.size))
        if let (algorithm, value) = part.record.checksumField {
          try writer.element(algorithm.element, value)
        }
        writer.end()
      }
    }
  }

  static func writeTarget(_ target: S3Target, to writer: inout XMLWriter)
    throws(XMLError)
  {
    try writer.element("Bucket", target.bucket)
    // Clients know the key that they sent; one that XML cannot carry is told escaped.
    let key = String(decoding: target.key, as: UTF8.self)
    try writer.element("Key", XMLWriter.canCarry(key) ? key : PercentCoding.encode(key))
  }

  /// Reads what the head of a completion demands of the whole.
  private static func readHead(_ fields: HTTPFields, to completion: inout Completion)
    throws(S3Error)
  {
    completion.condition = try UploadTerms.condition(fields)
    if let text = fields["x-amz-mp-object-size"] {
      guard text.utf8.count <= 18, let size = Int64(text), size >= 0 else {
        throw S3Error(.invalidRequest, "Value for x-amz-mp-object-size header is invalid.")
      }
      completion.size = size
    }
    for algorithm in ChecksumAlgorithm.allCases {
      guard let text = fields[algorithm.header] else { continue }
      guard completion.checksum == nil else {
        throw S3Error(
          .invalidRequest, "Expecting a single x-amz-checksum- header. Multiple were found.")
      }
      // A checksum over parts may come with their number behind it.
      let value = text.prefix { $0 != "-" }
      completion.checksum = try UploadTerms.checksum(algorithm.header, String(value))
    }
  }
}
