// The verifier against every way in which a log can be wrong.

import AuditLog
import Foundation
import Testing

@Suite struct LogVerifierTests {
  @Test func `no changed byte in a log of 300 entries stays undetected`() throws {
    try withTemporaryFolder { path in
      try makeLog(path, size: 300)
      let verifier = try LogVerifier(keys: [makeSigner().verifier])
      var contents = [String: [UInt8]]()
      for file in try files(below: path) { contents[file] = try bytes(of: path + "/" + file) }
      let original = contents
      var undetected = [String]()
      var tried = 0
      for (file, whole) in original {
        for position in whole.indices {
          var damaged = whole
          damaged[position] ^= UInt8(1 << (position % 8))
          let state = original.merging([file: damaged]) { $1 }
          let source = TileSource(list: { () throws(AuditLogError) in Array(state.keys) }) {
            (name, bytesMax) throws(AuditLogError) in
            state[name].map { Array($0.prefix(bytesMax + 1)) }
          }
          tried += 1
          if code({ _ = try verifier.verify(source) }) == nil {
            undetected.append("\(file) at \(position)")
          }
        }
      }
      #expect(tried > 12_000)
      #expect(undetected == [])
    }
  }

  enum Damage: String, CaseIterable {
    case swapEntries, changeEntry, changeTile, changeUpperTile, dropLastEntry, cutTile, extendTile
    case removeTile, removeBundle, removeCheckpoint, addFile, addTile, stalePartial
  }

  @Test(arguments: Damage.allCases)
  func `each damage is called by its name`(damage: Damage) throws {
    try withTemporaryFolder { path in
      try makeLog(path, size: 300)
      let bundle = path + "/tile/entries/001.p/44"
      let tile = path + "/tile/0/001.p/44"
      let upper = path + "/tile/1/000.p/1"
      let expected: AuditLogError.Code
      switch damage {
      case .swapEntries:
        var list = entries(256..<300)
        list.swapAt(3, 4)
        var bytes = [UInt8]()
        for entry in list { try EntryBundle.append(entry, to: &bytes) }
        try write(bytes, to: bundle)
        expected = .entriesSwapped
      case .changeEntry:
        var list = try bytes(of: bundle)
        list[5] ^= 1
        try write(list, to: bundle)
        expected = .entryChanged
      case .changeTile, .changeUpperTile:
        let file = damage == .changeTile ? tile : upper
        var list = try bytes(of: file)
        list[5] ^= 1
        try write(list, to: file)
        expected = .tileChanged
      case .dropLastEntry:
        try write(try bytes(of: bundle).dropLast(10), to: bundle)
        expected = .truncated
      case .cutTile:
        try write(try bytes(of: tile).dropLast(), to: tile)
        expected = .truncated
      case .extendTile:
        try write(try bytes(of: tile) + [0], to: tile)
        expected = .oversized
      case .removeTile, .removeBundle, .removeCheckpoint:
        let files = [
          Damage.removeTile: tile, .removeBundle: bundle, .removeCheckpoint: path + "/checkpoint",
        ]
        try FileManager.default.removeItem(atPath: files[damage] ?? "")
        expected = .missing
      case .addFile:
        try write([], to: path + "/tile/0/note.txt")
        expected = .unexpectedFile
      case .addTile:
        try write([1], to: path + "/tile/0/002")
        expected = .unsignedTail
      case .stalePartial:
        try write([1], to: path + "/tile/0/001.p/9")
        expected = .tileChanged
      }
      #expect(try fault(path) == expected)
    }
  }

  @Test func `a rewritten history without a new signature is a root mismatch`() throws {
    try withTemporaryFolder { path in
      let note = try makeLog(path + "/a", size: 20)
      try makeLog(path + "/b", size: 20, from: { entry($0 + 1) })
      try write(note, to: path + "/b/checkpoint")
      #expect(try fault(path + "/b") == .rootMismatch)
    }
  }

  @Test func `a log put back to an older state is rolled back`() throws {
    try withTemporaryFolder { path in
      let older = try makeLog(path, size: 270)
      try FileManager.default.copyItem(atPath: path, toPath: path + "-copy")
      defer { _ = try? FileManager.default.removeItem(atPath: path + "-copy") }
      let newer = try makeLog(path, size: 300)
      #expect(try fault(path, older: [older, newer]) == nil)
      #expect(try fault(path + "-copy", older: [older]) == nil)
      #expect(try fault(path + "-copy", older: [older, newer]) == .rolledBack)
      // Only the checkpoint is put back: the tiles give it away without any memory.
      try write(older, to: path + "/checkpoint")
      #expect(try fault(path) == .unsignedTail)
    }
  }

  @Test func `two histories under one key are a fork`() throws {
    try withTemporaryFolder { path in
      let one = try makeLog(path + "/a", size: 9, from: { entry($0 == 4 ? 99 : $0) })
      try makeLog(path + "/b", size: 12)
      #expect(try fault(path + "/b", older: [one]) == .forked)
      let same = try makeLog(path + "/c", size: 12, from: { entry($0 == 4 ? 99 : $0) })
      #expect(try fault(path + "/b", older: [same]) == .forked)
    }
  }

  @Test func `a log of another key is untrusted`() throws {
    try withTemporaryFolder { path in
      try makeLog(path, size: 2)
      let verifier = try LogVerifier(keys: [makeSigner(seed: 9).verifier])
      #expect(code { _ = try verifier.verify(directory: path) } == .untrusted)
    }
  }
}
