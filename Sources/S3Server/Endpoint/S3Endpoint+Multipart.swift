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
    let terms = try UploadTerms(request, payload: .unsigned)
    let id: String
    do {
      id = try await store.beginUpload(target.key, in: target.bucket, fields: terms.fields)
    } catch {
      throw S3Error(error)
    }
    return try S3Endpoint.document("InitiateMultipartUploadResult") { writer throws(XMLError) in
      try S3Endpoint.writeTarget(target, to: &writer)
      try writer.element("UploadId", id)
    }
  }

  func completeUpload(_ request: HTTPRequest, _ body: HTTPRequestBody, _ exchange: S3Exchange)
    async throws(S3Error) -> HTTPResponse
  {
    let target = exchange.target
    try S3Endpoint.check(body.bytes, against: exchange)
    let parts = try S3Endpoint.parts(in: body.bytes)
    let condition = try UploadTerms.condition(request.fields)
    let record: ObjectRecord
    do {
      record = try await store.completeUpload(
        target.text("uploadId") ?? "", target.key, in: target.bucket, parts: parts,
        condition: condition)
    } catch {
      throw S3Error(error)
    }
    exchange.note(objectSize: record.size)
    return try S3Endpoint.document("CompleteMultipartUploadResult") { writer throws(XMLError) in
      try S3Endpoint.writeTarget(target, to: &writer)
      try writer.element("ETag", "\"\(record.etag)\"")
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
    let all = try S3Endpoint.stored { () throws(StoreError) in
      try store.parts(of: id, target.key, in: target.bucket)
    }
    let rest = all.filter { $0.number > marker }
    let page = rest.prefix(max)
    return try S3Endpoint.document("ListPartsResult") { writer throws(XMLError) in
      try S3Endpoint.writeTarget(target, to: &writer)
      try writer.element("UploadId", id)
      try writer.element("PartNumberMarker", String(marker))
      if let last = page.last { try writer.element("NextPartNumberMarker", String(last.number)) }
      try writer.element("MaxParts", String(max))
      try writer.element("IsTruncated", page.count < rest.count ? "true" : "false")
      try writer.element("StorageClass", "STANDARD")
      for part in page {
        try writer.start("Part")
        try writer.element("PartNumber", String(part.number))
        try writer.element("LastModified", part.record.modified.description)
        try writer.element("ETag", "\"\(part.record.etag)\"")
        try writer.element("Size", String(part.record.size))
        writer.end()
      }
    }
  }

  private static func writeTarget(_ target: S3Target, to writer: inout XMLWriter)
    throws(XMLError)
  {
    try writer.element("Bucket", target.bucket)
    // Clients know the key that they sent; one that XML cannot carry is told escaped.
    let key = String(decoding: target.key, as: UTF8.self)
    try writer.element("Key", XMLWriter.canCarry(key) ? key : PercentCoding.encode(key))
  }

  private static func parts(in body: [UInt8]) throws(S3Error) -> [PartReference] {
    let malformed = S3Error(.malformedXML, "The XML you provided was not well-formed.")
    do throws(XMLError) {
      let reader = try XMLReader(body)
      _ = try reader.root(named: "CompleteMultipartUpload")
      var parts = [PartReference]()
      while let child = try reader.nextChild() {
        guard child.name.local == "Part", let part = try part(in: reader) else {
          throw XMLError(.unexpectedElement, "not a part")
        }
        parts.append(part)
      }
      try reader.finish()
      return parts
    } catch {
      throw malformed
    }
  }

  private static func part(in reader: XMLReader) throws(XMLError) -> PartReference? {
    var number: Int?
    var etag: String?
    while let child = try reader.nextChild() {
      switch child.name.local {
      case "PartNumber": number = Int(try reader.text())
      case "ETag": etag = String(try reader.text().filter { $0 != "\"" })
      default: try reader.skip()
      }
    }
    guard let number, let etag else { return nil }
    return PartReference(number: number, etag: etag)
  }
}
