// Operations on buckets and on the service.

import Base
import HTTPMessage
import SigV4
import XMLText

extension S3Endpoint {
  func listBuckets(_ exchange: S3Exchange) throws(S3Error) -> HTTPResponse {
    let owner = exchange.verified.accessKeyID
    return try S3Endpoint.document("ListAllMyBucketsResult") { writer throws(XMLError) in
      try S3Endpoint.writeOwner(owner, to: &writer)
      try writer.start("Buckets")
      for bucket in store.bucketSummaries() {
        try writer.start("Bucket")
        try writer.element("Name", bucket.name)
        try writer.element("CreationDate", bucket.created.description)
        writer.end()
      }
      writer.end()
    }
  }

  func headBucket(_ exchange: S3Exchange) throws(S3Error) -> HTTPResponse {
    try requireBucket(exchange)
    var fields = HTTPFields()
    fields.append(name: "x-amz-bucket-region", value: region)
    return HTTPResponse(.ok, fields: fields)
  }

  func bucketLocation(_ exchange: S3Exchange) throws(S3Error) -> HTTPResponse {
    try requireBucket(exchange)
    return try S3Endpoint.document("LocationConstraint") { writer throws(XMLError) in
      // The first region of S3 is written as nothing.
      if region != "us-east-1" { try writer.text(region) }
    }
  }

  func createBucket(_ body: HTTPRequestBody, _ exchange: S3Exchange) async throws(S3Error)
    -> HTTPResponse
  {
    try S3Endpoint.check(body.bytes, against: exchange)
    do {
      try await store.createBucket(exchange.target.bucket)
    } catch {
      throw S3Error(error)
    }
    return HTTPResponse(
      .ok, fields: HTTPFields([(.location, "/" + exchange.target.bucket)]))
  }

  func deleteBucket(_ exchange: S3Exchange) async throws(S3Error) -> HTTPResponse {
    do {
      try await store.deleteBucket(exchange.target.bucket)
    } catch {
      throw S3Error(error)
    }
    return HTTPResponse(.noContent)
  }

  static func writeOwner(_ owner: String, to writer: inout XMLWriter) throws(XMLError) {
    try writer.start("Owner")
    try writer.element("ID", owner)
    try writer.element("DisplayName", owner)
    writer.end()
  }

  private func requireBucket(_ exchange: S3Exchange) throws(S3Error) {
    guard store.hasBucket(exchange.target.bucket) else {
      throw S3Error(.noSuchBucket, "The specified bucket does not exist.")
    }
  }
}
