// A request as a server received it: raw bytes, nothing decoded. All but the method are slices, so that
// the head that a server has read is not copied.

/// What the verifier needs to know of a request.
public struct ReceivedRequest: Sendable {
  /// The method, such as `GET`.
  public var method: [UInt8]
  /// The path of the request target as received, still percent-encoded, without the query.
  public var path: ArraySlice<UInt8>
  /// The query as received without `?`; empty when there is none.
  public var query: ArraySlice<UInt8>
  /// All headers in order of arrival; names in any case, `host` among them.
  public var headers: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)]

  /// Creates a request from its parts.
  public init(
    method: [UInt8], path: ArraySlice<UInt8>, query: ArraySlice<UInt8>,
    headers: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)]
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
  }

  /// Creates a request from text.
  public init(
    method: String, path: String, query: String = "", headers: [(name: String, value: String)]
  ) {
    self.init(
      method: Array(method.utf8), path: Array(path.utf8)[...], query: Array(query.utf8)[...],
      headers: headers.map { (Array($0.name.utf8)[...], Array($0.value.utf8)[...]) })
  }
}
