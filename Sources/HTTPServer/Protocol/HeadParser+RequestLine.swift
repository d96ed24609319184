// The request line and the checks that need the whole head (RFC 9112 sections 2.3, 3 and 6).

import HTTPMessage

extension HeadParser {
  mutating func requestLine(_ input: Span<UInt8>, _ index: inout Int) throws(Stop) {
    try method(input, &index)
    try target(input, &index)
    try version(input, &index)
  }

  private mutating func method(_ input: Span<UInt8>, _ index: inout Int) throws(Stop) {
    let start = index
    while index < input.count, Characters.isToken(input[index]) { index += 1 }
    guard index - start <= 32 else { throw .refused(.malformedRequest) }
    guard index < input.count else { throw .incomplete }
    guard input[index] == 0x20, index > start else { throw .refused(.malformedRequest) }
    if let method = HeadParser.method(input, start, index - start) {
      setMethod(method)
    }
    index += 1
  }

  private static func method(_ input: Span<UInt8>, _ start: Int, _ count: Int) -> HTTPMethod? {
    var word: UInt64 = 0
    guard count <= 8 else { return nil }
    for offset in 0..<count { word = word << 8 | UInt64(input[start + offset]) }
    switch word {
    case 0x47_4554: return .get
    case 0x4845_4144: return .head
    case 0x504f_5354: return .post
    case 0x50_5554: return .put
    case 0x4445_4c45_5445: return .delete
    case 0x4f_5054_494f_4e53: return .options
    case 0x50_4154_4348: return .patch
    case 0x54_5241_4345: return .trace
    case 0x51_5545_5259: return .query
    default: return nil
    }
  }

  private mutating func target(_ input: Span<UInt8>, _ index: inout Int) throws(Stop) {
    let start = index
    var mark: Int?
    while index < input.count {
      let byte = input[index]
      guard byte > 0x20, byte < 0x7f, byte != UInt8(ascii: "#") else { break }
      if byte == UInt8(ascii: "?"), mark == nil { mark = index }
      index += 1
    }
    guard index - start <= targetBytesMax else { throw .refused(.targetTooLong) }
    guard index < input.count else { throw .incomplete }
    guard input[index] == 0x20, index > start else { throw .refused(.malformedRequest) }
    let pathEnd = mark ?? index
    let query = mark.map { ($0 + 1)..<index }
    if input[start] == UInt8(ascii: "/") {
      setTarget(start..<index, path: start..<pathEnd, query: query, authority: nil)
    } else {
      try absoluteTarget(input, start..<index, pathEnd: pathEnd, query: query)
    }
    index += 1
  }

  // RFC 9112 sections 3.2.2 and 3.2.4: `http://authority/path`, and `*` for OPTIONS only.
  private mutating func absoluteTarget(
    _ input: Span<UInt8>, _ target: Range<Int>, pathEnd: Int, query: Range<Int>?
  ) throws(Stop) {
    let start = target.lowerBound
    if target.count == 1, input[start] == UInt8(ascii: "*") {
      guard !head.isMethodKnown || head.method == .options else {
        throw .refused(.malformedRequest)
      }
      setTarget(target, path: target, query: nil, authority: nil)
      return
    }
    var authorityStart = start
    for scheme in [7, 8] where target.count > scheme {
      let prefix = start..<(start + scheme)
      if Words.equals(input, prefix, scheme == 7 ? "http://" : "https://") {
        authorityStart = prefix.upperBound
      }
    }
    var end = authorityStart
    while end < pathEnd, Words.isHost(input[end]) { end += 1 }
    guard authorityStart > start, end > authorityStart,
      end == pathEnd || input[end] == UInt8(ascii: "/")
    else {
      // CONNECT's authority form; its method is refused as unknown further down.
      if !head.isMethodKnown {
        setTarget(target, path: target, query: nil, authority: nil)
        return
      }
      throw .refused(.malformedRequest)
    }
    // An empty path is `/`: the slash before the authority stands for it.
    let path = end == pathEnd ? (authorityStart - 1)..<authorityStart : end..<pathEnd
    setTarget(target, path: path, query: query, authority: authorityStart..<end)
  }

  private mutating func version(_ input: Span<UInt8>, _ index: inout Int) throws(Stop) {
    let expected: StaticString = "HTTP/"
    for offset in 0..<5 {
      guard index + offset < input.count else { throw .incomplete }
      guard input[index + offset] == Words.byte(expected, offset) else {
        throw .refused(.malformedRequest)
      }
    }
    index += 5
    guard index + 5 <= input.count else { throw .incomplete }
    guard Characters.isDigit(input[index]), input[index + 1] == UInt8(ascii: "."),
      Characters.isDigit(input[index + 2]), input[index + 3] == 13, input[index + 4] == 10
    else { throw .refused(.malformedRequest) }
    guard input[index] == UInt8(ascii: "1"), input[index + 2] <= UInt8(ascii: "1") else {
      throw .refused(.versionUnknown)
    }
    setVersion(isOld: input[index + 2] == UInt8(ascii: "0"))
    index += 5
  }
}
