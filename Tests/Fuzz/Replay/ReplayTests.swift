// Every seed, and every input that once crashed, goes through its target as an ordinary test.

import Foundation
import FuzzTargets
import Testing

@Suite struct ReplayTests {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()

  private static func inputs(_ kind: String, _ name: String) throws -> [URL] {
    let folder = folder.appendingPathComponent(kind).appendingPathComponent(name)
    guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
  }

  @Test(arguments: FuzzTarget.all.map(\.name))
  func `seeds and former crashes pass their target`(name: String) throws {
    let target = try #require(FuzzTarget.named(name))
    let seeds = try Self.inputs("Seeds", name)
    #expect(!seeds.isEmpty, "Tests/Fuzz/Seeds/\(name) is empty")
    target.run([])
    for file in try seeds + Self.inputs("Crashes", name) {
      let input = [UInt8](try Data(contentsOf: file))
      target.run(input)
      // Cuts and flips of the seeds reach most error paths without a fuzzer.
      for length in 0..<min(input.count, 512) { target.run(Array(input.prefix(length))) }
      for index in 0..<min(input.count, 512) {
        var changed = input
        changed[index] ^= UInt8(1 << (index % 8))
        target.run(changed)
      }
    }
  }

  @Test func `every folder of seeds or crashes belongs to a target`() throws {
    let names = Set(FuzzTarget.all.map(\.name))
    for kind in ["Seeds", "Crashes"] {
      let path = Self.folder.appendingPathComponent(kind).path
      guard FileManager.default.fileExists(atPath: path) else { continue }
      let found = try FileManager.default.contentsOfDirectory(atPath: path)
      #expect(Set(found.filter { !$0.hasPrefix(".") }).subtracting(names).isEmpty)
    }
  }
}
