// Uploads of objects and parts, and deletion.

import Base
import Cryptography
import HTTPMessage
import SigV4

extension S3Endpoint {
  /// Receives the body of an object or a part and publishes it.
  func receive(_ request: HTTPRequest, _ body: HTTPRequestBody, _ exchange: S3Exchange)
    async throws(S3Error) -> HTTPResponse
  {
    let target = exchange.target
    let terms = try UploadTerms(request, payload: exchange.verified.payload)
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
    try await S3Endpoint.copy(body, to: writer)
    let record: ObjectRecord
    do {
      record = try await writer.publish(fields: terms.fields, condition: terms.condition)
    } catch {
      throw S3Error(error)
    }
    exchange.note(objectSize: record.size)
    var fields = HTTPFields([(.etag, "\"\(record.etag)\"")])
    for field in terms.fields where field.name.hasPrefix("x-amz-checksum-") {
      fields.append(name: field.name, value: String(decoding: field.value, as: UTF8.self))
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

  /// Checks a body that was read whole against the hash that the request was signed with.
  static func check(_ body: [UInt8], against exchange: S3Exchange) throws(S3Error) {
    switch exchange.verified.payload {
    case .unsigned: return
    case .sha256(let hex):
      guard SHA256.hash(body).hex == hex else {
        throw S3Error(.payloadMismatch, "The body does not match x-amz-content-sha256.")
      }
    default: throw S3Error(.notImplemented, "Chunked payload signatures are not implemented.")
    }
  }

  private static func copy(_ body: HTTPRequestBody, to writer: ObjectWriter)
    async throws(S3Error)
  {
    guard case .stream(let reader) = body else { return }
    while let piece = try await next(of: reader) {
      do {
        try await writer.append(piece)
      } catch {
        throw S3Error(error)
      }
    }
  }

  private static func next(of reader: BodyReader) async throws(S3Error) -> [UInt8]? {
    do {
      return try await reader.next()
    } catch {
      throw S3Error(error)
    }
  }
}
