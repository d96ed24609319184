// Request methods (RFC 9110 section 9). A method that is not listed is not implemented here: the
// server answers 501, so no handler ever sees one.

/// A request method that this code base knows.
package enum HTTPMethod: String, Sendable, Hashable, CaseIterable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case put = "PUT"
  case delete = "DELETE"
  case options = "OPTIONS"
  case patch = "PATCH"
  // These two are known so that they are refused as methods that a route does not have.
  case trace = "TRACE"
  case query = "QUERY"

  /// Whether the method only reads (RFC 9110 section 9.2.1).
  package var isSafe: Bool {
    switch self {
    case .get, .head, .options, .trace, .query: true
    case .post, .put, .delete, .patch: false
    }
  }
}
