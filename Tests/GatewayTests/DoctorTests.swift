// The doctor finds each local fault, by its code, and nothing in a folder that is well.

import Base
import Foundation
import Gateway
import Glibc
import SQLiteStore
import TestSupport
import Testing

@Suite struct DoctorTests {
  private func codes(
    _ setup: GatewaySetup, _ settings: Result<Configuration, ConfigurationError>? = nil
  ) async throws -> [String] {
    let configuration = try setup.options(LogLines()).configuration
    return await Doctor(folder: setup.folder, environment: setup.environment)
      .examine(settings ?? .success(configuration))
      .map(\.code.rawValue).filter { $0 != "descriptors-few" && $0 != "disk-low" }
  }

  @Test func `a folder that is well has no findings, before, during and after serving`()
    async throws
  {
    let setup = try GatewaySetup()
    #expect(try await codes(setup) == [])
    try await setup.run { _ in
      let isWell = try await eventually { try await codes(setup) == [] }
      #expect(isWell)
    }
    #expect(try await codes(setup) == [])
  }

  @Test func `each damage has its code and says what to do`() async throws {
    let cases: [(String, (GatewaySetup) throws -> Void)] = [
      ("key-missing", { unlink($0.folder.file(of: .pepper)) }),
      ("key-unusable", { chmod($0.folder.file(of: .localIssuer), 0o644) }),
      ("key-unusable", { try $0.root.write("keys/audit", "not a key") }),
      ("rotation-unfinished", { try $0.root.write("keys/pepper.next", "x") }),
      ("folder-open", { chmod($0.folder.path, 0o755) }),
      ("database-unreadable", { try $0.root.write("postern.db", "this is no database at all") }),
      (
        "key-ended",
        {
          try KeyRotation(
            .pepper, $0.folder, overlapSeconds: 1, at: Timestamp(seconds: 1_000_000)
          ).commit()
        }
      ),
    ]
    for (code, damage) in cases {
      let setup = try GatewaySetup()
      try damage(setup)
      let found = try await codes(setup)
      #expect(found == [code], "\(code)")
    }
  }

  @Test func `settings, ports, programs, a dead gateway and the store are looked at`() async throws
  {
    let broken = ConfigurationError(.invalidSetting, "listen: nowhere")
    let unset = try GatewaySetup()
    #expect(try await codes(unset, .failure(broken)) == ["settings-unusable"])
    let missing = try GatewaySetup([("scrub-program", "/nonexistent/postern-scrub")])
    #expect(try await codes(missing) == ["worker-missing"])
    let gone = try GatewaySetup()
    let nowhere = DataFolder(path: gone.folder.path + "/none")
    let findings = await Doctor(folder: nowhere, environment: [:]).examine(.failure(broken))
    #expect(findings.map(\.code) == [.dataFolderMissing])
    let dead = try GatewaySetup()
    try dead.root.write("admin.sock", "")
    #expect(try await codes(dead) == ["gateway-dead"])
    var away = try GatewaySetup()
    away.use(store: "http://127.0.0.1:\(away.ports[2])")
    #expect(try await codes(away) == ["store-unreachable"])
    let taken = try GatewaySetup()
    try await taken.run { _ in
      var other = try GatewaySetup()
      other.settings = [("listen", "127.0.0.1:\(taken.ports[0])")]
      let found = try await codes(other)
      #expect(found == ["port-in-use"])
    }
  }

  @Test func `a sealer that is silent is found beside a running gateway`() async throws {
    let setup = try GatewaySetup([("audit-seal", "separate")])
    try await setup.run { _ in
      let found = try await codes(setup)
      #expect(found == ["sealer-dead"])
    }
  }

  @Test func `a database of a newer release is told from a damaged one`() async throws {
    let setup = try GatewaySetup()
    try await setup.run { _ in }
    let process = try Process.run(
      URL(fileURLWithPath: "/usr/bin/env"),
      arguments: [
        "sqlite3", setup.folder.database,
        "update schema_release set min_compatible_release = 9999",
      ])
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return }
    #expect(try await codes(setup) == ["schema-newer"])
  }
}
