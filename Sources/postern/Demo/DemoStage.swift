// What the demo works with: a throw-away folder, the command itself run in this process, and plain
// HTTP as a portal's backend and a customer speak it.

import Base
import Gateway
import Glibc
import HTTPClient
import HTTPMessage
import JSONText

/// The demo's folder and clients.
struct DemoStage: Sendable {
  /// What a plain HTTP call brought.
  struct Answer: Sendable {
    let status: Int
    let fields: HTTPFields
    let body: [UInt8]

    /// A member of the JSON body as text; members of members are joined by dots.
    func text(_ path: String) -> String {
      do throws(JSONError) {
        var value: JSONValue? = try JSONValue(parsing: body, limits: .configuration)
        for name in path.split(separator: ".") { value = value?[String(name)] }
        return value?.stringValue ?? ""
      } catch {
        return ""
      }
    }
  }

  let root: String
  let port: UInt16
  private let environment: [String: String]
  private let http: HTTPClient

  var data: String { root + "/data" }

  init(root: String, environment: [String: String]) throws(CommandError) {
    self.root = root
    port = try FreePort.find()
    self.environment = environment.filter { !$0.key.hasPrefix("POSTERN_") }
    var configuration = HTTPClientConfiguration()
    configuration.totalTimeout = .seconds(20)
    configuration.userAgent = "Mozilla/5.0 (postern demo)"
    do throws(HTTPClientError) {
      http = try HTTPClient(configuration)
    } catch {
      throw CommandError(.failed, error.detail, code: error.code.rawValue)
    }
  }

  /// Makes the data folder with its settings; `postern init` adds the rest.
  func prepare() throws(CommandError) {
    guard unsafe mkdir(data, 0o700) == 0 else { throw LocalFile.failure("create", data) }
    try LocalFile.create(data + "/postern.json", configuration)
  }

  /// Ports of the system's choice, and checkpoints every tenth of a second.
  private var configuration: [UInt8] {
    Array(
      JSONWriter.object { writer in
        writer.member("listen", ["127.0.0.1:\(port)"])
        writer.member("ops_listen", "")
        writer.key("object_store")
        writer.beginObject()
        writer.member("listen", "127.0.0.1:0")
        writer.endObject()
        writer.key("audit")
        writer.beginObject()
        writer.member("seal_milliseconds", 100)
        writer.endObject()
      }.utf8)
  }

  /// Runs one command line of `postern` and returns what it prints; throws if it fails.
  func run(_ words: [String]) async throws(CommandError) -> String {
    let printed = Lock(("", ""))
    let console = Console(
      style: Style(isColoured: false), errorStyle: Style(isColoured: false),
      isInteractive: false, hasProgress: false,
      write: { text, stream in
        printed.withLock { printed in
          if stream == .output { printed.0 += text } else { printed.1 += text }
        }
      })
    let code = await Main.run(
      words + (words[0] == "scrub" ? [] : ["--data", data]), console: console,
      environment: environment)
    let (output, errors) = printed.withLock { $0 }
    guard code == .done else {
      throw CommandError(
        .failed, "`postern \(words.joined(separator: " "))` ended with code \(code.rawValue)",
        hint: errors.isEmpty ? nil : Plain.text(errors))
    }
    return output.hasSuffix("\n") ? String(output.dropLast()) : output
  }

  /// Runs one command line with `--json` and returns its document.
  func document(_ words: [String]) async throws(CommandError) -> Answer {
    let printed = try await run(words + ["--json"])
    return Answer(status: 200, fields: HTTPFields(), body: Array(printed.utf8))
  }

  /// One HTTP call without redirects.
  func call(
    _ method: HTTPMethod, _ url: String, tokenFile: String? = nil, json: [UInt8]? = nil
  ) async throws(CommandError) -> Answer {
    var fields = HTTPFields()
    if let tokenFile {
      let token = try LocalFile.read(root + "/" + tokenFile, bytesMax: 16_384)
      fields.append(
        .authorization, "Bearer " + String(decoding: token.prefix { $0 > 0x20 }, as: UTF8.self))
    }
    if json != nil { fields.append(.contentType, "application/json") }
    do throws(HTTPClientError) {
      let response = try await http.fetch(
        ClientRequest(method, url, fields: fields, body: json.map { .bytes($0) } ?? .none))
      return Answer(
        status: response.status.code, fields: response.fields, body: response.body)
    } catch {
      throw CommandError(.failed, error.detail, code: error.code.rawValue)
    }
  }
}
