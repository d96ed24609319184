// A disk that is full: a gateway of its own on a small file system. Nothing that was
// acknowledged is lost, and once there is space again everything works again.

import Base
import Foundation
import Gateway
import Glibc
import HTTPClient
import HTTPMessage
import JSONText
import TestSupport
import Testing

@Suite struct DiskFullTests {
  /// How a process gets a mount of its own here; nothing if it may not have one.
  private static let namespace: [String]? = [["-rm"], ["-m"]].first { flags in
    let probe = Process()
    probe.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    probe.arguments = flags + ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/tmp"]
    probe.standardError = FileHandle.nullDevice
    do { try probe.run() } catch { return false }
    probe.waitUntilExit()
    return probe.terminationStatus == 0
  }

  @Test(.enabled(if: namespace != nil, "no process may mount here"))
  func `a full disk is answered and survived`() async throws {
    let root = try TemporaryFolder()
    let ports = try freePorts(3)
    let child = Process()
    child.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    child.arguments =
      try #require(Self.namespace) + [
        "sh", "-c",
        #"mount -t tmpfs -o size=80m tmpfs "$0" && "$1" init --data "$0/data" && exec "$1" serve "#
          + #"--data "$0/data" --listen "$2" --ops-listen "$3" --object-store-listen "$4""#,
        root.path, ProgramPath.beside("postern"),
      ] + ports.map { "127.0.0.1:\($0)" }
    // In the folder as this process sees it, below the mount of the other one.
    let complaints = root.path + "/stderr"
    #expect(FileManager.default.createFile(atPath: complaints, contents: nil))
    child.standardError = FileHandle(forWritingAtPath: complaints)
    child.standardOutput = FileHandle.nullDevice
    try child.run()
    defer {
      child.terminate()
      child.waitUntilExit()
      let said = FileManager.default.contents(atPath: complaints).map { $0.suffix(2000) } ?? Data()
      #expect(child.terminationStatus == 0, "\(String(decoding: said, as: UTF8.self))")
    }
    // Its files are seen through its own view of the file system.
    let inside = "/proc/\(child.processIdentifier)/root" + root.path
    let gateway = try RunningGateway(
      folder: DataFolder(path: inside + "/data"), ports: ports, LogLines())
    let isUp = await eventually {
      (try? await gateway.send(.get, gateway.ops + "/healthz").status) == 200
    }
    try #require(isUp)
    try await fill(gateway, inside)
  }

  private func fill(_ gateway: RunningGateway, _ inside: String) async throws {
    let token = try await gateway.makeTenant("acme")
    let document = try await gateway.makeDocument(token)
    // First there is room for the metadata but not for the upload, then for nothing.
    let filler = inside + "/filler"
    let left = try fillUp(filler)
    truncate(filler, left - 2_000_000)
    let large = try await gateway.upload(
      document, token, .bytes([UInt8](repeating: 0, count: 8_000_000)))
    #expect(large.status == 507 && large.string("code") == "store-full", "\(large.text)")
    _ = try fillUp(filler)
    for _ in 0..<3 {
      let answer = try await gateway.call(.post, "/v1/documents", token, #"{"title":"full"}"#)
      #expect(answer.status == 507 && answer.string("code") == "store-full", "\(answer.text)")
    }
    let ready = try await gateway.send(.get, gateway.ops + "/readyz")
    #expect(ready.status == 503 && ready.text.contains(#""code":"disk-full""#), "\(ready.text)")
    #expect(try await gateway.call(.get, "/v1/documents/\(document)", token).status == 200)
    unlink(filler)
    let version = try await gateway.upload(document, token, .bytes(DemoPictures.jpeg()))
    #expect(version.status == 201, "\(version.text)")
    let documents = try await gateway.call(.get, "/v1/documents", token)
    #expect(documents.json["items"]?.arrayValue?.count == 1, "\(documents.text)")
  }

  /// Makes a file as large as it can get; returns its size.
  private func fillUp(_ path: String) throws -> Int {
    let file = open(path, O_CREAT | O_WRONLY | O_APPEND, 0o600)
    try #require(file >= 0)
    defer { close(file) }
    let chunk = [UInt8](repeating: 1, count: 65_536)
    while write(file, chunk, chunk.count) > 0 {}
    return Int(lseek(file, 0, SEEK_END))
  }
}
