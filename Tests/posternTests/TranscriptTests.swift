// What the program prints, as text files that a person can read: each line that starts with `$` is a
// command line, what follows is its output, and `[exit N]` its code where that is not 0. After a
// change on purpose, UPDATE_TRANSCRIPTS=1 writes the files anew; read the difference before it lands.

import Foundation
import Gateway
import Testing

@testable import postern

@Suite struct TranscriptTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Transcripts")

  /// Commands whose pages list every setting; `each setting is a flag` holds those.
  private static let isListedElsewhere: Set<String> = ["serve", "seal", "doctor"]

  @Test(.enabled(if: Harness.program != nil, "the program is not beside the tests"))
  func `each help page is the one in the transcript`() async throws {
    let lines =
      ["$ postern --help", "$ postern audit --help"]
      + CommandTable.all.filter { !Self.isListedElsewhere.contains($0.name) }
      .map { "$ postern \($0.name) --help" }
    try await Self.check("help", lines)
  }

  @Test(.enabled(if: Harness.program != nil, "the program is not beside the tests"))
  func `each mistake is answered as in the transcript`() async throws {
    try await Self.check(
      "mistakes",
      [
        "$ postern pit photo.jpg", "$ postern audit", "$ postern tenant crate acme",
        "$ postern link", "$ postern link doc_1 doc_2", "$ postern link photo.jpg",
        "$ postern revoke doc_01m7yy6n5vfgmbcsmyghyjmg3x", "$ postern revoke",
        "$ postern revoke lnk_01m7yy6n5vfgmbcsmyghyjmg3x --all --yes",
        "$ postern revoke --document doc_01m7yy6n5vfgmbcsmyghyjmg3x --subject anna",
        "$ postern revoke --document photo.jpg", "$ postern revoke --all",
        "$ postern ls --tennant acme", "$ postern ls --limit 0", "$ postern ls --limit",
        "$ postern ls --json=yes", "$ postern ls --data a --data b",
        "$ postern link doc_01m7yy6n5vfgmbcsmyghyjmg3x --expires-in soon",
        "$ postern link doc_01m7yy6n5vfgmbcsmyghyjmg3x --landing door",
        "$ postern ls", "$ postern ls --json", "$ postern put absent.jpg --title x",
        "$ postern ls --server ftp://files.example.com",
        "$ postern ls --server http://files.example.com --token-file t",
        "$ postern ls --server https://files.example.com",
        "$ postern ls --server https://files.example.com --token-file absent",
        "$ postern serve", "$ postern serve --listen nowhere", "$ postern serve --loops many",
        "$ postern seal --once", "$ postern store credentials", "$ postern audit verify",
        "$ postern scrub absent.jpg", "$ postern scrub --check --in-place x.jpg",
        "$ postern completion csh", "$ postern version", "$ postern version --json",
      ])
  }

  @Test(.enabled(if: Harness.program != nil, "the program is not beside the tests"))
  func `scrubbing files here goes as in the transcript`() async throws {
    try await Self.check(
      "scrub",
      [
        "$ postern scrub --explain", "$ postern scrub --check photo.jpg",
        "$ postern scrub --check --show-values photo.jpg", "$ postern scrub photo.jpg",
        "$ postern scrub photo.jpg", "$ postern scrub photo.clean.jpg --force",
        "$ postern scrub site", "$ postern scrub site --force",
        "$ postern scrub site --check --json",
        "$ postern scrub --in-place photo.jpg", "$ postern scrub --in-place photo.jpg",
        "$ postern scrub site/plan.png --output plan.png --rule comments=refuse,hidden=refuse",
        "$ postern scrub photo.jpg --rule coments=refuse",
        "$ postern scrub photo.jpg --rule comments=keep",
        "$ postern scrub photo.jpg --rule signed=keep --rule comments=refuse",
        "$ postern scrub photo.jpg --rule xfa=drop --rule xfa=drop",
        "$ postern scrub photo.jpg site --output x", "$ postern scrub site --output x",
        "$ postern scrub photo.jpg --output - --json", "$ postern scrub photo.jpg --jobs 65",
        "$ postern scrub --explain photo.jpg", "$ postern scrub",
      ]
    ) { folder in
      let site = folder + "/site/north"
      try FileManager.default.createDirectory(atPath: site, withIntermediateDirectories: true)
      for (path, bytes) in [
        ("photo.jpg", DemoPictures.jpeg()), ("site/plan.png", DemoPictures.png()),
        ("site/north/wall.jpg", DemoPictures.jpeg()), ("site/north/empty.jpg", []),
      ] {
        try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + path))
      }
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/site/photo.jpg", withDestinationPath: "../photo.jpg")
    }
  }

  @Test func `each setting is a flag`() async {
    let page = await Harness.run(["serve", "--help"]).output
    let missing = SettingsSource.options.filter { !page.contains("--\($0.name) ") }.map(\.name)
    #expect(missing.isEmpty && SettingsSource.options.count > 20)
  }

  private static func check(
    _ name: String, _ lines: [String], in prepare: (String) throws -> Void = { _ in }
  ) async throws {
    let file = folder.appendingPathComponent(name + ".txt")
    let actual = try await Harness.withFolder { place in
      try prepare(place)
      return try lines.map { try transcript($0, in: place) }.joined(separator: "\n")
    }
    if ProcessInfo.processInfo.environment["UPDATE_TRANSCRIPTS"] == "1" {
      try actual.write(to: file, atomically: true, encoding: .utf8)
    }
    let expected = try String(contentsOf: file, encoding: .utf8)
    guard actual != expected else { return }
    let pair = zip(
      actual.split(separator: "\n", omittingEmptySubsequences: false),
      expected.split(separator: "\n", omittingEmptySubsequences: false))
    let first = pair.first { $0 != $1 }
    Issue.record(
      """
      \(name).txt differs: now "\(first?.0 ?? "")", there "\(first?.1 ?? "")". \
      UPDATE_TRANSCRIPTS=1 writes it anew.
      """)
  }

  private static func transcript(_ line: String, in place: String) throws -> String {
    let words = line.split(separator: " ").dropFirst(2).map(String.init)
    let outcome = try Harness.program(words, in: place)
    let code = outcome.code == 0 ? "" : "[exit \(outcome.code)]\n"
    return line + "\n" + outcome.output + outcome.errors + code
  }
}
