// `postern policy edit` with editors that are interrupted or end badly: no change and no text is lost.

import Foundation
import Glibc
import Testing

@testable import postern

@Suite struct EditorTests {
  @Test(.enabled(if: Harness.program != nil, "the program is not beside the tests"))
  func `an editor has the interrupt key for itself, and a bad end keeps what was written`()
    async throws
  {
    try await Harness.withFolder { folder in
      // Interrupts the command as the terminal would, and tells which signals it ignores itself.
      let script = """
        #!/bin/sh
        grep SigIgn /proc/$$/status > "$HOME/ignored"
        above=$PPID
        [ "$(cat /proc/$above/comm)" = postern ] ||
          above=$(awk '/^PPid/ { print $2 }' /proc/$above/status)
        kill -INT "$above"
        sed -i "$1" "$3"
        exit "$2"

        """
      let editor = folder + "/editor"
      try script.write(toFile: editor, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: editor)
      let before = try FileManager.default.contentsOfDirectory(atPath: folder).count
      try Harness.serving(folder) {
        #expect(try Harness.program(["tenant", "create", "acme"], in: folder).code == 0)
        let change = "/downloads_max/s/:.*,/:7,/"
        for (edit, code, kept) in [(change, 0, 0), ("", 1, 0), (change, 1, 1)] {
          let outcome = try Harness.program(
            ["policy", "edit", "--tenant", "acme"], in: folder,
            environment: ["EDITOR": "\(editor) '\(edit)' \(code)"])
          #expect(outcome.code == Int32(code), "\(outcome)")
          let drafts = try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasPrefix("postern-policy-") }
          #expect(drafts.count == kept, "\(outcome)")
          for draft in drafts { #expect(outcome.errors.contains(draft)) }
        }
      }
      let line = try String(contentsOfFile: folder + "/ignored", encoding: .utf8)
      let ignored = try #require(
        UInt64(line.split(separator: "\t").last?.prefix { $0 != "\n" } ?? "", radix: 16))
      for signal in [SIGINT, SIGQUIT, SIGPIPE] { #expect(ignored >> (signal - 1) & 1 == 0) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == before + 3)
    }
  }
}
