// The head of a request: what came before the body. Bytes stay as they arrived; decoding is asked for.

import Base

/// The scheme under which a request came in.
package enum HTTPScheme: String, Sendable, Hashable {
  case http
  case https
}

/// A 128-bit request id; its text is 32 hexadecimal digits.
package struct RequestID: Sendable, Hashable, CustomStringConvertible {
  /// The upper 64 bits.
  package let high: UInt64
  /// The lower 64 bits.
  package let low: UInt64

  /// Creates an id.
  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  package var description: String { Hex.encode(IDText.bytes(high: high, low: low)) }

  /// Appends the 32 digits.
  package func write(to output: inout [UInt8]) {
    for word in [high, low] {
      for shift in stride(from: UInt64(60), through: 0, by: -4) {
        let digit = UInt8(truncatingIfNeeded: word >> shift & 15)
        output.append(digit < 10 ? 0x30 + digit : 0x61 + digit - 10)
      }
    }
  }
}

/// The head of a request.
package struct HTTPRequest: Sendable {
  /// The method.
  package let method: HTTPMethod
  /// The header fields.
  package let fields: HTTPFields
  /// The other end of the connection.
  package let peer: Peer
  /// The scheme of the connection.
  package let scheme: HTTPScheme
  /// The id that the server gave; also the `X-Request-Id` of the answer.
  package let id: RequestID
  /// Whatever the handler wants to remember between `bodyMode` and the answer. An object, since its
  /// class is told by one comparison and a copy of the head costs a reference.
  package var attachment: (any AnyObject & Sendable)?

  private let bytes: [UInt8]
  private let target: Range<Int>
  private let path: Range<Int>
  private let query: Range<Int>?

  /// Creates a head over the bytes of a parsed message; the ranges must lie inside of `head`.
  package init(
    method: HTTPMethod, head: [UInt8], target: Range<Int>, path: Range<Int>, query: Range<Int>?,
    fields: HTTPFields, peer: Peer, scheme: HTTPScheme, id: RequestID
  ) {
    self.method = method
    self.fields = fields
    self.peer = peer
    self.scheme = scheme
    self.id = id
    bytes = head
    self.target = target
    self.path = path
    self.query = query
  }

  /// Creates a head from an origin-form target, for tests and for requests made in the process.
  package init(
    _ method: HTTPMethod, _ target: String, fields: HTTPFields = HTTPFields(),
    peer: Peer = .tcp(IPAddress(v4: 0x7f00_0001), port: 0), scheme: HTTPScheme = .http,
    id: RequestID = RequestID(high: 0, low: 0)
  ) {
    let head = Array(target.utf8)
    let mark = head.firstIndex(of: UInt8(ascii: "?"))
    self.init(
      method: method, head: head, target: 0..<head.count, path: 0..<(mark ?? head.count),
      query: mark.map { ($0 + 1)..<head.count }, fields: fields, peer: peer, scheme: scheme,
      id: id)
  }

  /// The request target as sent, possibly in absolute form.
  package var rawTarget: ArraySlice<UInt8> { bytes[target] }

  /// The path as sent, still escaped; it starts with `/`, or is `*` for `OPTIONS *`.
  package var rawPath: ArraySlice<UInt8> { bytes[path] }

  /// The query as sent, without `?`; nothing if there is no `?`.
  package var rawQuery: ArraySlice<UInt8>? { query.map { bytes[$0] } }

  /// Whether the escaped path is exactly `text`; compares bytes and makes no string.
  package func pathEquals(_ text: StaticString) -> Bool {
    guard path.count == text.utf8CodeUnitCount else { return false }
    return unsafe UnsafeBufferPointer(start: text.utf8Start, count: path.count)
      .elementsEqual(bytes[path])
  }

  /// The decoded query parameters in order; see `QueryParameter.parse`.
  package func queryParameters() throws(HTTPMessageError) -> [QueryParameter] {
    guard let query = rawQuery else { return [] }
    return try QueryParameter.parse(query)
  }

  /// The decoded path segments; `/` and each empty segment give an empty string.
  ///
  /// Throws `malformed-escape` and `malformed-text`. A segment may contain a decoded `/`.
  package func pathSegments() throws(HTTPMessageError) -> [String] {
    var result = [String]()
    let parts = rawPath.dropFirst().split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    for part in parts { result.append(try PercentCoding.decodeText(part)) }
    return result
  }
}
