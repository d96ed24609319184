// `postern scrub` as a tool of its own: what it writes, where, and what it leaves alone.

import Base
import Foundation
import Gateway
import JSONText
import Testing
import Wire

@testable import postern

@Suite(.enabled(if: Harness.program != nil, "the program is not beside the tests"))
struct ScrubCommandTests {
  private func write(_ bytes: [UInt8], _ path: String) throws {
    let url = URL(fileURLWithPath: path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  /// Everything below a folder, by path.
  private func tree(_ folder: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
  }

  @Test func `folders are scrubbed with what is below, links and own results are passed over`()
    async throws
  {
    try await Harness.withFolder { folder in
      try write(DemoPictures.jpeg(), folder + "/in/b/c/deep.jpg")
      try write(DemoPictures.png(), folder + "/in/a.png")
      try write(DemoPictures.jpeg(), folder + "/outside/own.jpg")
      for (link, target) in [("in/link.jpg", "../outside/own.jpg"), ("in/loop", "../in")] {
        try FileManager.default.createSymbolicLink(
          atPath: folder + "/" + link, withDestinationPath: target)
      }
      let first = try Harness.program(["scrub", "in/"], in: folder)
      #expect(first.code == 0, "\(first)")
      #expect(first.errors.contains("2 files: 2 scrubbed, 0 had none, 0 failed; 2 links"))
      let after = [
        "a.clean.png", "a.png", "b", "b/c", "b/c/deep.clean.jpg", "b/c/deep.jpg", "link.jpg",
        "loop",
      ]
      #expect(try tree(folder + "/in") == after)
      // The results of the first run are no new files.
      let second = try Harness.program(["scrub", "in", "--force"], in: folder)
      #expect(second.code == 0 && second.errors.contains("2 files: 2 scrubbed"))
      #expect(try tree(folder + "/in") == after)
      #expect(try tree(folder + "/outside") == ["own.jpg"])
      // A check looks at everything, and finds the two that were not replaced.
      let checked = try Harness.program(["scrub", "in", "--check"], in: folder)
      #expect(checked.code == 1 && checked.errors.contains("2 of 4 files hold metadata"))
    }
  }

  @Test func `results come in the order of the files, whatever is done first`() async throws {
    try await Harness.withFolder { folder in
      let names = (0..<24).map { "p\($0 < 10 ? "0" : "")\($0).jpg" }
      for (index, name) in names.enumerated() {
        try write(index % 5 == 0 ? [] : DemoPictures.jpeg(), folder + "/" + name)
      }
      let outcome = try Harness.program(
        ["scrub", "--json", "--check", "--jobs", "5", "."], in: folder)
      #expect(outcome.code == 3)
      let json = try JSONValue(parsing: Array(outcome.output.utf8), limits: .configuration)
      let files = json["files"]?.arrayValue ?? []
      #expect(files.map { $0["file"]?.stringValue } == names.map { "./" + $0 })
      #expect(
        files.map { $0["code"]?.stringValue }
          == names.indices.map { $0 % 5 == 0 ? "empty-file" : nil })
    }
  }

  @Test func `standard output gets the file and nothing else`() async throws {
    try await Harness.withFolder { folder in
      try write(DemoPictures.png(), folder + "/a.png")
      try write(DemoPictures.cleanPNG().dropLast(20), folder + "/cut.png")
      let file = folder + "/result"
      let shell = { (name: String) in
        try Self.shell(
          "'\(Harness.program ?? "")' scrub \(name) --output - > '\(file)'", in: folder)
      }
      let good = try shell("a.png")
      #expect(good.code == 0 && good.errors.contains("• a.png: ") && good.output.isEmpty)
      #expect(try Harness.program(["scrub", "a.png"], in: folder).code == 0)
      #expect(
        try Data(contentsOf: URL(fileURLWithPath: file))
          == Data(contentsOf: URL(fileURLWithPath: folder + "/a.clean.png")))
      let refused = try shell("cut.png")
      #expect(refused.code == 3 && refused.errors.contains("truncated"))
      #expect(try Data(contentsOf: URL(fileURLWithPath: file)).isEmpty)
    }
  }

  @Test func `after a refusal there is nothing of the file anywhere else`() async throws {
    try await Harness.withFolder { folder in
      try FileManager.default.createDirectory(
        atPath: folder + "/tmp", withIntermediateDirectories: true)
      let bytes = DemoPictures.jpeg().dropLast(200)
      try write(Array(bytes), folder + "/in/cut.jpg")
      for words in [["in"], ["in/cut.jpg", "--output", "out.jpg"], ["in", "--in-place"]] {
        let outcome = try Harness.program(
          ["scrub"] + words, in: folder, environment: ["TMPDIR": folder + "/tmp"])
        #expect(outcome.code == 3 && outcome.errors.contains("truncated"))
        #expect(try tree(folder) == ["in", "in/cut.jpg", "tmp"])
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/in/cut.jpg")) == Data(bytes))
      }
    }
  }

  @Test func `an output file is not overwritten, and a clean file in place is not touched`()
    async throws
  {
    try await Harness.withFolder { folder in
      try write(DemoPictures.jpeg(), folder + "/a.jpg")
      try write(Array("mine".utf8), folder + "/out.jpg")
      let words = ["scrub", "a.jpg", "--output", "out.jpg"]
      let kept = try Harness.program(words, in: folder)
      #expect(kept.code == 1 && kept.errors.contains("--force replaces it"))
      #expect(try String(contentsOfFile: folder + "/out.jpg", encoding: .utf8) == "mine")
      #expect(try Harness.program(words + ["--force"], in: folder).code == 0)
      func inode(_ name: String) throws -> UInt64? {
        try FileManager.default.attributesOfItem(atPath: folder + "/" + name)[.systemFileNumber]
          as? UInt64
      }
      let before = try inode("out.jpg")
      #expect(try Harness.program(["scrub", "--in-place", "out.jpg"], in: folder).code == 0)
      #expect(try inode("out.jpg") == before)
      let other = try inode("a.jpg")
      #expect(try Harness.program(["scrub", "--in-place", "a.jpg"], in: folder).code == 0)
      #expect(try inode("a.jpg") != other)
    }
  }

  @Test func `values are shown to who asks, and to nobody else`() async throws {
    try await Harness.withFolder { folder in
      try write(DemoPictures.jpeg(), folder + "/a.jpg")
      for format in [[], ["--json"]] {
        let words = ["scrub", "--check", "a.jpg"] + format
        let quiet = try Harness.program(words, in: folder)
        let open = try Harness.program(words + ["--show-values"], in: folder)
        for text in ["site visit, north wall"] {
          #expect(!(quiet.output + quiet.errors).contains(text))
          #expect(open.output.contains(text), "\(open.output)")
        }
        #expect(quiet.code == 1 && open.code == 1)
      }
    }
  }

  @Test func `what stays is told by class and count, and not at all if there is nothing`() {
    #expect(Removed.staying([]) == nil)
    let found = [RemovedBody(name: "cropped-picture", count: 1), .init(name: "hidden", count: 3)]
    #expect(Removed.staying(found) == "cropped-picture, hidden ×3")
  }

  @Test func `a document that was kept is never called clean, and its approver is named`() {
    var receipt = ReceiptBody(
      sha256Before: "00", sha256After: "00", policy: "strict-1+signed=keep", tool: "t")
    #expect(Removed.text(receipt) == "nothing; the file was clean")
    receipt.isUnscrubbed = true
    #expect(Removed.text(receipt) == "nothing; signed, kept as it is")
    receipt.approvedBy = "erika"
    #expect(Removed.text(receipt) == "nothing; signed, kept as it is, approved by erika")
  }

  @Test func `progress is drawn on terminals, once for each file, and taken away`() {
    let drawn = Lock("")
    var console = Harness.console(Lock(("", "")))
    #expect(!console.hasProgress)
    console = Console(
      style: Style(isColoured: false), errorStyle: Style(isColoured: false), isInteractive: true,
      hasProgress: true, write: { text, _ in drawn.withLock { $0 += text } })
    var progress = FileProgress(count: 3, console: console, clock: .system)
    progress.draw(done: 0)
    // Too soon for another line.
    progress.draw(done: 1)
    progress.clear()
    progress.clear()
    progress.draw(done: 2)
    progress.draw(done: 3)
    progress.clear()
    let line = "\r\u{1b}[K"
    #expect(
      drawn.withLock { $0 } == line + "scrubbing 1 of 3 " + line + line + "scrubbing 3 of 3 " + line
    )
  }

  private static func shell(_ line: String, in folder: String) throws -> Outcome {
    try Harness.program(["-c", line], in: folder, executable: "/bin/sh")
  }
}
