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
    _ setup: GatewaySetup, _ settings: Result<Configuration, ConfigurationError>? = nil,
    isDeep: Bool = false
  ) async throws -> [String] {
    let configuration = try setup.options(LogLines()).configuration
    return await Doctor(folder: setup.folder, environment: setup.environment)
      .examine(settings ?? .success(configuration), isDeep: isDeep)
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

  @Test func `a data folder behind a symbolic link is as open as what it points to`() async throws {
    let setup = try GatewaySetup()
    let link = setup.root.path + "/../" + (setup.root.path.split(separator: "/").last ?? "") + "-l"
    #expect(symlink(setup.folder.path, link) == 0)
    defer { unlink(link) }
    for (mode, isOpen) in [(mode_t(0o700), false), (0o755, true)] {
      chmod(setup.folder.path, mode)
      let findings = await Doctor(folder: DataFolder(path: link), environment: setup.environment)
        .examine(.success(try setup.options(LogLines()).configuration))
      #expect(findings.contains { $0.code == .folderOpen } == isOpen)
    }
  }

  @Test func `each damage has its code and says what to do`() async throws {
    let cases: [(String, (GatewaySetup) throws -> Void)] = [
      ("key-missing", { unlink($0.folder.file(of: .pepper)) }),
      ("key-unusable", { chmod($0.folder.file(of: .localIssuer), 0o644) }),
      ("key-unusable", { try $0.root.write("keys/audit", "not a key") }),
      ("key-unusable", { try $0.root.write("receipt-keys.json", "{}") }),
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
    for (fallback, level) in [("refuse", DoctorFinding.Level.fault), ("skip", .warning)] {
      let unscanned = try GatewaySetup([
        ("scan-address", "unix:/nonexistent/clamd.ctl"), ("scan-on-unreachable", fallback),
      ])
      let findings = await Doctor(folder: unscanned.folder, environment: [:])
        .examine(.success(try unscanned.options(LogLines()).configuration))
      #expect(findings.first { $0.code == .scannerUnreachable }?.level == level)
    }
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

  private static let shell = "/usr/bin/sqlite3"

  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: shell), "there is no sqlite3"),
    arguments: [
      ("update schema_release set min_compatible_release = 9999", false, ["schema-newer"]),
      ("delete from schema_migrations where number > 1", false, ["schema-older"]),
      ("update leaves set hash = zeroblob(32)", false, []),
      ("update leaves set hash = zeroblob(32)", true, ["database-damaged"]),
    ])
  func `a database of another release is told from a damaged one`(
    change: String, isDeep: Bool, wanted: [String]
  ) async throws {
    let setup = try GatewaySetup()
    try await setup.run { gateway in _ = try await gateway.makeTenant("acme") }
    let process = try Process.run(
      URL(fileURLWithPath: Self.shell), arguments: [setup.folder.database, change])
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let found = try await codes(setup, isDeep: isDeep)
    #expect(Set(found) == Set(wanted))
  }

  @Test(arguments: [
    ("certificate-expired", -7_200, -1), ("certificate-not-yet-valid", 60, 7_200),
    ("certificate-ends-soon", -60, 13 * 86_400), ("certificate-key-mismatch", -60, 90 * 86_400),
    ("key-unusable", -60, 90 * 86_400), ("certificate-unusable", -60, 90 * 86_400),
    ("certificate-names-another-host", -60, 90 * 86_400), ("", -60, 90 * 86_400),
  ])
  func `certificates are looked at as the gateway does, and before they end`(
    code: String, from: Int, until: Int
  ) async throws {
    let authority = try TestAuthority()
    var setup = try GatewaySetup()
    let good = try authority.issue(from: from, until: until)
    var identity = good
    if code == "certificate-key-mismatch" {
      identity = .init(chain: good.chain, key: try authority.issue().key)
    }
    if code == "certificate-unusable" { identity = .init(chain: good.key, key: good.key) }
    try setup.useTLS(authority, identity)
    if code == "key-unusable" { chmod(setup.root.path + "/tls.key", 0o644) }
    if code == "certificate-names-another-host" {
      setup.settings.append(("public-url", "https://files.example.com"))
    }
    #expect(try await codes(setup) == (code.isEmpty ? [] : [code]))
  }

  @Test func `a clock that lies behind the last event is found`() async throws {
    let setup = try GatewaySetup()
    try await setup.run { gateway in _ = try await gateway.makeTenant("acme") }
    let configuration = try setup.options(LogLines()).configuration
    let now = Clock.system.now()
    for (seconds, wanted) in [(-25, []), (-3_600, [DoctorFinding.Code.clockBehind])] {
      let clock = Clock(
        now: { now.adding(seconds: Int64(seconds)) },
        monotonicNanoseconds: Clock.system.monotonicNanoseconds)
      let doctor = Doctor(folder: setup.folder, environment: [:], clock: clock)
      let found = await doctor.examine(.success(configuration)).map(\.code)
      #expect(found.filter { $0 == .clockBehind } == wanted)
    }
  }

  @Test func `workers that cannot work are found, and their status says why`() async throws {
    let wrong = try GatewaySetup([("scrub-program", "/bin/true")])
    #expect(try await codes(wrong) == ["worker-fails"])
    let root = try TemporaryFolder()
    try root.write("scrub", "#!/bin/sh\nexit 71\n")
    chmod(root.path + "/scrub", 0o755)
    let walled = try GatewaySetup([("scrub-program", root.path + "/scrub")])
    let configuration = try walled.options(LogLines()).configuration
    let findings = await Doctor(folder: walled.folder, environment: [:])
      .examine(.success(configuration)).filter { $0.code == .workerFails }
    #expect(findings.count == 1 && findings.first?.advice.contains("seccomp") == true)
  }

  @Test func `no finding tells what a key or a setting holds`() async throws {
    let planted = "planted-0f3a9c"
    let setup = try GatewaySetup()
    for key in DataFolder.Key.allCases { try setup.root.write("keys/\(key.rawValue)", planted) }
    try setup.root.write("postern.db", planted)
    let findings = await Doctor(folder: setup.folder, environment: ["POSTERN_X": planted])
      .examine(.failure(ConfigurationError(.malformed, "it is no JSON")))
    #expect(findings.count >= 6)
    for finding in findings {
      #expect(!(finding.subject + finding.advice).contains(planted), "\(finding.code)")
      #expect(!finding.advice.isEmpty && !finding.subject.isEmpty)
    }
  }
}
