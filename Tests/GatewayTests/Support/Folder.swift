// Throw-away folders, and the lines of a log.

import Base
import Foundation
import Gateway
import Glibc
import JSONText
import Testing

/// A folder below the temporary one, short enough for a Unix socket in it; gone with its owner.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    var name = Array("/tmp/postern-XXXXXX".utf8CString)
    let made = try #require(mkdtemp(&name))
    path = String(cString: made)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The names in the folder.
  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  /// Writes a file with these permission bits.
  @discardableResult
  func write(_ name: String, _ text: String, mode: mode_t = 0o600) throws -> String {
    let file = path + "/" + name
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    chmod(file, mode)
    return file
  }
}

/// The permission bits of a path.
func mode(_ path: String) -> mode_t {
  var status = stat()
  return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
}

/// The bytes of a small file.
func content(_ path: String) throws -> [UInt8] {
  let file = try #require(fopen(path, "rb"), "\(path)")
  defer { fclose(file) }
  var bytes = [UInt8]()
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
    bytes += chunk.prefix(count)
  }
  return bytes
}

/// What a log wrote.
final class LogLines: Sendable {
  private let lines = Lock<[[UInt8]]>([])

  func log(_ clock: Clock = .system) -> Log {
    Log(clock: clock) { lines in
      let new = lines.split(separator: UInt8(ascii: "\n")).map { $0 + [UInt8(ascii: "\n")] }
      self.lines.withLock { $0 += new.map { Array($0) } }
    }
  }

  var all: [[UInt8]] { lines.withLock { $0 } }

  var text: String { String(decoding: all.joined(), as: UTF8.self) }

  /// The `event` of each line.
  func events() throws -> [String] {
    try all.map { line in
      try JSONValue(parsing: line, limits: .request)["event"]?.stringValue ?? ""
    }
  }

  func count(_ event: String) throws -> Int { try events().filter { $0 == event }.count }
}

/// Waits until something holds that no signal announces; false after the limit.
func eventually(
  seconds: Int = 20, _ condition: @Sendable () async throws -> Bool
) async rethrows -> Bool {
  let end = Clock.system.monotonicNanoseconds() + UInt64(seconds) * 1_000_000_000
  while Clock.system.monotonicNanoseconds() < end {
    if try await condition() { return true }
    usleep(5000)
  }
  return false
}

extension DataFolder {
  /// A data folder with keys of its own, and the folder that goes with the test.
  static func temporary() throws -> (TemporaryFolder, DataFolder) {
    let root = try TemporaryFolder()
    let folder = DataFolder(path: root.path)
    _ = try folder.create()
    return (root, folder)
  }
}
