// Answers in S3's form: XML documents, and errors that tell code, message and request id.

import HTTPMessage
import XMLText

extension S3Endpoint {
  /// The XML namespace of all S3 documents.
  static let namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

  /// The answer for an error.
  static func answer(to error: S3Error, _ request: HTTPRequest) -> HTTPResponse {
    // A 304 or a HEAD has no body; the server leaves it out for HEAD.
    answer(to: error, status: error.code.status, id: request.id, resource: request.rawPath)
  }

  /// The answer for an error with a status of its own.
  static func answer(
    to error: S3Error, status: HTTPStatus, id: RequestID, resource: ArraySlice<UInt8> = []
  ) -> HTTPResponse {
    var fields = error.fields
    fields.append(.contentType, "application/xml")
    fields.append(.xAmzRequestID, id.description)
    do throws(XMLError) {
      var writer = XMLWriter()
      try writer.start("Error")
      try writer.element("Code", error.code.rawValue)
      try writer.element("Message", error.message)
      // The path as it was sent is ASCII: XML can carry it.
      try writer.element("Resource", String(decoding: resource, as: UTF8.self))
      try writer.element("RequestId", id.description)
      writer.end()
      return HTTPResponse(status, fields: fields, body: .bytes(writer.finish()))
    } catch {
      // A path with bytes that XML cannot carry: the status says enough.
      return HTTPResponse(status, fields: fields)
    }
  }

  /// The answer with a document, written by `body` inside of the root element.
  static func document(
    _ root: String, _ body: (inout XMLWriter) throws(XMLError) -> Void
  ) throws(S3Error) -> HTTPResponse {
    do throws(XMLError) {
      var writer = XMLWriter()
      try writer.start(root, attributes: ["xmlns": namespace])
      try body(&writer)
      writer.end()
      return HTTPResponse(
        .ok, fields: HTTPFields([(.contentType, "application/xml")]),
        body: .bytes(writer.finish()))
    } catch {
      throw S3Error(
        .invalidArgument, "A key cannot be written in XML; ask with encoding-type=url.")
    }
  }

  /// Adds the request id.
  static func identified(
    _ response: consuming HTTPResponse, _ request: HTTPRequest
  ) -> HTTPResponse {
    response.fields.append(.xAmzRequestID, request.id.description)
    return response
  }

  /// Runs a step of the store and translates its error.
  static func stored<Result>(_ body: () throws(StoreError) -> Result) throws(S3Error) -> Result {
    do {
      return try body()
    } catch {
      throw S3Error(error)
    }
  }
}
