// Signed receipts and the public keys that verify them. The keys are no secret and need no token: who
// checks a receipt may be a stranger to the gateway.

import HTTPMessage
import Wire

/// How receipts and their keys are served.
package enum ReceiptFile {
  /// The media type of a signed receipt (RFC 7515 section 9.2.1).
  static let mediaType = "application/jose"

  /// The path of the keys, without a token.
  package static let keysPath = "/receipt-keys.json"

  /// Answers a request for the keys; throws `method-not-allowed`.
  static func keys(_ set: [UInt8], _ request: HTTPRequest) throws(Problem) -> HTTPResponse {
    guard request.method == .get || request.method == .head else {
      throw Problem(.methodNotAllowed, allow: "GET, HEAD")
    }
    return HTTPResponse(
      .ok,
      fields: HTTPFields([
        (.contentType, "application/jwk-set+json"), (.cacheControl, "public, max-age=300"),
        (.xContentTypeOptions, "nosniff"),
      ]), body: .bytes(set))
  }
}
