// Request heads and body framing: what is accepted means the same however it arrives, and is what a
// plain reading of the bytes says.

import HTTPMessage
import HTTPServer

extension FuzzTarget {
  static let httpHead = FuzzTarget(
    name: "http-head",
    dictionary: [
      "GET ", "POST ", "OPTIONS *", " HTTP/1.1\r\n", " HTTP/1.0\r\n", "Host: a\r\n", "http://a/",
      "Content-Length: ", "Transfer-Encoding: chunked\r\n", "Connection: close", "keep-alive",
      "Expect: 100-continue", "\r\n\r\n", "\r\n ", "\t", "?", "%2F",
    ]
  ) { input in
    var parser = HeadParser(limits: HTTPServerLimits())
    guard case .complete = parser.parse(input.span) else { return }
    let head = parser.head
    precondition(head.byteCount <= min(input.count, 16_384), "the head is longer than its input")
    let bytes = Array(input[..<head.byteCount])
    precondition(bytes.suffix(4) == [13, 10, 13, 10], "the head does not end in an empty line")
    check(head, bytes, HTTPFields(head: bytes, entries: parser.entries))
    // The bytes behind the head do not count, and without its last byte it is not complete.
    precondition(parser.parse(bytes.span) == .complete, "the head alone is not complete")
    precondition(parser.head.framing == head.framing, "bytes behind the head changed its framing")
    precondition(
      parser.parse(Array(bytes.dropLast()).span) == .incomplete, "a part was taken for a head")
  }

  private static func check(_ head: ParsedHead, _ bytes: [UInt8], _ fields: HTTPFields) {
    let request = HTTPRequest(
      method: head.method, head: bytes, target: head.target, path: head.path, query: head.query,
      fields: fields, peer: .tcp(IPAddress(v4: 0), port: 0), scheme: .http,
      id: RequestID(high: 0, low: 0))
    precondition(request.rawPath.first == UInt8(ascii: "/") || request.rawPath == [0x2a])
    let lengths = fields.all("content-length")
    let codings = fields.all("transfer-encoding")
    switch head.framing {
    case .none:
      precondition(codings.isEmpty && lengths.allSatisfy { Int64($0) == 0 }, "a body was missed")
    case .length(let length):
      precondition(codings.isEmpty && lengths.map { Int64($0) } == [length], "another length")
    case .chunked:
      precondition(lengths.isEmpty && codings.map { $0.lowercased() } == ["chunked"])
    }
    for (name, value) in fields.pairs {
      precondition(!name.isEmpty && name.utf8.allSatisfy(Characters.isToken), "a name is no token")
      precondition(!value.utf8.contains { $0 < 0x20 && $0 != 9 }, "a value has a control")
    }
    let hosts = fields.all(.host).count
    precondition(head.isOldVersion ? hosts <= 1 : hosts == 1, "the number of hosts")
    do throws(HTTPMessageError) {
      _ = try request.pathSegments()
      _ = try request.queryParameters()
    } catch {
      // Escapes are the handler's to refuse.
    }
  }

  static let chunked = FuzzTarget(
    name: "chunked", dictionary: ["0\r\n\r\n", "\r\n", "5\r\nabcde\r\n", ";a=b", "X: y\r\n"]
  ) { input in
    let whole = decode(input, step: max(1, input.count))
    for step in [1, 2, 7] {
      let pieces = decode(input, step: step)
      precondition(whole == pieces, "a body depends on how it is cut")
    }
    precondition(whole.content.count <= 10_000, "the limit was passed")
  }

  private struct Decoded: Equatable {
    var content: [UInt8] = []
    var end: Int?
    var refusal: RefusalCode?
  }

  private static func decode(_ input: [UInt8], step: Int) -> Decoded {
    var decoder = BodyDecoder(.chunked, limit: 10_000)
    var result = Decoded()
    for start in stride(from: 0, to: input.count, by: step) {
      let piece = Array(input[start..<min(start + step, input.count)])
      var index = 0
      pieces: while true {
        switch decoder.next(piece.span, &index) {
        case .data(let range): result.content += piece[range]
        case .needsMore: break pieces
        case .end:
          result.end = start + index
          return result
        case .refused(let code):
          result.refusal = code
          // How much was decoded before the fault was seen depends on the cut; the fault does not.
          result.content = []
          return result
        }
      }
    }
    return result
  }
}
