// What scripts and pages say about themselves, so that none is forgotten where people look.

import Foundation
import Testing

@Suite struct DocumentTests {
  @Test func `a check has its title in the second line and fails on its own`() throws {
    let checks = try Repository.files(below: "Scripts/checks", extensions: ["sh"])
      .filter { ($0.path as NSString).lastPathComponent.first?.isNumber == true }
    #expect(checks.count >= 9)
    for check in checks {
      let lines = check.lines
      let hasTitle = lines.count > 2 && lines[1].hasPrefix("# ") && lines[1].count > 10
      #expect(hasTitle, "\(check.path)")
      // The shared part makes every failing command end the check.
      #expect(check.text.contains("lib.sh"), "\(check.path)")
    }
  }

  @Test func `every decision is listed`() throws {
    let catalogue = "Sources/Gateway/Gateway.docc/"
    let list = try Repository.text(catalogue + "Decisions.md")
    let pages = try Repository.files(below: catalogue + "Decisions", extensions: ["md"])
    #expect(!pages.isEmpty)
    for page in pages {
      let name = ((page.path as NSString).lastPathComponent as NSString).deletingPathExtension
      #expect(list.contains("<doc:\(name)>"), "\(name) is not in Decisions.md")
      for part in ["## Situation", "## Decision", "## Consequences", "## Turned down"] {
        #expect(page.text.contains(part), "\(name) lacks \(part)")
      }
    }
  }

  @Test func `the README leads to every journey in its first forty lines`() throws {
    let head = try Repository.text("README.md").split(
      separator: "\n", omittingEmptySubsequences: false
    )
    .prefix(40).joined(separator: "\n")
    for word in [
      "Scripts/quickstart", "Scripts/test", "postern init", "postern serve", "postern put",
      "postern link", "curl -L -OJ", "postern audit tail", "postern audit verify", "postern scrub",
      "CONTRIBUTING.md", "Decisions",
    ] {
      #expect(head.contains(word), "\(word)")
    }
  }
}
