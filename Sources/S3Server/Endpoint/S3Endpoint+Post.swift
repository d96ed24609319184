// Uploads from a browser's form: the fields come first and are checked against the signed policy
// before a byte of the file is stored.

import Base
import HTTPMessage
import SigV4
import XMLText

extension S3Endpoint {
  func postObject(_ request: HTTPRequest, _ body: HTTPRequestBody, _ exchange: S3Exchange)
    async throws(S3Error) -> HTTPResponse
  {
    guard case .stream(let reader) = body,
      var decoder = FormDecoder(contentType: request.fields[.contentType] ?? "")
    else { throw S3Endpoint.malformedForm }
    let form = try await S3Endpoint.fields(of: reader, &decoder)
    let upload = try admit(form, exchange)
    let writer = try S3Endpoint.stored { () throws(StoreError) in
      try store.writer(
        upload.key, in: exchange.target.bucket, size: nil, promised: upload.terms.promised)
    }
    try await S3Endpoint.receiveFile(reader, &decoder, upload.sizes, to: writer)
    let record: ObjectRecord
    do {
      record = try await writer.publish(Publication(fields: upload.terms.fields))
    } catch {
      throw S3Error(error)
    }
    exchange.note(objectSize: record.size)
    return try S3Endpoint.answer(upload, record, exchange.target.bucket)
  }

  private static let malformedForm = S3Error(
    .malformedPOSTRequest,
    "The body of your POST request is not well-formed multipart/form-data.")

  /// The fields in front of the file.
  private static func fields(of reader: BodyReader, _ decoder: inout FormDecoder)
    async throws(S3Error) -> [String: String]
  {
    var fields = [String: String]()
    while true {
      switch decoder.next() {
      case .field(let name, let value):
        // NUL is for names of our own, which the policy does not know (`fileType`).
        guard let text = String(validating: value, as: UTF8.self), !name.utf8.contains(0),
          fields.updateValue(text, forKey: name) == nil
        else { throw malformedForm }
      case .file(let name, let type):
        // Without a Content-Type field the browser's own word for the file counts.
        if let key = fields["key"] {
          fields["key"] = key.replacing("${filename}", with: baseName(name), maxReplacements: 1)
        }
        if let type, fields["content-type"] == nil { fields[fileType] = type }
        return fields
      case .needsMore:
        guard let piece = try await next(of: reader) else { throw malformedForm }
        decoder.append(piece)
      case .data, .end, .refused: throw malformedForm
      }
    }
  }

  /// A name that no form can have, for the media type of the file part.
  private static let fileType = "x-ignore-\0type"

  /// Some browsers send a path: only its last component counts.
  private static func baseName(_ name: String) -> String {
    name.unicodeScalars.split { $0 == "/" || $0 == "\\" }.last.map { String($0) } ?? ""
  }

  /// What a form may do.
  private struct FormUpload {
    let key: [UInt8]
    let terms: UploadTerms
    let sizes: ClosedRange<Int64>?
    let status: String
  }

  /// Verifies the signature, then the policy, then what is to be stored.
  private func admit(_ form: [String: String], _ exchange: S3Exchange) throws(S3Error)
    -> FormUpload
  {
    func bytes(_ name: String) -> [UInt8] { Array((form[name] ?? "").utf8) }
    guard form["policy"] != nil else {
      throw S3Error(.accessDenied, "The form is not signed.")
    }
    let claim = PolicyClaim(
      algorithm: bytes("x-amz-algorithm"), credential: bytes("x-amz-credential"),
      date: bytes("x-amz-date"), signature: bytes("x-amz-signature"),
      sessionToken: form["x-amz-security-token"].map { Array($0.utf8) }, policy: bytes("policy"))
    do throws(SigV4Error) {
      exchange.note(
        accessKeyID: try verifier.verify(
          claim, at: clock.now().seconds, lookup: known))
    } catch {
      throw S3Error(error, isHeaderForm: true)
    }
    let policy = try PostPolicy(base64: bytes("policy"))
    var checked = form
    checked["bucket"] = exchange.target.bucket
    try policy.check(checked, at: clock.now())
    guard let key = form["key"], form["bucket"] == nil || form["bucket"] == exchange.target.bucket
    else {
      throw S3Error(.invalidArgument, "Bucket POST must contain a field named 'key'.")
    }
    return FormUpload(
      key: Array(key.utf8), terms: try S3Endpoint.terms(of: form), sizes: policy.sizes,
      status: form["success_action_status"] ?? "")
  }

  /// The fields of a form that an upload would have in its head.
  private static func terms(of form: [String: String]) throws(S3Error) -> UploadTerms {
    let own: Set = [
      "key", "policy", "bucket", "success_action_status", "x-amz-algorithm", "x-amz-credential",
      "x-amz-date", "x-amz-signature", "x-amz-security-token", fileType,
    ]
    var head = HTTPFields()
    for (name, value) in form.sorted(by: { $0.key < $1.key }) where !own.contains(name) {
      guard !name.hasPrefix("x-ignore-") else { continue }
      let isHeader = name.hasPrefix("x-amz-") || UploadTerms.stored.contains(name)
      let isPrivate = name == "acl" && value == "private"
      guard isHeader || isPrivate else {
        throw S3Error(.notImplemented, "The form has a field that is not implemented.")
      }
      if isHeader, !head.append(name: name, value: value) { throw malformedForm }
    }
    if let type = form[fileType], !head.contains(.contentType) {
      head.append(.contentType, type)
    }
    return try UploadTerms(head, payload: .unsigned)
  }

  private static func receiveFile(
    _ reader: BodyReader, _ decoder: inout FormDecoder, _ sizes: ClosedRange<Int64>?,
    to writer: ObjectWriter
  ) async throws(S3Error) {
    var size: Int64 = 0
    while true {
      switch decoder.next() {
      case .data(let bytes):
        size += Int64(bytes.count)
        guard size <= sizes?.upperBound ?? .max else {
          throw S3Error(
            .entityTooLarge, "Your proposed upload exceeds the maximum allowed object size.")
        }
        try await append(bytes, to: writer)
      case .needsMore:
        guard let piece = try await next(of: reader) else { throw malformedForm }
        decoder.append(piece)
      case .end:
        guard size >= sizes?.lowerBound ?? 0 else {
          throw S3Error(
            .entityTooSmall, "Your proposed upload is smaller than the minimum allowed size.")
        }
        // What stands behind the file is not looked at, but the client must be able to send it.
        while try await next(of: reader) != nil {}
        return
      case .field, .file, .refused: throw malformedForm
      }
    }
  }

  private static func answer(_ upload: FormUpload, _ record: ObjectRecord, _ bucket: String)
    throws(S3Error) -> HTTPResponse
  {
    let key = PercentCoding.encode(String(decoding: upload.key, as: UTF8.self))
    let location = "/\(bucket)/\(key)"
    var response: HTTPResponse
    switch upload.status {
    case "201":
      response = try document("PostResponse") { writer throws(XMLError) in
        try writer.element("Location", location)
        try writer.element("Bucket", bucket)
        try writer.element("Key", String(decoding: upload.key, as: UTF8.self))
        try writer.element("ETag", "\"\(record.etag)\"")
      }
      response.status = .created
    case "200": response = HTTPResponse(.ok)
    default: response = HTTPResponse(.noContent)
    }
    response.fields.append(.etag, "\"\(record.etag)\"")
    response.fields.append(.location, location)
    return response
  }
}
