// Successful answers in the one form that all routes share.

import Base
import Cryptography
import HTTPMessage
import Wire

enum Answers {
  /// The seal of a strong entity tag: 128 bits of the body's digest.
  private static let tagBytes = 16

  private static let secretFields = HTTPFields([
    (.contentType, "application/json"), (.cacheControl, "no-store"),
    (.xContentTypeOptions, "nosniff"),
  ])

  /// A body that must not be stored by any cache, such as one with a secret in it.
  static func json(_ status: HTTPStatus, _ body: some WireBody, location: String? = nil)
    -> HTTPResponse
  {
    var fields = secretFields
    if let location { fields.append(.location, location) }
    return HTTPResponse(status, fields: fields, body: .bytes(body.json()))
  }

  /// The tag of a body's bytes.
  static func tag(of bytes: [UInt8]) -> EntityTag {
    EntityTag(Hex.encode(SHA256.hash(bytes).bytes.prefix(tagBytes)))
  }

  /// A body that a client may keep if it asks again before each use (RFC 9110 section 8.8).
  static func revalidated(_ body: some WireBody, for request: HTTPRequest) -> HTTPResponse {
    let bytes = body.json()
    let tag = tag(of: bytes)
    var fields = HTTPFields([
      (.etag, tag.description), (.cacheControl, "private, no-cache"),
      (.vary, "Authorization"),
    ])
    switch Preconditions.evaluate(request.method, request.fields, Validators(tag: tag)) {
    case .notModified: return HTTPResponse(.notModified, fields: fields)
    case .failed: return Problem(.preconditionFailed).response(to: request.id)
    case .proceed: break
    }
    fields.append(.contentType, "application/json")
    fields.append(.xContentTypeOptions, "nosniff")
    return HTTPResponse(.ok, fields: fields, body: .bytes(bytes))
  }

  /// A file that is not JSON, to be saved under `name` if it has one.
  static func file(_ bytes: [UInt8], type: String, name: String? = nil) -> HTTPResponse {
    var fields = HTTPFields([
      (.contentType, type), (.cacheControl, "private, no-cache"),
      (.xContentTypeOptions, "nosniff"),
    ])
    if let name {
      fields.append(.contentDisposition, "attachment; filename=\"\(name)\"")
    }
    return HTTPResponse(.ok, fields: fields, body: .bytes(bytes))
  }
}
