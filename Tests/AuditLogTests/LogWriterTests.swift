// The writer: what it leaves on disk, how it goes on after a crash, what it refuses to sign.

import AuditLog
import Foundation
import Testing

@Suite struct LogWriterTests {
  @Test(arguments: [0, 1, 2, 255, 256, 257, 512, 600])
  func `a sealed log verifies and is taken up where it ended`(size: Int) throws {
    try withTemporaryFolder { path in
      try makeLog(path, size: size)
      #expect(try fault(path) == nil)
      #expect(try LogWriter(directory: path, signers: [makeSigner()]).size == size)
      try makeLog(path, size: size + 300)
      #expect(try fault(path) == nil)
    }
  }

  @Test func `growing entry by entry gives the same files as at once`() throws {
    try withTemporaryFolder { path in
      try makeLog(path + "/once", size: 520)
      let writer = try LogWriter(directory: path + "/steps", signers: [makeSigner()])
      for index in 0..<520 {
        try writer.append([entry(index)], at: index)
        if index % 3 == 0 || index > 515 { try writer.seal(atMilliseconds: noon) }
      }
      try writer.seal(atMilliseconds: noon)
      let once = try files(below: path + "/once")
      #expect(try files(below: path + "/steps") == once)
      for file in once {
        #expect(try bytes(of: path + "/once/" + file) == bytes(of: path + "/steps/" + file))
      }
    }
  }

  @Test func `work without a checkpoint is done again after a crash`() throws {
    try withTemporaryFolder { path in
      try makeLog(path, size: 200)
      // Appended and partly on disk, but never sealed.
      try LogWriter(directory: path, signers: [makeSigner()]).append(entries(200..<530), at: 200)
      #expect(try fault(path) == .unsignedTail)
      try makeLog(path, size: 530)
      #expect(try fault(path) == nil)
    }
  }

  @Test func `a crash between any two files is repaired by the next seal`() throws {
    try withTemporaryFolder { path in
      let (old, new) = (path + "/old", path + "/new")
      try makeLog(old, size: 250)
      try FileManager.default.copyItem(atPath: old, toPath: new)
      try makeLog(new, size: 530)
      let written = try files(below: new).filter { $0 != "checkpoint" }
      for count in 0...written.count {
        let crashed = path + "/crashed\(count)"
        try FileManager.default.copyItem(atPath: old, toPath: crashed)
        for file in written.prefix(count) {
          let target = URL(filePath: crashed + "/" + file)
          try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
          try write(bytes(of: new + "/" + file), to: target.path)
        }
        try write([0, 9], to: crashed + "/tile/0/001.tmp")
        try makeLog(crashed, size: 530)
        #expect(try fault(crashed) == nil)
      }
    }
  }

  @Test func `a clock before the last checkpoint is not signed, the same moment is`() throws {
    try withTemporaryFolder { path in
      try makeLog(path, size: 3)
      let writer = try LogWriter(directory: path, signers: [makeSigner()])
      #expect(code { try writer.seal(atMilliseconds: noon - 1) } == .timeWentBack)
      #expect(code { try writer.seal(atMilliseconds: noon) } == nil)
    }
  }

  @Test func `a store with fewer entries than were signed is refused`() throws {
    try withTemporaryFolder { path in
      try makeLog(path, size: 3)
      let writer = try LogWriter(directory: path, signers: [makeSigner()])
      #expect(code { try writer.check(storeSize: 2) } == .treeShrank)
      #expect(code { try writer.check(storeSize: 3) } == nil)
      #expect(code { try writer.append([entry(9)], at: 2) } == .indexGap)
      #expect(code { try writer.append([entry(9)], at: 4) } == .indexGap)
    }
  }

  @Test func `a log behind or beside a known checkpoint is not continued`() throws {
    try withTemporaryFolder { path in
      let keys = try [makeSigner()]
      let known = try Checkpoint(
        verifying: makeLog(path + "/a", size: 9), trusting: keys.map(\.verifier))
      try makeLog(path + "/b", size: 8)
      try makeLog(path + "/c", size: 12, from: { entry($0 + 1) })
      try makeLog(path + "/a", size: 12)
      func open(_ name: String) -> AuditLogError.Code? {
        code { _ = try LogWriter(directory: path + "/" + name, signers: keys, known: known) }
      }
      #expect(
        [open("a"), open("b"), open("c"), open("d")] == [nil, .rolledBack, .forked, .rolledBack])
    }
  }

  @Test func `one folder has one writer`() throws {
    try withTemporaryFolder { path in
      let first = try LogWriter(directory: path, signers: [makeSigner()])
      #expect(code { _ = try LogWriter(directory: path, signers: [makeSigner()]) } == .busy)
      #expect(first.size == 0)
    }
  }

  @Test func `a full tile that already has other content is never overwritten`() throws {
    try withTemporaryFolder { path in
      try makeLog(path, size: 0)
      try FileManager.default.createDirectory(
        atPath: path + "/tile/entries", withIntermediateDirectories: true)
      try write([0, 0], to: path + "/tile/entries/000")
      #expect(code { try makeLog(path, size: 256) } == .forked)
    }
  }

  @Test func `a partial tile of an earlier size is served from the present one`() throws {
    try withTemporaryFolder { path in
      try makeLog(path, size: 3)
      let (bundle, tile) = ("tile/entries/000.p/3", "tile/0/000.p/3")
      let old = try [bundle, tile].map { try bytes(of: path + "/" + $0) }
      for size in [10, 300] {
        try makeLog(path, size: size)
        let source = LogDirectory(path).servingSource
        #expect(try [bundle, tile].map { try source.read($0, 8192) } == old)
        #expect(try LogDirectory(path).source.read(tile, 8192) == nil)
      }
    }
  }

  @Test func `during a key rotation either key is enough`() throws {
    try withTemporaryFolder { path in
      let keys = try [makeSigner(), makeSigner(seed: 9)]
      let writer = try LogWriter(directory: path, signers: keys)
      try writer.append(entries(0..<4), at: 0)
      try writer.seal(atMilliseconds: noon)
      for key in keys {
        #expect(try LogVerifier(keys: [key.verifier]).verify(directory: path).checkpoint.size == 4)
      }
    }
  }
}
