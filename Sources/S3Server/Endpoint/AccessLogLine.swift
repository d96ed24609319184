// One line of an access log in the format of S3 server access logging, so that tools for it read
// ours. The signature of a presigned URL is a key to the object and is never written.

import Base
import HTTPMessage
import HTTPServer
import SigV4

/// Writes access log lines.
package enum AccessLogLine {
  /// The line of a finished request with its line feed; `now` is when it was done.
  static func bytes(of record: AccessRecord, at now: Timestamp) -> [UInt8] {
    let request = record.request
    let exchange = request?.attachment as? S3Exchange
    let refusal = request?.attachment as? S3Refusal
    let noted = exchange?.noted
    let error = noted?.error ?? refusal?.error
    let milliseconds = String(record.durationNanoseconds / 1_000_000)
    var line = Line()
    line.plain("postern")
    line.plain(exchange?.target.bucket)
    line.plain("[" + clock(now) + "]")
    line.plain(address(of: record.peer))
    line.plain(exchange?.accessKeyID)
    line.plain(record.id.description)
    line.plain(exchange?.operation.rawValue ?? request.map { "REST.\($0.method.rawValue).UNKNOWN" })
    line.escaped(exchange.flatMap { $0.target.key.isEmpty ? nil : $0.target.key })
    line.quoted(request.map(requestLine))
    line.plain(String(record.status.code))
    line.plain(error?.rawValue ?? record.refusal?.rawValue)
    line.plain(record.sentBodyBytes > 0 ? String(record.sentBodyBytes) : nil)
    line.plain(noted?.objectSize.map { String($0) })
    line.plain(milliseconds)
    line.plain(milliseconds)
    line.quoted(request?.fields.bytes(of: .referer).map { Array($0) })
    line.quoted(request?.fields.bytes(of: .userAgent).map { Array($0) })
    line.plain(nil)
    line.plain(nil)
    line.plain(exchange == nil ? nil : "SigV4")
    line.plain(nil)
    line.plain(exchange.map(authentication))
    line.escaped(request?.fields.bytes(of: .host).map { Array($0) })
    line.plain(nil)
    line.plain(nil)
    line.plain(nil)
    return line.finish()
  }

  /// `06/Feb/2026:00:00:38 +0000`.
  private static func clock(_ moment: Timestamp) -> String {
    // An HTTP date has the same parts in another order: `Fri, 06 Feb 2026 00:00:38 GMT`.
    let parts = HTTPDate.text(moment).split(separator: " ")
    return "\(parts[1])/\(parts[2])/\(parts[3]):\(parts[4]) +0000"
  }

  /// Where the signature stood, in the words of AWS.
  private static func authentication(_ exchange: S3Exchange) -> String {
    switch exchange.form {
    case .query: "QueryString"
    case .header: "AuthHeader"
    case nil: "PostForm"
    }
  }

  private static func address(of peer: Peer) -> String? {
    peer.address.map(\.description)
  }

  private static func requestLine(_ request: HTTPRequest) -> [UInt8] {
    var line = Array(request.method.rawValue.utf8) + [UInt8(ascii: " ")] + request.rawPath
    if let query = request.rawQuery {
      line.append(UInt8(ascii: "?"))
      line += redacted(query)
    }
    return line + Array(" HTTP/1.1".utf8)
  }

  /// The query with the values of signature and token taken out.
  package static func redacted(_ query: ArraySlice<UInt8>) -> [UInt8] {
    var output = [UInt8]()
    let pieces = query.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
    for (position, piece) in pieces.enumerated() {
      if position > 0 { output.append(UInt8(ascii: "&")) }
      let name = piece.prefix { $0 != UInt8(ascii: "=") }
      // A name that hides behind escapes is compared as a reader would decode it.
      let text = String(decoding: name, as: UTF8.self).lowercased()
      let isPlain = !name.contains(UInt8(ascii: "%"))
      if isPlain, text != "x-amz-signature", text != "x-amz-security-token" {
        output += piece
      } else {
        output += name + Array("=redacted".utf8)
      }
    }
    return output
  }

  private struct Line {
    private var bytes = [UInt8]()

    mutating func plain(_ text: String?) { escaped(text.map { Array($0.utf8) }) }

    /// A value without spaces: what is not printable ASCII or would end it is escaped.
    mutating func escaped(_ value: [UInt8]?) {
      guard let value, !value.isEmpty else { return dash() }
      let isTime = value.first == UInt8(ascii: "[")
      append(value) { $0 > 0x20 || isTime && $0 == 0x20 }
    }

    mutating func quoted(_ value: [UInt8]?) {
      guard let value, !value.isEmpty else { return dash() }
      bytes.append(UInt8(ascii: "\""))
      append(value) { $0 >= 0x20 }
      bytes[bytes.count - 1] = UInt8(ascii: "\"")
      bytes.append(UInt8(ascii: " "))
    }

    mutating func finish() -> [UInt8] {
      bytes[bytes.count - 1] = UInt8(ascii: "\n")
      return bytes
    }

    private mutating func dash() { bytes += [UInt8(ascii: "-"), UInt8(ascii: " ")] }

    private mutating func append(_ value: [UInt8], where isKept: (UInt8) -> Bool) {
      for byte in value {
        if isKept(byte), byte < 0x7f, byte != UInt8(ascii: "\"") {
          bytes.append(byte)
        } else {
          PercentCoding.encode([byte], to: &bytes)
        }
      }
      bytes.append(UInt8(ascii: " "))
    }
  }
}
