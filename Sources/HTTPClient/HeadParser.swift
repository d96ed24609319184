// Turns the header lines that libcurl hands out into a head. libcurl is lenient in places where two
// readers may disagree; this is not: folded lines, lines without a colon and contradicting lengths
// end the exchange.

import HTTPMessage

/// Collects one head after another: informational ones, then the final one. Pure.
struct HeadParser {
  enum Step {
    case more
    case head(ClientResponseHead)
    case refused(HTTPClientError)
  }

  private let bytesMax: Int
  private var byteCount = 0
  private var status: Int?
  private var fields = HTTPFields()
  private var isDone = false

  init(bytesMax: Int) {
    self.bytesMax = bytesMax
  }

  /// Takes one line with its line end; trailers behind the final head are ignored.
  mutating func take(_ line: UnsafeRawBufferPointer) -> Step {
    byteCount += line.count
    guard byteCount <= bytesMax else {
      return .refused(
        HTTPClientError(.responseTooLarge, "the head of the answer has more than \(bytesMax) bytes")
      )
    }
    guard !isDone else { return .more }
    var text = unsafe Substring(decoding: line, as: UTF8.self)
    while let last = text.utf8.last, last == 13 || last == 10 {
      text = Substring(text.unicodeScalars.dropLast())
    }
    guard let status else { return statusLine(text) }
    return text.isEmpty ? end(status) : field(text)
  }

  private mutating func statusLine(_ text: Substring) -> Step {
    let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count >= 2, parts[0].hasPrefix("HTTP/1."), parts[1].utf8.count == 3,
      let code = Int(parts[1]), (100...599).contains(code), code != 101
    else { return refuse("the answer has no status line") }
    status = code
    fields = HTTPFields()
    return .more
  }

  private mutating func field(_ text: Substring) -> Step {
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
      return refuse("a field line of the answer has no colon")
    }
    let name = String(text[..<colon])
    let value = text[text.utf8.index(after: colon)...].trimmingSpace()
    if FieldName(name) == .contentLength, let known = fields[.contentLength], known != value {
      return refuse("the answer declares two lengths")
    }
    // Also refuses a folded line: its name would begin with white space.
    guard fields.append(name: name, value: String(value)) else {
      return refuse("a field name of the answer is not a token")
    }
    return .more
  }

  private mutating func end(_ code: Int) -> Step {
    status = nil
    guard code >= 200 else { return .more }
    if let length = fields[.contentLength] {
      let isNumber = !length.isEmpty && length.utf8.allSatisfy { $0 &- 0x30 < 10 }
      guard isNumber, Int64(length) != nil, !fields.contains(.transferEncoding) else {
        return refuse("the length of the answer is ambiguous")
      }
    }
    isDone = true
    return .head(ClientResponseHead(status: HTTPStatus(code), fields: fields))
  }

  private func refuse(_ detail: String) -> Step {
    .refused(HTTPClientError(.protocolError, detail))
  }
}

extension Substring {
  fileprivate func trimmingSpace() -> Substring {
    // By scalars: a combining mark behind a space makes one character with it.
    var text = unicodeScalars
    while text.first == " " || text.first == "\t" { text.removeFirst() }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return Substring(text)
  }
}
