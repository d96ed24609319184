// A stand-in for an OpenTelemetry collector: keeps what it is sent.

import Base
import Gateway
import JSONText
import TestSupport
import Testing

final class Collector: Sendable {
  private let server: ScriptedServer
  private let bodies: Lock<[[UInt8]]>

  init(status: String = "200 OK") throws {
    let bodies = Lock<[[UInt8]]>([])
    self.bodies = bodies
    server = try ScriptedServer { connection in
      while let head = connection.readHead() {
        let length = head.lowercased().split(separator: "\r\n").first {
          $0.hasPrefix("content-length:")
        }
        let digits = length?.split(separator: ":").last?.trimmingPrefix { $0 == " " } ?? "0"
        let body = connection.read(Int(digits) ?? 0)
        bodies.withLock { $0.append(body) }
        connection.answer(status, "{}", fields: "Content-Type: application/json\r\n")
      }
    }
  }

  var endpoint: String { "http://127.0.0.1:\(server.port)" }
  var heads: [String] { server.heads }
  var text: String { String(decoding: bodies.withLock { $0 }.joined(), as: UTF8.self) }

  /// Every span that came.
  func spans() throws -> [JSONValue] {
    try bodies.withLock { $0 }.flatMap { body in
      let json = try JSONValue(parsing: body, limits: .configuration)
      let resource = json["resourceSpans"]?.arrayValue?.first
      let scope = resource?["scopeSpans"]?.arrayValue?.first
      return scope?["spans"]?.arrayValue ?? []
    }
  }
}

extension JSONValue {
  /// The text of a member.
  func text(_ name: String) -> String { self[name]?.stringValue ?? "" }
}
