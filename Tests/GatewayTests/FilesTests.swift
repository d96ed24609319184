// The data folder, secrets in files, the spool: what is written, with which bits, and what is not
// touched.

import API
import Base
import Cryptography
import Delivery
import Foundation
import Gateway
import Glibc
import TestSupport
import Testing

@Suite struct FilesTests {
  @Test func `a new data folder belongs to its owner alone`() throws {
    let root = try TemporaryFolder()
    let folder = DataFolder(path: root.path + "/data/")
    #expect(!folder.exists)
    let made = try folder.create()
    #expect(folder.exists && made.count == 4 + DataFolder.Key.allCases.count + 1)
    for path in made {
      let isFolder = [folder.path, folder.keys, folder.objects, folder.audit].contains(path)
      #expect(mode(path) == (isFolder ? 0o700 : 0o600), "\(path)")
    }
    var keys = Set<[UInt8]>()
    for key in DataFolder.Key.allCases { keys.insert(try content(folder.file(of: key))) }
    #expect(keys.count == DataFolder.Key.allCases.count)
    var sources = ConfigurationSources()
    try sources.merge(file: try content(folder.configuration))
    _ = try KeyRing(folder, at: Timestamp(seconds: 0))
    _ = try EmbeddedStore.credentials(folder)
  }

  @Test func `nothing that exists is replaced, what is missing is added`() throws {
    let root = try TemporaryFolder()
    let folder = DataFolder(path: root.path)
    _ = try folder.create()
    let pepper = try content(folder.file(of: .pepper))
    try root.write("postern.json", "{ \"loops\": 1 }")
    unlink(folder.file(of: .audit))
    #expect(try folder.create() == [folder.file(of: .audit)])
    #expect(try content(folder.file(of: .pepper)) == pepper)
    #expect(try content(folder.configuration) == Array("{ \"loops\": 1 }".utf8))
    #expect(try folder.create().isEmpty)
  }

  @Test func `a folder cannot be made below nothing or in place of a file`() throws {
    let root = try TemporaryFolder()
    let file = try root.write("file", "x")
    for path in [root.path + "/absent/data", file] {
      #expect(throws: FileError.self) { _ = try DataFolder(path: path).create() }
    }
  }

  @Test func `a secret loses one line end and nothing else`() throws {
    let root = try TemporaryFolder()
    let cases = [("abc\n", "abc"), ("abc", "abc"), ("a\n\n", "a\n"), (" a ", " a ")]
    for (text, expected) in cases {
      let secret = try SecretFile.read(try root.write("s", text))
      #expect(
        secret.withBytes { span in (0..<span.count).map { span[$0] } } == Array(expected.utf8))
    }
  }

  @Test(
    arguments: [
      ("group", 0o640), ("others", 0o604), ("writable", 0o602), ("empty", 0o600),
      ("line-end", 0o600), ("large", 0o600), ("link", 0o600), ("folder", 0o700), ("pipe", 0o600),
      ("absent", 0o600),
    ] as [(String, mode_t)])
  func `a file that is no safe secret is refused`(kind: String, bits: mode_t) throws {
    let root = try TemporaryFolder()
    let path = root.path + "/secret"
    switch kind {
    case "absent": break
    case "folder": mkdir(path, bits)
    case "pipe": mkfifo(path, bits)
    case "link": symlink(try root.write("target", "text"), path)
    case "empty": try root.write("secret", "", mode: bits)
    case "line-end": try root.write("secret", "\n", mode: bits)
    case "large":
      try root.write("secret", String(repeating: "x", count: 16_385), mode: bits)
    default: try root.write("secret", "text", mode: bits)
    }
    let error = #expect(throws: ConfigurationError.self) { _ = try SecretFile.read(path) }
    #expect(error?.code == .secretUnusable)
    #expect(error?.detail.contains("text") == false)
  }

  @Test func `the largest secret is read`() throws {
    let root = try TemporaryFolder()
    let path = try root.write("s", String(repeating: "x", count: 16_384), mode: 0o400)
    #expect(try SecretFile.read(path).withBytes { $0.count } == 16_384)
  }

  @Test func `a secret is created once and whole`() throws {
    let root = try TemporaryFolder()
    let path = root.path + "/s"
    try SecretFile.create(path, [1, 2, 3])
    let error = #expect(throws: FileError.self) { try SecretFile.create(path, [4]) }
    #expect(error?.number == EEXIST && error?.isFull == false)
    #expect(try content(path) == [1, 2, 3] && mode(path) == 0o600)
    #expect(try root.names() == ["s"])
  }

  @Test(arguments: [0, 1, 65_536, 300_000])
  func `a spool counts and hashes what it keeps, without a name`(count: Int) async throws {
    let root = try TemporaryFolder()
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let spool = try Spool(folder: root.path)
    for start in stride(from: 0, to: count, by: 50_000) {
      try await spool.append(Array(bytes[start..<min(count, start + 50_000)]))
    }
    let file = await spool.finish()
    #expect(try root.names().isEmpty)
    #expect(file.size == Int64(count) && file.sha256 == SHA256.hash(bytes))
    let kept = try content("/proc/self/fd/\(file.descriptor)")
    #expect(kept == bytes)
    // Nobody can give it a name later.
    let source = "/proc/self/fd/\(file.descriptor)"
    #expect(linkat(AT_FDCWD, source, AT_FDCWD, root.path + "/x", AT_SYMLINK_FOLLOW) != 0)
  }

  @Test func `bytes that come later than they may are refused`() async throws {
    let root = try TemporaryFolder()
    let time = ManualClock()
    let intake = UploadIntake.spool(in: DataFolder(path: root.path), seconds: 5, clock: time.clock)
    let sink = try intake.open()
    time.advance(milliseconds: 4_999)
    try await sink.append([1])
    time.advance(milliseconds: 1)
    let error = await #expect(throws: DeliveryError.self) { try await sink.append([2]) }
    #expect(error?.code == .uploadIncomplete && error?.detail.contains("5 s") == true)
    #expect(try root.names().isEmpty)
  }

  @Test func `a spool needs its folder`() {
    #expect(throws: FileError.self) { _ = try Spool(folder: "/nonexistent") }
  }

  @Test(arguments: [(ENOSPC, true), (EDQUOT, true), (EIO, false), (EFBIG, false)])
  func `a full disk is told from other failures`(number: Int32, isFull: Bool) throws {
    let error = FileError("write", number: number)
    #expect(error.isFull == isFull && error.description.hasPrefix("cannot write: "))
  }
}
