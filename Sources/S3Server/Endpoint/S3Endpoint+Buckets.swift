// Operations on buckets and on the service.

import Base
import HTTPMessage
import SigV4
import XMLText

extension S3Endpoint {
  func listBuckets(_ exchange: S3Exchange) throws(S3Error) -> HTTPResponse {
    let owner = exchange.accessKeyID ?? ""
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

  /// Tells that versions are not kept, as S3 does of a bucket that never had them.
  func bucketVersioning(_ exchange: S3Exchange) throws(S3Error) -> HTTPResponse {
    try requireBucket(exchange)
    return try S3Endpoint.document("VersioningConfiguration") { _ in }
  }

  func createBucket(_ request: HTTPRequest, _ body: HTTPRequestBody, _ exchange: S3Exchange)
    async throws(S3Error) -> HTTPResponse
  {
    try S3Endpoint.check(body.bytes, request, exchange)
    // What a bucket would have to keep, such as object lock, is refused rather than forgotten.
    for (name, value) in request.fields.pairs where name.lowercased().hasPrefix("x-amz-") {
      let isHarmless =
        switch name.lowercased() {
        case "x-amz-acl": value == "private"
        case "x-amz-object-ownership": value == "BucketOwnerEnforced"
        case "x-amz-bucket-object-lock-enabled": value.lowercased() == "false"
        default: S3Endpoint.isOfSigning(name.lowercased())
        }
      guard isHarmless else {
        throw S3Error(.notImplemented, "The header \(name) is not implemented.")
      }
    }
    let asked = try S3Endpoint.wellFormed { () throws(XMLError) in
      try S3Documents.region(body.bytes)
    }
    guard asked == nil || asked == region else {
      throw S3Error(.invalidLocationConstraint, "The specified location-constraint is not valid.")
    }
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

  private static func isOfSigning(_ name: String) -> Bool {
    ["x-amz-date", "x-amz-content-sha256", "x-amz-user-agent", "x-amz-sdk-checksum-algorithm"]
      .contains(name) || ChecksumAlgorithm(header: name) != nil
  }

  private func requireBucket(_ exchange: S3Exchange) throws(S3Error) {
    guard store.hasBucket(exchange.target.bucket) else {
      throw S3Error(.noSuchBucket, "The specified bucket does not exist.")
    }
  }
}
