// GetObjectAttributes, and the tags of an object.

import Base
import HTTPMessage
import XMLText

extension S3Endpoint {
  func objectAttributes(_ request: HTTPRequest, _ exchange: S3Exchange) throws(S3Error)
    -> HTTPResponse
  {
    let target = exchange.target
    let wanted = Set(
      request.fields.all("x-amz-object-attributes").joined(separator: ",")
        .split(separator: ",").map { $0.filter { $0 != " " } })
    let known: Set<String> = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]
    guard !wanted.isEmpty, wanted.isSubset(of: known) else {
      throw S3Error(.invalidArgument, "Invalid attribute name specified.")
    }
    let record = try S3Endpoint.stored { () throws(StoreError) in
      try store.object(target.key, in: target.bucket).record
    }
    var response = try S3Endpoint.document("GetObjectAttributesResponse") {
      writer throws(XMLError) in
      if wanted.contains("ETag") { try writer.element("ETag", record.etag) }
      if wanted.contains("Checksum"), let (algorithm, value) = record.checksumField {
        try writer.start("Checksum")
        try writer.element(algorithm.element, value)
        try writer.element("ChecksumType", record.isWholeChecksum ? "FULL_OBJECT" : "COMPOSITE")
        writer.end()
      }
      if wanted.contains("ObjectParts"), let parts = record.parts {
        try writer.start("ObjectParts")
        try writer.element("PartsCount", String(parts.count))
        writer.end()
      }
      if wanted.contains("StorageClass") { try writer.element("StorageClass", "STANDARD") }
      if wanted.contains("ObjectSize") { try writer.element("ObjectSize", String(record.size)) }
    }
    response.fields.append(.lastModified, HTTPDate.text(record.modified))
    return response
  }

  func getTags(_ exchange: S3Exchange) throws(S3Error) -> HTTPResponse {
    let target = exchange.target
    let record = try S3Endpoint.stored { () throws(StoreError) in
      try store.object(target.key, in: target.bucket).record
    }
    let tags = try ObjectTags(stored: record.field(ObjectTags.header) ?? [])
    return try S3Endpoint.document("Tagging") { writer throws(XMLError) in
      try tags.write(to: &writer)
    }
  }

  /// Replaces the tags of an object, or takes them away; its bytes, ETag and time stay.
  func replaceTags(_ request: HTTPRequest, _ body: HTTPRequestBody, _ exchange: S3Exchange)
    async throws(S3Error) -> HTTPResponse
  {
    let target = exchange.target
    var added = [ObjectField]()
    if exchange.operation == .putTags {
      try S3Endpoint.check(body.bytes, request, exchange)
      let tags = try ObjectTags(xml: body.bytes)
      if !tags.pairs.isEmpty {
        added = [ObjectField(name: ObjectTags.header, value: tags.encoded)]
      }
    }
    var attempts = 1
    while !(try await retag(target, added, isLast: attempts == S3Endpoint.tagAttemptsMax)) {
      attempts += 1
    }
    return HTTPResponse(exchange.operation == .putTags ? .ok : .noContent)
  }

  /// How often tags are tried on an object that others keep replacing.
  private static let tagAttemptsMax = 4

  /// Returns false if the object was replaced meanwhile.
  private func retag(_ target: S3Target, _ added: [ObjectField], isLast: Bool)
    async throws(S3Error) -> Bool
  {
    do {
      let object = try store.object(target.key, in: target.bucket)
      let kept = object.record.fields.filter { $0.name != ObjectTags.header }
      try await store.replaceFields(of: object, in: target.bucket, with: kept + added)
      return true
    } catch {
      if error.code == .conditionFailed, !isLast { return false }
      throw S3Error(error)
    }
  }
}
