// A gateway of its own: a process with a folder that goes away.

import Foundation
import Glibc
import PosternClient
import Wire

/// A running `postern serve`. For one test; ends with `stop`.
final class LiveGateway {
  /// The built program; nothing if the tests were built elsewhere.
  static let program: String? = {
    guard let tests = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    else { return nil }
    let path = URL(fileURLWithPath: tests).deletingLastPathComponent()
      .appendingPathComponent("postern").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()

  /// A PNG of one grey pixel.
  static let picture: Data =
    Data(
      base64Encoded: "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAA"
        + "AABJRU5ErkJggg==") ?? Data()

  /// Where it listens.
  let url: String

  private let folder: URL
  private let process = Process()

  init(limits: String = "{}") throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("pc-\(UUID().uuidString.prefix(8))")
    let data = folder.appendingPathComponent("d")
    try FileManager.default.createDirectory(
      at: data, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let settings = """
      {"listen": ["127.0.0.1:\(try Self.freePort())"], "ops_listen": "", "limits": \(limits),
       "object_store": {"listen": "127.0.0.1:0"}}
      """
    try Data(settings.utf8).write(to: data.appendingPathComponent("postern.json"))
    let program = URL(fileURLWithPath: Self.program ?? "/nonexistent")
    let making = Process()
    making.executableURL = program
    making.arguments = ["init", "--data", data.path]
    making.environment = [:]
    making.standardOutput = FileHandle.nullDevice
    try making.run()
    making.waitUntilExit()
    process.executableURL = program
    process.arguments = ["serve", "--data", data.path]
    process.environment = [:]
    process.standardError = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    var line = ""
    while !line.hasSuffix("\n"), let piece = try output.fileHandleForReading.read(upToCount: 1) {
      line += String(decoding: piece, as: UTF8.self)
    }
    guard let start = line.range(of: "http://") else { throw CocoaError(.executableNotLoadable) }
    url = line[start.lowerBound...].trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// A port that was free a moment ago, below those that the kernel gives to outgoing connections.
  private static func freePort() throws -> UInt16 {
    for _ in 0..<1000 {
      let port = UInt16.random(in: 10_240..<32_768)
      let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(number) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      address.sin_port = port.bigEndian
      let code = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      if code == 0 { return port }
    }
    throw CocoaError(.executableNotLoadable)
  }

  /// What a backend of a fresh tenant, in which everybody may do everything, gets.
  func portal(scopes: [String]) async throws -> PosternClient {
    let socket = folder.appendingPathComponent("d/admin.sock").path
    let operators = try PosternClient(adminSocket: socket)
    _ = try await operators.createTenant(TenantBody(id: "acme"))
    let acme = operators.inTenant("acme")
    _ = try await acme.addGrant(
      GrantBody(subject: "everyone", documents: "all", actions: ["read", "issue", "write"]))
    let token = try await acme.issueToken(TokenRequestBody(subject: "portal", scopes: scopes))
    return try PosternClient(url: url, token: token.token)
  }

  /// Ends the process and removes its folder; a second time does nothing.
  func stop() {
    if process.isRunning {
      process.terminate()
      process.waitUntilExit()
    }
    try? FileManager.default.removeItem(at: folder)
  }
}
