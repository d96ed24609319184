// Texts for people: sizes, progress, tables, and names that somebody else chose.

import Base
import Testing
import Wire

@testable import postern

@Suite struct TextTests {
  @Test(
    arguments: [
      (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1_449_999, "1.4 MB"), (99_949, "99.9 kB"),
      (99_950, "100 kB"), (999_499, "999 kB"), (999_500, "1.0 MB"), (2_147_483_648, "2.1 GB"),
    ] as [(Int64, String)])
  func `a size has three figures at most`(bytes: Int64, text: String) {
    #expect(Sizes.text(bytes) == text)
  }

  @Test(
    arguments: [
      (0, 0, "0%"), (250, 7, "25%"), (999, 27, "99%"), (1000, 28, "100%"), (2000, 28, "100%"),
    ] as [(Int64, Int, String)])
  func `the bar is as full as the share says`(done: Int64, blocks: Int, share: String) {
    let line = Self.bar(total: 1000).line(done: done, now: 2_000_000_000)
    #expect(line.filter { $0 == "█" }.count == blocks)
    #expect(line.contains(" \(share) "))
  }

  @Test func `the rate counts from the start`() {
    let line = Self.bar(total: 4_000_000).line(done: 3_000_000, now: 2_000_000_000)
    #expect(line.contains("75% 3.0 MB 1.5 MB/s"))
  }

  @Test func `the bar is drawn on a terminal only, ends with the last byte and is wiped`() {
    for isTerminal in [true, false] {
      let printed = Lock(("", ""))
      var console = Harness.console(printed)
      console = Console(
        style: console.style, errorStyle: console.errorStyle, isInteractive: false,
        hasProgress: isTerminal, write: console.write)
      let bar = ProgressBar(
        label: "x", total: 3000, console: console,
        clock: Clock(now: { Timestamp(seconds: 0) }, monotonicNanoseconds: { 1_000_000_000 }))
      for _ in 0..<3 { bar.advance(by: 1000) }
      bar.finish()
      let drawn = printed.withLock { $0 }
      #expect(drawn.0.isEmpty)
      guard isTerminal else {
        #expect(drawn.1.isEmpty)
        continue
      }
      // The second thousand comes within a tenth of a second of the first: it is not drawn.
      #expect(drawn.1.split(separator: "\r").count == 3)
      #expect(drawn.1.contains("x 3.0 kB sent; the server is scrubbing it"))
      #expect(drawn.1.hasSuffix("\r\u{1b}[K"))
    }
  }

  @Test func `an empty file is done at once`() {
    #expect(Self.bar(total: 0).line(done: 0, now: 1).contains("100%"))
  }

  @Test(arguments: [
    ("plan.png", "plan.png"), ("a\u{1b}[31mb", "a?[31mb"), ("a\nb", "a?b"),
    ("a\u{202e}gnp.b", "a?gnp.b"), ("Grüße 日本", "Grüße 日本"), ("\u{9b}2J", "?2J"),
  ])
  func `a name cannot steer the terminal`(text: String, shown: String) {
    #expect(Plain.text(text) == shown)
  }

  @Test func `neither an error, a fact nor an event can steer the terminal`() {
    let evil = "a\u{1b}[2J\u{9b}2Jb"
    let printed = Lock(("", ""))
    Harness.console(printed).show(.usage(evil, hint: evil))
    let style = Style(isColoured: false)
    let texts = [
      printed.withLock { $0.1 }.replacing("\n", with: ""),
      Table.facts([(evil, evil)], style: style).replacing("\n", with: ""),
      EventLine.text(
        EventBody(
          id: evil, log: "acme", index: 1,
          leaf: #"{"t":"x\u001b[2J","type":"y\u001b[2J","out":"z\u001b[2J","why":"w\u001b"}"#),
        style: style),
      EventLine.text(EventBody(id: evil, log: "acme", index: 1, leaf: "x"), style: style),
    ]
    for text in texts { #expect(Plain.text(text) == text) }
  }

  @Test func `columns are as wide as their widest cell`() {
    let text = Table.text(
      ["ID", "TITLE"], [["1", "a"], ["1234", "b\tc"]], style: Style(isColoured: false))
    #expect(text == "ID    TITLE\n1     a\n1234  b?c\n")
  }

  @Test func `no rows are no table`() {
    #expect(Table.text(["ID"], [], style: Style(isColoured: true)).isEmpty)
  }

  @Test(arguments: [
    ("photo.jpg", "photo.clean.jpg"), ("a.b/photo", "a.b/photo.clean"),
    ("x/a.tar.gz", "x/a.tar.clean.gz"), (".hidden", ".hidden.clean"), ("./a.png", "./a.clean.png"),
    ("a.b/\u{301}c", "a.b/\u{301}c.clean"), ("a.\u{301}b", "a.clean.\u{301}b"),
  ])
  func `the clean file lies beside the other`(path: String, output: String) {
    #expect(LocalScrubbing.outputPath(path) == output)
  }

  @Test(arguments: [("plain", "'plain'"), ("it's", "'it'\\''s'"), ("", "''"), ("$(x)", "'$(x)'")])
  func `a shell reads a quoted word back as it was`(text: String, quoted: String) {
    #expect(StoreCredentials.quoted(text) == quoted)
  }

  private static func bar(total: Int64) -> ProgressBar {
    ProgressBar(
      label: "x", total: total, console: Harness.console(Lock(("", ""))),
      clock: Clock(now: { Timestamp(seconds: 0) }, monotonicNanoseconds: { 0 }))
  }
}
