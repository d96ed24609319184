// Rules of the style guide that a machine can hold: sizes, banned constructs, names of places.

import Foundation
import Testing

@Suite struct HygieneTests {
  @Test func `a file is one idea: at most 400 lines, tests 600`() throws {
    for file in try Repository.swiftFiles() {
      #expect(file.lines.count <= (file.isTest ? 600 : 400) + 1, "\(file.path)")
    }
  }

  @Test func `the first line says what the file is for`() throws {
    for file in try Repository.files(below: "Sources", extensions: ["swift"]) {
      let hasHead = file.text.hasPrefix("//")
      #expect(hasHead, "\(file.path)")
    }
  }

  /// Each banned text with the reason that a failing test prints.
  static let banned: [(pattern: String, reason: String)] = [
    (#"\bMutex\("#, "use Base.Lock: Synchronization.Mutex gives false TSan reports"),
    (#"(?m)^(package |public )?import Foundation$"#, "Foundation stays out of the programs"),
    (#"\btry!"#, "handle the error"),
    (#"\bfatalError\("#, "precondition for broken invariants, errors for input"),
    (#"\bas! "#, "use a checked cast"),
    (#"catch\s*\{\s*\}"#, "an empty catch hides a failure"),
    (#"\b(TODO|FIXME|XXX)\b"#, "finish it or write it into the closing note"),
    (#"\bsystem\(|\bpopen\("#, "no shell"),
    (#"@testable"#, "package access is enough"),
    (#"CLOCK_REALTIME|\bgettimeofday\(|\btime\(nil\)"#, "time comes from Base.Clock"),
  ]

  @Test(arguments: Self.banned.indices)
  func `a banned construct is absent`(index: Int) throws {
    let (pattern, reason) = Self.banned[index]
    let expression = try Regex(pattern)
    for file in try Repository.files(below: "Sources", extensions: ["swift"])
    where file.path != "Sources/Base/Clock.swift" {
      let isAbsent = file.text.firstMatch(of: expression) == nil
      #expect(isAbsent, "\(file.path): \(reason)")
    }
  }

  /// Only a bounded wait for another process, in one named function, may pause between its looks.
  @Test func `no test sleeps`() throws {
    for file in try Repository.files(below: "Tests", extensions: ["swift"])
    where !file.path.hasPrefix("Tests/TidyTests") {
      let pauses = file.text.matches(of: /Task\.sleep|\busleep\(|\bsleep\(/).count
      let allowed = file.text.contains("func eventually(") ? 1 : 0
      #expect(pauses <= allowed, "\(file.path)")
    }
  }

  @Test func `the top level holds what DESIGN section 2 lists`() throws {
    let allowed: Set<String> = [
      "Package.swift", "Sources", "Tests", "Storage", "Scripts", "README.md", "LICENSE",
      "CONTRIBUTING.md",
    ]
    let found = try FileManager.default.contentsOfDirectory(atPath: Repository.root.path)
    #expect(Set(found.filter { !$0.hasPrefix(".") }).subtracting(allowed).isEmpty)
  }

  @Test func `a migration is named by number and has its README line`() throws {
    let readme = try Repository.text("Storage/README.md")
    let files = try Repository.files(below: "Storage/SQLite/migrations", extensions: ["sql"])
    #expect(!files.isEmpty)
    for (index, file) in files.enumerated() {
      let name = (file.path as NSString).lastPathComponent
      let match = try #require(name.wholeMatch(of: /v(\d{4})_[a-z0-9_]+\.sql/), "\(name)")
      #expect(Int(match.1) == index + 1, "\(name)")
      #expect(readme.contains(name), "\(name) is not in Storage/README.md")
    }
  }

  @Test func `a script says what it does in its second line`() throws {
    let folder = Repository.root.appendingPathComponent("Scripts")
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      var isFolder: ObjCBool = false
      let path = folder.appendingPathComponent(name).path
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
        !isFolder.boolValue, !name.contains(".")
      else { continue }
      let lines = try Repository.text("Scripts/" + name).split(separator: "\n")
      #expect(lines[0].hasPrefix("#!"), "\(name)")
      #expect(lines[1].hasPrefix("# "), "\(name)")
      #expect(FileManager.default.isExecutableFile(atPath: path), "\(name)")
    }
  }
}
