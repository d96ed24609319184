// The bytes of an answer's head. Status lines and the Date line are prepared; the rest is appended
// to the batch of the loop.

import HTTPMessage

/// How the body of an answer is delimited.
struct AnswerBody {
  enum Length {
    /// Neither length nor coding is announced.
    case none
    case count(Int64)
    case chunked
    /// HTTP/1.0: the end of the connection ends the body.
    case untilClose
    /// The handler asked for what cannot be sent.
    case invalid
  }

  let length: Length
  /// Whether body bytes follow the head.
  let hasContent: Bool

  init(_ response: HTTPResponse, _ answer: AnswerState) {
    let sendsContent = !answer.isHead && !response.status.forbidsBody
    switch response.body {
    case .empty:
      length = response.status.forbidsBody ? .none : .count(0)
      hasContent = false
    case .bytes(let bytes):
      length = response.status.forbidsBody ? .none : .count(Int64(bytes.count))
      hasContent = sendsContent && !bytes.isEmpty
    case .file(_, let range):
      length = response.status.forbidsBody ? .none : .count(Int64(range.count))
      hasContent = sendsContent && !range.isEmpty
    case .stream(let body):
      hasContent = sendsContent
      if response.status.forbidsBody || answer.isHead && body.length == nil {
        length = .none
      } else if let count = body.length {
        length = count >= 0 ? .count(count) : .invalid
      } else {
        length = answer.isOldVersion ? .untilClose : .chunked
      }
    case .omitted(let count):
      hasContent = false
      length =
        answer.isHead && count >= 0 && !response.status.forbidsBody ? .count(count) : .invalid
    }
  }
}

/// Writes answer heads.
struct AnswerHeadWriter {
  private let statusLines: [[UInt8]]
  private let extraFields: [UInt8]
  /// `Date: ...` with its line end; renewed once a second.
  var dateLine: [UInt8] = []

  init(extraFields: HTTPFields) {
    statusLines = (100..<600).map { code in
      Array("HTTP/1.1 \(code) \(HTTPStatus(code).reason)\r\n".utf8)
    }
    var extra = [UInt8]()
    extraFields.write(to: &extra, where: AnswerHeadWriter.isForHandlers)
    self.extraFields = extra
  }

  func write(
    _ response: HTTPResponse, _ body: AnswerBody, _ answer: AnswerState, to output: inout [UInt8]
  ) {
    output.append(contentsOf: statusLines[response.status.code - 100])
    output.append(contentsOf: dateLine)
    AnswerHeadWriter.append("X-Request-Id: ", to: &output)
    answer.id.write(to: &output)
    AnswerHeadWriter.append("\r\n", to: &output)
    if !extraFields.isEmpty { output.append(contentsOf: extraFields) }
    response.fields.write(to: &output, where: AnswerHeadWriter.isForHandlers)
    switch body.length {
    case .count(let count):
      AnswerHeadWriter.append("Content-Length: ", to: &output)
      AnswerHeadWriter.append(count, to: &output)
      AnswerHeadWriter.append("\r\n", to: &output)
    case .chunked: AnswerHeadWriter.append("Transfer-Encoding: chunked\r\n", to: &output)
    case .none, .untilClose, .invalid: break
    }
    if !answer.keepsAlive {
      AnswerHeadWriter.append("Connection: close\r\n\r\n", to: &output)
    } else if answer.isOldVersion {
      AnswerHeadWriter.append("Connection: keep-alive\r\n\r\n", to: &output)
    } else {
      AnswerHeadWriter.append("\r\n", to: &output)
    }
  }

  // Framing, Date and request id are the server's alone.
  private static func isForHandlers(_ name: FieldName) -> Bool {
    switch name {
    case .contentLength, .transferEncoding, .connection, .keepAlive, .date, .xRequestID, .trailer,
      .upgrade:
      false
    default: true
    }
  }

  private static func append(_ text: StaticString, to output: inout [UInt8]) {
    unsafe output.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private static func append(_ number: Int64, to output: inout [UInt8]) {
    var divisor: Int64 = 1
    while number / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      output.append(UInt8(truncatingIfNeeded: 0x30 + number / divisor % 10))
      divisor /= 10
    }
  }
}
