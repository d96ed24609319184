// A small log in a temporary folder, and ways to damage it.

import AuditLog
import Foundation

/// Runs `body` with a folder that is removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer {
    do {
      try FileManager.default.removeItem(at: folder)
    } catch {
      print("a temporary folder stays behind: \(error)")
    }
  }
  return try body(folder.path)
}

let origin = "files.example.com/audit/acme"

func makeSigner(_ name: String = origin, seed: UInt8 = 7) throws -> NoteSigner {
  try NoteSigner(name: name, seed: [UInt8](repeating: seed, count: 32))
}

func entry(_ index: Int) -> [UInt8] { Array("leaf-\(index)".utf8) }

func entries(_ range: Range<Int>) -> [[UInt8]] { range.map(entry) }

let noon: Int64 = 1_795_262_400_000

/// Writes a log of `size` entries in `path`, sealed once, and returns the signed note.
@discardableResult
func makeLog(_ path: String, size: Int, from entry: (Int) -> [UInt8] = entry) throws -> [UInt8] {
  let writer = try LogWriter(directory: path, signers: [makeSigner()])
  try writer.append((writer.size..<size).map(entry), at: writer.size)
  try writer.seal(atMilliseconds: noon)
  return try bytes(of: path + "/checkpoint")
}

func bytes(of path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(filePath: path)))
}

func write(_ bytes: [UInt8], to path: String) throws {
  try Data(bytes).write(to: URL(filePath: path))
}

func files(below path: String) throws -> [String] {
  try FileManager.default.subpathsOfDirectory(atPath: path).filter {
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: path + "/" + $0, isDirectory: &isFolder)
    return !isFolder.boolValue
  }.sorted()
}

/// The code of the error that verifying throws; nothing if the log is right.
func fault(_ path: String, older: [[UInt8]] = []) throws -> AuditLogError.Code? {
  let verifier = try LogVerifier(keys: [makeSigner().verifier])
  do throws(AuditLogError) {
    _ = try verifier.verify(directory: path, older: older)
    return nil
  } catch {
    return error.code
  }
}

func code(_ body: () throws -> Void) -> AuditLogError.Code? {
  do {
    try body()
    return nil
  } catch let error as AuditLogError {
    return error.code
  } catch {
    return nil
  }
}
