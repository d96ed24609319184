// GET and HEAD of an object: conditions, one range, stored fields, `response-...` overrides.

import HTTPMessage

extension S3Endpoint {
  func readObject(_ request: HTTPRequest, _ exchange: S3Exchange) throws(S3Error) -> HTTPResponse {
    let target = exchange.target
    let object = try S3Endpoint.stored { () throws(StoreError) in
      try store.object(target.key, in: target.bucket)
    }
    let record = object.record
    exchange.note(objectSize: record.size)
    let validators = Validators(tag: EntityTag(record.etag), lastModified: record.modified)
    switch Preconditions.evaluate(request.method, request.fields, validators) {
    case .failed:
      throw S3Error(.preconditionFailed, "At least one of the preconditions did not hold.")
    case .notModified:
      return HTTPResponse(.notModified, fields: S3Endpoint.validatorFields(of: record))
    case .proceed: break
    }
    var fields = S3Endpoint.validatorFields(of: record)
    try S3Endpoint.append(record, target, request, to: &fields)
    let range = try S3Endpoint.range(of: record, request, target, validators)
    if let parts = record.parts, target["partNumber"] != nil {
      fields.append(name: "x-amz-mp-parts-count", value: String(parts.count))
    }
    if let text = range.contentRange(size: record.size) {
      fields.append(.contentRange, text)
    }
    let part: Range<Int64>
    switch range {
    case .whole: part = 0..<record.size
    case .part(let wanted): part = wanted
    case .unsatisfiable:
      var error = S3Error(.invalidRange, "The requested range is not satisfiable.")
      error.fields.append(.contentRange, "bytes */\(record.size)")
      throw error
    }
    let status = range == .whole ? HTTPStatus.ok : .partialContent
    return HTTPResponse(
      status, fields: fields, body: S3Endpoint.body(of: object, part, request.method))
  }

  /// The bytes that are asked for, by `Range` or by the number of a part.
  private static func range(
    of record: ObjectRecord, _ request: HTTPRequest, _ target: S3Target, _ validators: Validators
  ) throws(S3Error) -> ByteRange {
    let applies = Preconditions.rangeApplies(request.fields, validators)
    guard let number = try target.number("partNumber", in: 1...10_000) else {
      return applies ? ByteRange(request.fields[.range], size: record.size) : .whole
    }
    guard !request.fields.contains(.range) else {
      throw S3Error(.invalidRequest, "Cannot specify both Range header and partNumber.")
    }
    let sizes = record.parts ?? PartSizes(CollectionOfOne(record.size))
    guard let range = sizes.range(of: number) else {
      throw S3Error(.invalidPartNumber, "The requested partnumber is not satisfiable.")
    }
    return range.isEmpty ? .whole : .part(range)
  }

  private static func body(of object: ObjectFile, _ part: Range<Int64>, _ method: HTTPMethod)
    -> HTTPResponseBody
  {
    if method == .head { return .omitted(length: Int64(part.count)) }
    if let small = object.smallBody {
      return .bytes(Array(small[Int(part.lowerBound)..<Int(part.upperBound)]))
    }
    return .file(object.descriptor.owner, part)
  }

  private static func validatorFields(of record: ObjectRecord) -> HTTPFields {
    var fields = HTTPFields()
    fields.append(.etag, "\"" + record.etag + "\"")
    fields.append(.lastModified, HTTPDate.text(record.modified))
    return fields
  }

  private static func append(
    _ record: ObjectRecord, _ target: S3Target, _ request: HTTPRequest, to fields: inout HTTPFields
  ) throws(S3Error) {
    fields.append(.acceptRanges, "bytes")
    // What is delivered here is never a page of ours: no sniffing, no scripts, and the URL is a secret.
    fields.append(.xContentTypeOptions, "nosniff")
    fields.append(.referrerPolicy, "no-referrer")
    var overridden = Set<String>()
    for (name, value) in target.query where overrides.contains(name) {
      guard !value.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
        throw S3Error(.invalidArgument, "A control character in \(name) is not allowed.")
      }
      let field = String(name.dropFirst("response-".count))
      guard overridden.insert(field).inserted else {
        throw S3Error(.invalidArgument, "The parameter \(name) is given twice.")
      }
      fields.append(name: field, value: String(decoding: value, as: UTF8.self))
    }
    let isWhole = target["partNumber"] == nil && !request.fields.contains(.range)
    let wantsChecksum =
      isWhole && request.fields["x-amz-checksum-mode"]?.uppercased() == "ENABLED"
    for field in record.fields where !overridden.contains(field.name) {
      let value = String(decoding: field.value, as: UTF8.self)
      guard field.name != ObjectTags.header else {
        let count = value.utf8.isEmpty ? 0 : value.utf8.split(separator: UInt8(ascii: "&")).count
        if count > 0 { fields.append(name: "x-amz-tagging-count", value: String(count)) }
        continue
      }
      guard wantsChecksum || !field.name.hasPrefix(ChecksumAlgorithm.prefix) else { continue }
      fields.append(name: field.name, value: value)
    }
    if !fields.contains(.contentType) { fields.append(.contentType, "binary/octet-stream") }
    let type = fields[.contentType] ?? ""
    fields.append(.contentSecurityPolicy, ShownFile.contentSecurityPolicy(mediaType: type))
  }

  /// The parameters that replace a field of the answer.
  static let overrides: Set<String> = [
    "response-cache-control", "response-content-disposition", "response-content-encoding",
    "response-content-language", "response-content-type", "response-expires",
  ]
}
