// Secrets planted in everything that a gateway is given are found in nothing that it tells: not in its
// log, its metrics, its traces, its problem bodies, nor in what a crash prints.

import Base
import Foundation
import Gateway
import Glibc
import HTTPClient
import HTTPMessage
import TestSupport
import Testing

@Suite struct SecretsTests {
  private static let title = "planted-title-5c1e"
  private static let fileName = "planted-name-77aa.jpg"

  @Test func `planted secrets are in no log, metric, trace or problem`() async throws {
    let collector = try Collector()
    let setup = try GatewaySetup([
      ("traces-endpoint", collector.endpoint), ("traces-percent", "100"),
    ])
    let told = Lock("")
    let secrets = Lock([Self.title, "planted-name-77aa", "planted-query-1f0d", "planted-agent"])
    try await setup.run { gateway in
      let token = try await gateway.makeTenant("acme")
      let made = try await gateway.call(
        .post, "/v1/documents", token, #"{"title":"\#(Self.title)"}"#)
      let document = made.string("id")
      let upload = try await gateway.upload(
        document, token, .bytes(DemoPictures.jpeg()), name: Self.fileName)
      #expect(upload.status == 201, "\(upload.text)")
      let link = try await gateway.call(.post, "/v1/documents/\(document)/links", token, "{}")
      let linkToken = String(link.string("url").split(separator: "/").last ?? "")
      let redirect = try await gateway.send(
        .get, link.string("url") + "?q=planted-query-1f0d", fields: [(.userAgent, "planted-agent")])
      #expect(redirect.status == 303)
      let location = redirect.fields[.location] ?? ""
      let signature = location.split(separator: "X-Amz-Signature=").last.map(String.init) ?? ""
      #expect(signature.count == 64 && linkToken.hasPrefix("pst_"))
      secrets.withLock { $0 += [token, linkToken, signature] + DemoPictures.plantedTexts }
      let wrong = try await provoke(gateway, token, document, linkToken, upload)
      told.withLock { $0 += wrong }
      for path in ["/metrics", "/readyz", "/healthz"] {
        let answer = try await gateway.send(.get, gateway.ops + path)
        told.withLock { $0 += answer.text }
      }
      for key in DataFolder.Key.allCases {
        let text = String(decoding: try content(gateway.folder.file(of: key)), as: UTF8.self)
        let values = text.split { $0 == ":" || $0 == "\n" }.suffix(1).map(String.init)
        secrets.withLock { $0 += values }
      }
      // Lines are written at the end of a loop's turn, perhaps after the answer is here.
      _ = try await gateway.send(.get, gateway.origin + "/v1/last")
      #expect(await eventually { gateway.lines.text.contains("/v1/last") })
      told.withLock { $0 += gateway.lines.text }
    }
    let spans = try collector.spans().count
    #expect(spans > 10, "\(spans) of \(collector.heads.count) requests")
    let text = told.withLock { $0 } + collector.text
    for secret in secrets.withLock({ $0 }) {
      #expect(!text.contains(secret), "\(secret.prefix(14))…")
    }
  }

  /// Requests that go wrong in many ways; the texts of their problems.
  private func provoke(
    _ gateway: RunningGateway, _ token: String, _ document: String, _ linkToken: String,
    _ upload: Answer
  ) async throws -> String {
    let cut = String(token.dropLast(4)) + "AAAA"
    let versions = "/v1/documents/\(document)/versions"
    let cases: [(HTTPMethod, String, String?, String?)] = [
      (.get, versions, cut, nil), (.get, versions, nil, nil),
      (.get, versions + "?planted-query-1f0d=\(linkToken)", token, nil),
      (.get, "/v1/links/\(linkToken)", token, nil), (.get, "/d/\(linkToken)x", nil, nil),
      (.get, "/D/\(linkToken)", nil, nil), (.get, "/\(linkToken)/%zz", nil, nil),
      (.post, "/d/\(linkToken)", nil, #"{"surplus":1}"#),
      (.post, "/v1/documents", token, #"{"surplus":"planted-title-5c1e"}"#),
      (.post, "/v1/documents", token, #"{"title":"planted-title-5c1e",}"#),
      (.post, "/v1/documents/\(document)/links", token, #"{"expires_in":"planted-title-5c1e"}"#),
      (.delete, "/v1/documents/\(document)/versions/\(linkToken)", token, nil),
    ]
    var texts = ""
    for (method, path, bearer, body) in cases {
      let answer = try await gateway.send(
        method, gateway.origin + path, token: bearer,
        body: body.map { .bytes(Array($0.utf8)) } ?? .none,
        fields: body == nil ? [] : [(.contentType, "application/json")])
      if answer.status >= 400 { texts += answer.text }
    }
    return texts
  }

  /// The value of a variable in one of our units.
  private static func variable(_ name: String, unit: String) throws -> String {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let file = folder.appendingPathComponent("Scripts/deploy/systemd/\(unit).service")
    let prefix = "Environment=\(name)="
    let line = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      .first { $0.hasPrefix(prefix) }
    return String(try #require(line).dropFirst(prefix.count))
  }

  @Test(arguments: [
    ("serve", "unit"), ("seal", "unit"), ("serve", "none"), ("seal", "none"),
    ("serve", "enable=yes,threads=all,registers=all,images=all"),
  ])
  func `a crash prints where, and no secret`(command: String, given: String) async throws {
    let settings: String? =
      given == "unit"
      ? try Self.variable("SWIFT_BACKTRACE", unit: "postern-" + command)
      : given == "none" ? nil : given
    let setup = try GatewaySetup()
    let child = Process()
    child.executableURL = URL(fileURLWithPath: ProgramPath.beside("postern"))
    child.arguments =
      command == "seal"
      ? ["seal", "--data", setup.folder.path]
      : ["serve", "--data", setup.folder.path]
        + zip(["listen", "ops-listen", "object-store-listen"], setup.ports).flatMap {
          ["--\($0)", "127.0.0.1:\($1)"]
        }
    child.environment = ["PATH": "/usr/bin:/bin"]
    if let settings { child.environment?["SWIFT_BACKTRACE"] = settings }
    let output = setup.root.path + "/crash.txt"
    #expect(FileManager.default.createFile(atPath: output, contents: nil))
    let handle = try #require(FileHandle(forWritingAtPath: output))
    child.standardError = handle
    child.standardOutput = handle
    if command == "seal" { try await Self.makeDatabase(setup) }
    try child.run()
    let isUp = await eventually {
      let text = String(decoding: (try? content(output)) ?? [], as: UTF8.self)
      let status = FileManager.default.fileExists(atPath: setup.folder.audit + "/.sealer.json")
      return command == "seal" ? status : text.contains(#""event":"started""#)
    }
    #expect(isUp)
    kill(child.processIdentifier, SIGSEGV)
    // A signal from outside is not repeated by an instruction: the process would go on.
    let isDumped = await eventually(seconds: 30) {
      let text = String(decoding: (try? content(output)) ?? [], as: UTF8.self)
      return text.contains("Backtrace took") || text.contains("unable to backtrace")
    }
    kill(child.processIdentifier, SIGKILL)
    child.waitUntilExit()
    let dump = String(decoding: try content(output), as: UTF8.self)
    #expect(isDumped, "\(dump.suffix(500))")
    for key in DataFolder.Key.allCases {
      let text = String(decoding: try content(setup.folder.file(of: key)), as: UTF8.self)
      for secret in text.split(whereSeparator: { $0 == ":" || $0 == "\n" }).suffix(1) {
        // Also as the bytes lie in memory, eight at a time.
        #expect(!dump.contains(secret) && !dump.contains(secret.prefix(16)))
      }
    }
    #expect(!dump.contains("Registers:") && !dump.contains("rax 0x"), "\(dump.suffix(2000))")
  }

  private static func makeDatabase(_ setup: GatewaySetup) async throws {
    try await setup.run { gateway in _ = try await gateway.makeTenant("acme") }
    unlink(setup.folder.audit + "/.sealer.json")
  }
}
