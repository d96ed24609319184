// The arrows of DESIGN section 2: a module imports what `Package.swift` declares for it, and nothing
// that it reaches only through another module.

import Foundation
import Testing

@Suite struct ArrowTests {
  /// What `swift package describe` would say, read from the manifest so that the test needs no tool.
  static func declaredArrows() throws -> [String: Set<String>] {
    let manifest = try Repository.text("Package.swift")
    var arrows = [String: Set<String>]()
    let pattern = /(?:module|program)\(\s*"([^"]+)"(?:,\s*\[([^\]]*)\])?/
    for match in manifest.matches(of: pattern) {
      arrows[String(match.1)] = names(in: match.2.map(String.init) ?? "")
    }
    return arrows
  }

  static func names(in list: String) -> Set<String> {
    Set(list.matches(of: /"([^"]+)"/).map { String($0.1) })
  }

  @Test func `a module imports only what the package declares for it`() throws {
    let arrows = try Self.declaredArrows()
    #expect(arrows.count >= 18)
    let ours = Set(arrows.keys)
    var wrong = [String]()
    for file in try Repository.files(below: "Sources", extensions: ["swift"]) {
      let declared = try #require(arrows[file.module], "\(file.path) belongs to no target")
      for match in file.text.matches(of: /(?m)^(?:@\w+ )?(?:public |package )?import (\w+)/) {
        let name = String(match.1)
        let isOurs = ours.contains(name) || name.wholeMatch(of: /C[A-Z]\w+/) != nil
        if isOurs, !declared.contains(name) { wrong.append("\(file.path) imports \(name)") }
      }
    }
    #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
  }

  @Test func `arrows go down only`() throws {
    let arrows = try Self.declaredArrows()
    var settled = Set<String>()
    var waiting = arrows
    while !waiting.isEmpty {
      let ready = waiting.filter { $0.value.filter { arrows[$0] != nil }.isSubset(of: settled) }
      try #require(!ready.isEmpty, "a circle among \(waiting.keys.sorted())")
      settled.formUnion(ready.keys)
      for name in ready.keys { waiting[name] = nil }
    }
    #expect(settled.contains("Gateway"))
  }

  @Test func `the domain does no input or output`() throws {
    let delivery = try Self.declaredArrows()["Delivery"]
    #expect(delivery == ["Base", "Cryptography", "JSONText", "ScrubContract"])
    #expect(try Self.declaredArrows()["ScrubContract"] == ["Base", "JSONText"])
    let files = try Repository.files(below: "Sources/Delivery", extensions: ["swift"])
    for file in files {
      #expect(file.text.firstMatch(of: /(?m)^(?:package )?import Glibc/) == nil, "\(file.path)")
    }
  }

  @Test func `public declarations are only in the importable libraries`() throws {
    let importable: Set<String> = [
      "SigV4", "JOSE", "AuditLog", "Scrub", "ScrubContract", "Wire", "PosternClient",
    ]
    for file in try Repository.files(below: "Sources", extensions: ["swift"])
    where !importable.contains(file.module) {
      let found = file.text.firstMatch(of: /(?m)^\s*public (?!import)/)
      #expect(found == nil, "\(file.path) has a public declaration")
    }
  }
}
