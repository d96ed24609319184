// The smallest HTTP client that the tests need: one request on one connection, each on a thread of
// its own, so that no task ever blocks on a socket.

import Base
import Foundation
import Glibc
import HTTPServer
import JSONText

/// What came back.
struct Answer: Sendable {
  let status: Int
  let fields: [(name: String, value: String)]
  let body: [UInt8]

  /// The first value of a field.
  subscript(name: String) -> String? { all(name).first }

  /// All values of a field.
  func all(_ name: String) -> [String] {
    fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
  }

  var text: String { String(decoding: body, as: UTF8.self) }

  /// The body as JSON; nothing for any other body.
  var json: JSONValue? { try? JSONValue(parsing: body, limits: .configuration) }

  /// The text of a member of the body.
  func member(_ name: String) -> String? { json?[name]?.stringValue }

  /// The problem's code.
  var code: String? { member("code") }

  /// Everything that may differ between two answers to equal questions, taken out.
  var masked: String {
    var lines = ["\(status)"]
    for (name, value) in fields
    where !["date", "x-request-id"].contains(name.lowercased()) {
      lines.append("\(name): \(value)")
    }
    var text = text
    if let instance = member("instance") {
      text = text.replacingOccurrences(of: instance, with: "<instance>")
    }
    return lines.joined(separator: "\n") + "\n\n" + text
  }

  /// Reads an answer whose body goes on to the end of the connection.
  init?(_ bytes: [UInt8]) {
    guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
      .components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ")
    guard words.count >= 2, let status = Int(words[1]) else { return nil }
    self.status = status
    fields = lines.dropFirst().compactMap { line in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      return (
        String(line[..<colon]),
        line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      )
    }
    body = Array(bytes[end.upperBound...])
  }
}

/// One question.
struct Question: Sendable {
  var method = "GET"
  var target: String
  var fields: [(String, String)] = []
  var body: [UInt8] = []
  /// Says that the body is this long; nothing for its true length.
  var declaredLength: Int?

  var bytes: [UInt8] {
    var lines = ["\(method) \(target) HTTP/1.1", "Connection: close"]
    if !fields.contains(where: { $0.0 == "Host" }) { lines.append("Host: gateway.test") }
    lines += fields.map { "\($0.0): \($0.1)" }
    if declaredLength != nil || !body.isEmpty {
      lines.append("Content-Length: \(declaredLength ?? body.count)")
    }
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
  }
}

/// The exchange did not happen.
struct ExchangeFailed: Error {
  let step: String
}

/// Asks a listener; a short body is ended by closing our side.
func exchange(_ question: Question, with address: ListenAddress) async throws -> Answer {
  let outcome: Result<Answer, ExchangeFailed> = await withCheckedContinuation { waiter in
    Thread.detachNewThread {
      do throws(ExchangeFailed) {
        waiter.resume(returning: .success(try blockingExchange(question, address)))
      } catch {
        waiter.resume(returning: .failure(error))
      }
    }
  }
  return try outcome.get()
}

private func blockingExchange(
  _ question: Question, _ address: ListenAddress
) throws(ExchangeFailed) -> Answer {
  let descriptor = try connected(to: address)
  defer { close(descriptor) }
  let bytes = question.bytes
  var sent = 0
  while sent < bytes.count {
    let part = bytes.withUnsafeBytes {
      send(descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
    }
    // A server that has answered already may have stopped reading.
    guard part > 0 else { break }
    sent += part
  }
  if question.declaredLength != nil { shutdown(descriptor, Int32(SHUT_WR)) }
  var received = [UInt8]()
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let part = recv(descriptor, &buffer, buffer.count, 0)
    guard part > 0 else { break }
    received += buffer[..<part]
  }
  guard let answer = Answer(received) else {
    throw ExchangeFailed(step: "answer of \(received.count) bytes")
  }
  return answer
}

private func connected(to address: ListenAddress) throws(ExchangeFailed) -> Int32 {
  let result: Int32
  let descriptor: Int32
  switch address {
  case .tcp(_, let port):
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    name.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    result = withUnsafeBytes(of: &name) {
      connect(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), UInt32($0.count))
    }
  case .unix(let path, _):
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
    result = withUnsafeBytes(of: &name) {
      connect(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), UInt32($0.count))
    }
  }
  guard result == 0 else {
    close(descriptor)
    throw ExchangeFailed(step: "connect")
  }
  // A server that hangs must not hang the tests.
  var limit = timeval(tv_sec: 60, tv_usec: 0)
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, UInt32(MemoryLayout<timeval>.size))
  return descriptor
}
