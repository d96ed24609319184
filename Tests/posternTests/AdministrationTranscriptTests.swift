// An administrator's session with a real gateway, as a text that a person can read. Identifiers,
// times and what depends on the machine are written as names, and the names stand for them in the
// command lines that follow.

import Foundation
import Gateway
import Testing

@testable import postern

@Suite struct AdministrationTranscriptTests {
  private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Transcripts/administration.txt")

  private static let lines = [
    "tenant create acme --title Acme", "tenant create acme", "tenant create Acme",
    "tenant create globex", "tenant list", "tenant show acme", "tenant show nobody",
    "grant list", "grant list --tenant acme",
    "grant add --to role:clerk --documents label:annual --action read,issue "
      + "--until 2099-01-01T00:00:00Z --tenant acme",
    "grant add --to user:anna --documents type:invoice --action read --tenant acme",
    "grant add --to everyone --documents all --action read --until 2020-01-01T00:00:00Z "
      + "--tenant acme",
    "grant add --to everybody --documents all --action read --tenant acme",
    "grant add --to everyone --documents all --action delete --tenant acme",
    "grant list --tenant acme", "grant explain DOC-1 --to anna --role clerk --tenant acme",
    "grant explain DOC-1 --to ben --tenant acme", "grant explain DOC-1 --tenant acme",
    "grant remove GRT-1 --tenant acme", "grant remove GRT-1 --tenant acme",
    "grant explain DOC-1 --to anna --role clerk --tenant acme",
    "policy show --tenant acme", "policy set downloads_max=5 --tenant acme",
    "policy diff --tenant acme", "policy set object_url_seconds=901 --tenant acme",
    "policy set link_seconds.min=601 --tenant acme", "policy set downloads_max=0 --tenant acme",
    "policy set colour=red --tenant acme", "policy edit --tenant acme",
    "policy edit --tenant acme", "policy diff 1 --tenant acme", "policy history --tenant acme",
    "policy show --version 9 --tenant acme", "policy diff --tenant globex",
    "policy set scrub.comments=refuse --tenant acme", "policy diff --tenant acme",
    "policy set scrub.comments=keep --tenant acme", "policy set scrub.coments=drop --tenant acme",
    "policy set scrub.signed=keep --tenant acme",
    "policy set delivery=proxy proxy_above_bytes=5000000 --tenant acme",
    "policy diff --tenant acme", "policy set delivery=post --tenant acme",
    "policy set proxy_above_bytes=-1 --tenant acme",
    "policy set delivery=redirect proxy_above_bytes=null --tenant acme",
    "put photo.jpg --document DOC-1 --rule comments=drop --tenant acme",
    "put photo.jpg --document DOC-1 --rule hidden=refuse --tenant acme",
    "grant add --to everyone --documents all --action issue --tenant acme",
    "link DOC-1 --recipient anna --tenant acme --json", "link DOC-1 --tenant acme --json",
    "links DOC-1 --tenant acme", "revoke --subject anna", "revoke --subject anna --tenant acme",
    "links DOC-1 --tenant acme", "revoke --document DOC-1", "revoke --all --tenant acme",
    "revoke --all --yes --tenant acme", "revoke --all --yes --tenant acme --json",
    "token issue --subject portal --scope links:create --role clerk --out token --tenant acme",
    "token list --tenant acme", "token revoke TOK-1 --tenant acme", "token list --tenant acme",
    "audit people --subject portal --tenant acme", "audit people --subject nobody --tenant acme",
    "audit erase PERSON-1 --tenant acme", "audit erase PERSON-1 --yes --tenant acme",
    "audit erase PERSON-1 --yes --tenant acme", "audit erase anna --yes --tenant acme",
    "keys rotate pepper", "keys rotate salt", "keys list",
  ]

  @Test(.enabled(if: Harness.program != nil, "the program is not beside the tests"))
  func `a session is the one in the transcript`() async throws {
    let actual = try await Harness.withFolder { folder in
      var names = Names()
      var text = ""
      try Data(DemoPictures.jpeg()).write(to: URL(fileURLWithPath: folder + "/photo.jpg"))
      try Harness.serving(folder) {
        for line in Self.lines {
          if line.hasPrefix("grant explain"), names.actual["DOC-1"] == nil {
            let put = "put photo.jpg --title Report --label annual --tenant acme --json"
            let made = try Harness.program(put.split(separator: " ").map(String.init), in: folder)
            _ = names.masked(made.output)
          }
          let words = line.split(separator: " ").map { names.actual[String($0)] ?? String($0) }
          let outcome = try Harness.program(
            words, in: folder, environment: ["EDITOR": "sed -i /downloads_max/s/5/7/"])
          let code = outcome.code == 0 ? "" : "[exit \(outcome.code)]\n"
          text += "$ postern \(line)\n" + names.masked(outcome.output + outcome.errors) + code
        }
      }
      return text
    }
    if ProcessInfo.processInfo.environment["UPDATE_TRANSCRIPTS"] == "1" {
      try actual.write(to: Self.file, atomically: true, encoding: .utf8)
    }
    let wanted = try String(contentsOf: Self.file, encoding: .utf8).split(separator: "\n")
    let found = actual.split(separator: "\n")
    let first = zip(found, wanted).first { $0 != $1 }
    #expect(
      found == wanted,
      "now \"\(first?.0 ?? "")\", there \"\(first?.1 ?? "")\"; UPDATE_TRANSCRIPTS=1 writes it anew")
  }

  /// Names for what is different each time, in the order in which it comes up.
  private struct Names {
    var actual = [String: String]()
    private var names = [String: String]()
    private var counts = [String: Int]()

    mutating func masked(_ text: String) -> String {
      var text = text
      text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/, with: "TIME")
      text.replace(/uid-\d+/, with: "uid-N")
      text.replace(/pst_[A-Za-z0-9_-]{36}/, with: "pst_TOKEN")
      for match in text.matches(of: /\b([a-z]{3})_[0-9a-z]{26}\b/) {
        name(String(match.0), match.1.uppercased())
      }
      for match in text.matches(of: /\b[0-9a-f]{16}\b/) { name(String(match.0), "PERSON") }
      for match in text.matches(of: /\b(?:[0-9a-f]{8}|PSTN[0-9A-F]{16})\b/) {
        name(String(match.0), "KEY")
      }
      for (actual, name) in names { text.replace(actual, with: name) }
      // Columns are as wide as what stood in them.
      text.replace(/\x20{2,}/, with: "  ")
      return text
    }

    private mutating func name(_ text: String, _ kind: String) {
      guard names[text] == nil else { return }
      counts[kind, default: 0] += 1
      let name = "\(kind)-\(counts[kind, default: 0])"
      names[text] = name
      actual[name] = text
    }
  }
}
