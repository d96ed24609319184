// Our log against a checker that others wrote from the specifications alone.

import AuditLog
import Foundation
import TestSupport
import Testing

/// Runs the checker and returns its exit code and output; nothing if there is no Python.
private func runChecker(_ arguments: [String]) throws -> (code: Int32, output: String) {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments =
    ["python3", try Checks.path("checks/store/audit_check.py")] + arguments
  let pipe = Pipe()
  process.standardOutput = pipe
  try process.run()
  let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  return (process.terminationStatus, String(decoding: data, as: UTF8.self))
}

private let hasPythonCryptography: Bool = {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = ["python3", "-c", "import cryptography"]
  process.standardError = FileHandle.nullDevice
  do {
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  } catch {
    return false
  }
}()

/// One line of `audit_check.py vectors`.
private struct Vector: Decodable {
  let size: Int
  let root: String?
  let index: Int?
  let inclusion: [String]?
  let old: Int?
  let consistency: [String]?
}

@Suite(.needsChecks) struct IndependentCheckTests {
  @Test func `roots and proofs are those of an independent implementation`() throws {
    let leaves = (0..<600).map { TreeHash.leaf(entry($0)) }
    var compared = 0
    var wrong = [String]()
    for line in try runChecker(["vectors", "600"]).output.split(separator: "\n") {
      let vector = try JSONDecoder().decode(Vector.self, from: Data(line.utf8))
      var builder = ProofBuilder(memorySource(leaves), size: vector.size)
      var isRight = true
      if let root = vector.root {
        isRight = try builder.root(vector.size).description == root
      } else if let index = vector.index {
        isRight = try builder.inclusion(index).map(\.description) == vector.inclusion
      } else if let old = vector.old {
        isRight = try builder.consistency(from: old).map(\.description) == vector.consistency
      }
      compared += 1
      if !isRight { wrong.append(String(line)) }
    }
    #expect(compared > 600)
    #expect(wrong == [])
  }

  @Test(.enabled(if: hasPythonCryptography, "python3 has no package `cryptography`"))
  func `an independent checker accepts our log, its history and a receipt`() throws {
    try withTemporaryFolder { path in
      let key = try makeSigner().verifier.description
      for size in [0, 3, 256, 300, 700] {
        let note = try makeLog(path + "/log", size: size)
        try write(note, to: path + "/old\(size)")
        let olders = [0, 3, 256, 300, 700].filter { $0 <= size }.map { path + "/old\($0)" }
        #expect(try runChecker(["log", path + "/log", key] + olders).code == 0)
        guard size > 0 else { continue }
        let receipt = try Receipt(
          source: LogDirectory(path + "/log").source, checkpoint: note, index: size / 2)
        try write(receipt.bytes, to: path + "/receipt")
        try write(entry(size / 2), to: path + "/entry")
        let arguments = ["proof", key, path + "/entry", path + "/receipt"]
        #expect(try runChecker(arguments).code == 0)
        try write(entry(size), to: path + "/entry")
        #expect(try runChecker(arguments).code == 1)
      }
    }
  }
}
