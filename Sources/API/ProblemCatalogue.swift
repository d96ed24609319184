// `/problems/{code}`: what each code means, generated from the codes themselves.

import HTTPMessage
import JSONText
import Wire

enum ProblemCatalogue {
  /// The page of a code, or the list at `/problems`.
  /// - Throws: `route-not-found` and `method-not-allowed`.
  static func answer(_ request: HTTPRequest) throws(Problem) -> HTTPResponse {
    let path = String(decoding: request.rawPath, as: UTF8.self)
    let code =
      path.hasPrefix("/problems/") ? ProblemCode(rawValue: String(path.dropFirst(10))) : nil
    guard path == "/problems" || code != nil else {
      throw Problem(.routeNotFound)
    }
    guard request.method == .get || request.method == .head else {
      throw Problem(.methodNotAllowed, allow: "GET, HEAD")
    }
    guard let code else { return json(.ok, list) }
    var writer = JSONWriter()
    write(code, to: &writer)
    return json(.ok, writer.bytes)
  }

  private static let list: [UInt8] = {
    var writer = JSONWriter(capacity: 16_384)
    writer.beginArray()
    for code in ProblemCode.allCases { write(code, to: &writer) }
    writer.endArray()
    return writer.bytes
  }()

  private static func write(_ code: ProblemCode, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("type", "/problems/" + code.rawValue)
    writer.member("code", code.rawValue)
    writer.member("status", code.status)
    writer.member("title", code.title)
    writer.member("advice", code.advice)
    writer.endObject()
  }

  private static func json(_ status: HTTPStatus, _ bytes: [UInt8]) -> HTTPResponse {
    HTTPResponse(
      status,
      fields: HTTPFields([
        (.contentType, "application/json"), (.cacheControl, "public, max-age=3600"),
        (.xContentTypeOptions, "nosniff"),
      ]), body: .bytes(bytes))
  }
}
