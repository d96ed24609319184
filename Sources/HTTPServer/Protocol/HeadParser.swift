// The request head as bytes: a strict parser for RFC 9112 without I/O. It accepts what the grammar
// allows and nothing that two readers could read in two ways; one reading is never guessed.

package import HTTPMessage

/// How the body of a request is delimited.
package enum BodyFraming: Sendable, Hashable {
  /// No body.
  case none
  /// Content-Length, 1 or more.
  case length(Int64)
  /// Transfer-Encoding: chunked.
  case chunked
}

/// A parsed head; ranges are offsets from its first byte.
package struct ParsedHead: Sendable {
  /// The method.
  package var method = HTTPMethod.get
  /// The target as sent.
  package var target = 0..<0
  /// The path in the target.
  package var path = 0..<0
  /// The query in the target, without `?`.
  package var query: Range<Int>?
  /// Whether the version is HTTP/1.0.
  package var isOldVersion = false
  /// How the body is delimited.
  package var framing = BodyFraming.none
  /// Whether the connection may carry another request.
  package var keepsAlive = true
  /// Whether the client waits for 100 before it sends the body.
  package var expectsContinue = false
  /// The number of bytes of the head.
  package var byteCount = 0

  var authority: Range<Int>?
  var isMethodKnown = false
}

/// Parses request heads; one instance is used again and again.
package struct HeadParser: Sendable {
  /// What became of the bytes.
  package enum Outcome: Sendable, Equatable {
    /// More bytes are needed.
    case incomplete
    /// The request is refused.
    case refused(RefusalCode)
    /// `head` and `entries` are filled.
    case complete
  }

  enum Stop: Error {
    case incomplete
    case refused(RefusalCode)
  }

  /// The head that was parsed last.
  package private(set) var head = ParsedHead()
  /// Its fields.
  package private(set) var entries: [HTTPFields.Entry] = []

  /// A copy of `entries` without their spare capacity: sharing them would cost the parser a new
  /// array, and the request one that has room for the most fields.
  var entriesOfRightSize: [HTTPFields.Entry] { entries.map { $0 } }

  private let limits: HTTPServerLimits
  private let names = FieldNameTable.shared
  private var seen: UInt128 = 0
  private var host: Range<Int>?
  private var closes = false

  /// Creates a parser with limits for head, target and number of fields.
  package init(limits: HTTPServerLimits) {
    self.limits = limits
    entries.reserveCapacity(limits.fieldCountMax)
  }

  /// Parses a head at the start of `input`.
  ///
  /// The parser keeps nothing between calls: after `incomplete` it wants the same bytes and more.
  package mutating func parse(_ input: Span<UInt8>) -> Outcome {
    head = ParsedHead()
    entries.removeAll(keepingCapacity: true)
    seen = 0
    host = nil
    closes = false
    do throws(Stop) {
      var index = 0
      // RFC 9112 section 2.2: one empty line before the request line is skipped.
      if input.count > 0, input[0] == 13 {
        guard input.count > 1 else { throw .incomplete }
        guard input[1] == 10 else { throw .refused(.malformedRequest) }
        index = 2
      }
      try requestLine(input, &index)
      while try !endOfHead(input, &index) { try field(input, &index) }
      guard index <= limits.headBytesMax else { throw .refused(.headTooLarge) }
      head.byteCount = index
      try checkWhole(input)
      return .complete
    } catch {
      switch error {
      case .refused(let code): return .refused(code)
      case .incomplete:
        return input.count < limits.headBytesMax ? .incomplete : .refused(.headTooLarge)
      }
    }
  }

  private mutating func field(_ input: Span<UInt8>, _ index: inout Int) throws(Stop) {
    guard entries.count < limits.fieldCountMax else { throw .refused(.headTooLarge) }
    let count = input.count
    let nameStart = index
    while index < count, Characters.isToken(input[index]) { index += 1 }
    guard index < count else { throw .incomplete }
    let nameCount = index - nameStart
    guard input[index] == UInt8(ascii: ":"), nameCount > 0 else {
      throw .refused(.malformedRequest)
    }
    guard nameCount <= Int(UInt16.max) else { throw .refused(.headTooLarge) }
    index += 1
    let lineStart = index
    while index < count, input[index] == 0x20 || input[index] == 9 { index += 1 }
    let valueStart = index
    Words.skipFieldValue(input, &index)
    guard index < count else { throw .incomplete }
    guard input[index] == 13 else { throw .refused(.malformedRequest) }
    guard index + 1 < count else { throw .incomplete }
    guard input[index + 1] == 10 else { throw .refused(.malformedRequest) }
    var valueEnd = index
    while valueEnd > valueStart, input[valueEnd - 1] == 0x20 || input[valueEnd - 1] == 9 {
      valueEnd -= 1
    }
    let name = names.name(of: input, at: nameStart, count: nameCount)
    let value = valueStart..<valueEnd
    if name != .other { try note(name, value, line: lineStart..<index, input) }
    entries.append(
      HTTPFields.Entry(name: name, nameStart: nameStart, nameCount: nameCount, value: value))
    index += 2
  }

  private func endOfHead(_ input: Span<UInt8>, _ index: inout Int) throws(Stop) -> Bool {
    guard index < input.count else { throw .incomplete }
    guard input[index] == 13 else { return false }
    guard index + 1 < input.count else { throw .incomplete }
    guard input[index + 1] == 10 else { throw .refused(.malformedRequest) }
    index += 2
    return true
  }

  var targetBytesMax: Int { limits.targetBytesMax }

  mutating func setMethod(_ method: HTTPMethod) {
    head.method = method
    head.isMethodKnown = true
  }

  mutating func setTarget(
    _ target: Range<Int>, path: Range<Int>, query: Range<Int>?, authority: Range<Int>?
  ) {
    head.target = target
    head.path = path
    head.query = query
    head.authority = authority
  }

  mutating func setVersion(isOld: Bool) {
    head.isOldVersion = isOld
    head.keepsAlive = !isOld
  }

  private func checkWhole(_ input: Span<UInt8>) throws(Stop) {
    let transferEncoding = UInt128(1) << UInt128(FieldName.transferEncoding.rawValue)
    let contentLength = UInt128(1) << UInt128(FieldName.contentLength.rawValue)
    if seen & transferEncoding != 0, seen & contentLength != 0 {
      throw .refused(.malformedFraming)
    }
    if host == nil, !head.isOldVersion { throw .refused(.malformedRequest) }
    // An authority in the target that is not the Host would let two hops see two hosts.
    if let authority = head.authority, let host {
      guard authority.count == host.count,
        zip(authority, host).allSatisfy({
          Characters.lowercase(input[$0]) == Characters.lowercase(input[$1])
        })
      else { throw .refused(.malformedRequest) }
    }
    guard head.isMethodKnown else { throw .refused(.methodUnknown) }
  }

  private mutating func note(
    _ name: FieldName, _ value: Range<Int>, line: Range<Int>, _ input: Span<UInt8>
  ) throws(Stop) {
    let bit = UInt128(1) << UInt128(name.rawValue)
    if seen & bit != 0, name.isSingleton {
      let isFraming = name == .contentLength || name == .transferEncoding
      throw .refused(isFraming ? .malformedFraming : .malformedRequest)
    }
    seen |= bit
    switch name {
    case .host:
      guard value.allSatisfy({ Words.isHost(input[$0]) }) else {
        throw .refused(.malformedRequest)
      }
      host = value
    case .contentLength:
      guard !line.contains(where: { input[$0] == 9 }) else {
        throw .refused(.malformedFraming)
      }
      let length = try Words.length(input, value)
      if length > 0 { head.framing = .length(length) }
    case .transferEncoding:
      guard !head.isOldVersion, !line.contains(where: { input[$0] == 9 }) else {
        throw .refused(.malformedFraming)
      }
      guard Words.equals(input, value, "chunked") else { throw .refused(.transferCodingUnknown) }
      head.framing = .chunked
    case .connection:
      Words.tokens(input, value) { token in
        if Words.equals(input, token, "close") {
          head.keepsAlive = false
          closes = true
        } else if Words.equals(input, token, "keep-alive"), !closes {
          head.keepsAlive = true
        }
      }
    case .expect where !head.isOldVersion:
      guard Words.equals(input, value, "100-continue") else {
        throw .refused(.expectationFailed)
      }
      head.expectsContinue = true
    default: break
    }
  }
}
