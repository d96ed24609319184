// Readiness: each fault has its code, and only those that stop most of the service take the gateway
// out of rotation.

import Base
import Foundation
import Gateway
import Glibc
import HTTPClient
import HTTPMessage
import JSONText
import Testing

@Suite struct ReadinessTests {
  /// Status, `status` and the codes of an answer.
  private struct Verdict: Equatable {
    var http: Int
    var status: String
    var codes: [String]
  }

  private func verdict(_ gateway: RunningGateway) async throws -> Verdict {
    let answer = try await gateway.send(.get, gateway.ops + "/readyz")
    #expect(answer.fields[.contentType] == "application/json", "\(answer.text)")
    let reasons = answer.json["reasons"]?.arrayValue ?? []
    return Verdict(
      http: answer.status, status: answer.string("status"),
      codes: reasons.map { $0["code"]?.stringValue ?? "" })
  }

  private func metrics(_ gateway: RunningGateway) async throws -> MetricsDocument {
    let document = MetricsDocument(try await gateway.send(.get, gateway.ops + "/metrics").text)
    #expect(document.faults == [])
    return document
  }

  @Test func `every code says whether it blocks, and the answer follows`() throws {
    for code in ReadinessCode.allCases {
      let response = Readiness([.init(code, cause: "why")]).response
      #expect(Int(response.status.code) == (code.isBlocking ? 503 : 200), "\(code)")
      guard case .bytes(let body) = response.body else { continue }
      let json = try JSONValue(parsing: body, limits: .request)
      #expect(json["status"]?.stringValue == (code.isBlocking ? "unready" : "degraded"))
      #expect(json["reasons"]?.arrayValue?.first?["code"]?.stringValue == code.rawValue)
    }
    #expect(Readiness([]).isReady)
    #expect(!Readiness([.init(.sealerDown), .init(.diskFull)]).isReady)
  }

  @Test func `a sealer that died is seen at once and does not stop the service`() async throws {
    try await GatewaySetup().run { gateway in
      _ = try await gateway.makeTenant("acme")
      #expect(try await verdict(gateway) == Verdict(http: 200, status: "ready", codes: []))
      let isSealed = await eventually {
        guard let document = try? await metrics(gateway) else { return false }
        return document["audit_unsealed_events"] == 0 && document["sealer_up"] == 1
      }
      #expect(isSealed)
      let sealer = try #require(Self.sealer(of: gateway.folder))
      kill(sealer, SIGKILL)
      let isSeen = await eventually {
        (try? await verdict(gateway))?.codes == ["sealer-down"]
      }
      #expect(isSeen)
      #expect(try await verdict(gateway).http == 200)
      let document = try await metrics(gateway)
      #expect(document["sealer_up"] == 0 && document["sealer_starts_total"] == 1)
    }
  }

  @Test func `a database that cannot be written takes the gateway out of rotation`() async throws {
    try await GatewaySetup().run { gateway in
      let token = try await gateway.makeTenant("acme")
      // The write-ahead log's descriptor becomes one that cannot be written.
      try Self.breakDescriptor(of: gateway.folder.database + "-wal")
      let answer = try await gateway.call(.post, "/v1/documents", token, #"{"title":"x"}"#)
      #expect(answer.status == 503, "\(answer.text)")
      let seen = try await verdict(gateway)
      #expect(seen.http == 503 && seen.codes.contains("database-refuses-writes"), "\(seen)")
      #expect(try await metrics(gateway)["store_writes_refused"] == 1)
    }
  }

  @Test(arguments: [(Int64(0), false), (1_099_511_627_776, true)])
  func `a disk with too little room counts as full`(bytesMin: Int64, isFull: Bool) async throws {
    let setup = try GatewaySetup([("limits-free-disk-bytes", String(bytesMin))])
    try await setup.run { gateway in
      let seen = try await verdict(gateway)
      #expect(seen.codes == (isFull ? ["disk-full"] : []) && seen.http == (isFull ? 503 : 200))
      #expect(try await metrics(gateway)["disk_free_bytes"] ?? 0 > 0)
    }
  }

  @Test func `workers that do not start are named while links go on`() async throws {
    let tools = try TemporaryFolder()
    let program = tools.path + "/postern-scrub"
    symlink(ProgramPath.beside("postern-scrub"), program)
    try await GatewaySetup([("scrub-program", program)]).run { gateway in
      let token = try await gateway.makeTenant("acme")
      let document = try await gateway.makeDocument(token)
      unlink(program)
      // What was started lives without its file; what follows cannot be started.
      for process in await scrubProcesses(program, started: 1) { kill(process, SIGKILL) }
      _ = try await gateway.upload(document, token, .bytes(DemoPictures.jpeg()))
      let seen = try await verdict(gateway)
      #expect(seen == Verdict(http: 200, status: "degraded", codes: ["scrubber-unavailable"]))
      #expect(try await metrics(gateway)["scrub_starts_failed_total"] ?? 0 > 0)
    }
  }

  /// The process that seals a folder.
  private static func sealer(of folder: DataFolder) -> pid_t? {
    processes { $0.contains("seal") && $0.contains(Substring(folder.path)) }.first
  }

  /// Puts read-only descriptors in the place of those that this process has on a path.
  private static func breakDescriptor(of path: String) throws {
    let target = URL(filePath: path).resolvingSymlinksInPath().path
    for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
      guard let number = Int32(name),
        let link = try? FileManager.default.destinationOfSymbolicLink(
          atPath: "/proc/self/fd/" + name), link == target
      else { continue }
      let readOnly = open(path, O_RDONLY | O_CLOEXEC)
      #expect(dup2(readOnly, number) == number)
      close(readOnly)
    }
  }
}
