// The storage rules: any key, one rename to publish, nothing outside of the root, nothing left
// over.

import Base
import Cryptography
import Foundation
import Glibc
import Testing

@testable import S3Server

@Suite struct ObjectStoreTests {
  static let hostileKeys: [[UInt8]] =
    [
      "..", ".", "../../etc/passwd", "a/../b", "/lead", "trail/", "a//b", "//", "~", "%2e%2e/x",
      "a b+c%20d", "ä/日本語/😀", "e\u{301}", "\u{e9}", "lock", "tmp/1", "bucket", "uploads/x",
      String(repeating: "d/", count: 100) + "f", String(repeating: "x", count: 1024),
    ].map { Array($0.utf8) } + [[0], [9, 10, 13, 0x7f], [0xff, 0xfe], [0x2e, 0x2e, 0x2f, 0]]

  @Test func `any key up to 1024 bytes holds its own content and is listed`() async throws {
    let fixture = try StoreFixture()
    let store = try fixture.open()
    try await store.createBucket("box")
    for (number, key) in Self.hostileKeys.enumerated() { try await store.put(key, "v\(number)") }
    let listed = try await store.list(ListQuery(), in: "box").entries.compactMap { entry in
      if case .object(let object) = entry { object.key } else { nil }
    }
    let sorted = Self.hostileKeys.sorted { $0.lexicographicallyPrecedes($1) }
    #expect(listed == sorted)
    for (number, key) in Self.hostileKeys.enumerated() {
      try #require(try store.body(key) == "v\(number)")
    }
    #expect(try fixture.names("") == ["buckets", "lock", "tmp"])
    #expect(try fixture.names("tmp").isEmpty)
  }

  @Test func `an empty key and one byte too many are refused`() async throws {
    let store = try StoreFixture().open()
    try await store.createBucket("box")
    let long = [UInt8](repeating: 120, count: 1025)
    #expect(await storeCode { try await store.put(long, "") } == .keyTooLong)
    #expect(await storeCode { try await store.put([], "") } == .keyInvalid)
    #expect(await storeCode { _ = try store.object(long, in: "box") } == .keyTooLong)
  }

  @Test func `content, metadata and listing survive a restart`() async throws {
    let fixture = try StoreFixture()
    let field = ObjectField(name: "content-type", value: Array("text/x".utf8))
    do {
      let store = try fixture.open()
      try await store.createBucket("box")
      try await store.put(Array("b".utf8), "2", fields: [field])
      try await store.put(Array("a".utf8), "1")
    }
    let store = try fixture.open()
    #expect(try await store.keys() == ["a", "b"])
    let record = try store.object(Array("b".utf8), in: "box").record
    #expect(record.fields == [field])
    #expect(record.etag == "c81e728d9d4c2f636f067f89cc14862c")
    #expect(record.modified == Timestamp(seconds: 1_700_000_000))
    #expect(store.bucketSummaries().map(\.name) == ["box"])
  }

  @Test func `a reader keeps the old content while it is replaced and deleted`() async throws {
    let store = try StoreFixture().open()
    try await store.createBucket("box")
    let (key, old) = (Array("k".utf8), String(repeating: "o", count: 100_000))
    try await store.put(key, old)
    let reader = try store.object(key, in: "box")
    try await store.put(key, "new")
    #expect(try store.body(key) == "new")
    #expect(try await store.delete(key, in: "box"))
    #expect(try await store.delete(key, in: "box") == false)
    let bytes = try reader.descriptor.read(Int(reader.record.size), at: 0)
    #expect(String(decoding: bytes, as: UTF8.self) == old)
    #expect(try await store.keys().isEmpty)
  }

  @Test func `crash leftovers are swept and a half-written file is never an object`() async throws {
    let fixture = try StoreFixture()
    do {
      let store = try fixture.open()
      try await store.createBucket("box")
      let writer = try store.writer([1], in: "box", size: nil, promised: PromisedDigests())
      try await writer.append([1, 2, 3])
      #expect(try fixture.names("tmp").count == 1)
      #expect(await storeCode { _ = try store.object([1], in: "box") } == .objectAbsent)
    }
    #expect(try fixture.names("tmp").isEmpty)
    try FileManager.default.createDirectory(
      atPath: fixture.path + "/tmp/77/deep", withIntermediateDirectories: true)
    try Data([1]).write(to: URL(fileURLWithPath: fixture.path + "/tmp/9"))
    try FileManager.default.createSymbolicLink(
      atPath: fixture.path + "/tmp/77/deep/link", withDestinationPath: fixture.path + "/buckets")
    let store = try fixture.open()
    #expect(try fixture.names("tmp").isEmpty)
    #expect(store.hasBucket("box"))
  }

  @Test func `a truncated, flipped or foreign file is damaged, and only that key suffers`()
    async throws
  {
    let fixture = try StoreFixture()
    let store = try fixture.open()
    try await store.createBucket("box")
    try await store.put([65], "good")
    try await store.put([66], "bad")
    let path = fixture.file(of: "B", in: "box")
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    for size in 0..<whole.count {
      try whole.prefix(size).write(to: URL(fileURLWithPath: path))
      try #require(await storeCode { _ = try store.object([66], in: "box") } == .objectDamaged)
    }
    for position in 3..<(whole.count - 8) {
      var flipped = whole
      flipped[position] ^= 1
      try flipped.write(to: URL(fileURLWithPath: path))
      try #require(await storeCode { _ = try store.object([66], in: "box") } == .objectDamaged)
    }
    #expect(try await store.keys() == ["A"])
    #expect(try store.body([65]) == "good")
  }

  @Test func `a planted link or pipe is not followed`() async throws {
    let fixture = try StoreFixture()
    let store = try fixture.open()
    try await store.createBucket("box")
    try await store.put([65], "inside")
    let (file, manager) = (fixture.file(of: "A", in: "box"), FileManager.default)
    let outside = fixture.path + "/outside"
    try manager.moveItem(atPath: file, toPath: outside)
    try manager.createSymbolicLink(atPath: file, withDestinationPath: outside)
    #expect(await storeCode { _ = try store.object([65], in: "box") } == .objectDamaged)
    try manager.removeItem(atPath: file)
    #expect(mkfifo(file, 0o600) == 0)
    #expect(await storeCode { _ = try store.object([65], in: "box") } == .objectDamaged)
    let folder = (file as NSString).deletingLastPathComponent
    try manager.removeItem(atPath: folder)
    try manager.createDirectory(
      atPath: fixture.path + "/elsewhere", withIntermediateDirectories: true)
    try manager.createSymbolicLink(
      atPath: folder, withDestinationPath: fixture.path + "/elsewhere")
    #expect(await storeCode { try await store.put([65], "x") } == .objectDamaged)
    #expect(try fixture.names("elsewhere").isEmpty)
    try manager.createSymbolicLink(
      atPath: fixture.path + "/buckets/link", withDestinationPath: fixture.path + "/buckets/box")
  }

  @Test func `a linked bucket is not served after a restart`() async throws {
    let fixture = try StoreFixture()
    do { try await fixture.open().createBucket("box") }
    try FileManager.default.createSymbolicLink(
      atPath: fixture.path + "/buckets/link", withDestinationPath: fixture.path + "/buckets/box")
    #expect(try fixture.open().bucketSummaries().map(\.name) == ["box"])
  }

  @Test func `one process at a time serves a folder`() async throws {
    let fixture = try StoreFixture()
    let store = try fixture.open()
    #expect(await storeCode { _ = try fixture.open() } == .folderInUse)
    #expect(store.bucketSummaries().isEmpty)
    try store.close()
    #expect(try fixture.open().bucketSummaries().isEmpty)
  }

  @Test func `a full disk is its own error and leaves nothing behind`() async throws {
    let fixture = try StoreFixture()
    var limits = StoreLimits()
    do { try await fixture.open().createBucket("box") }
    limits.freeBytesMin = .max
    let store = try fixture.open(limits)
    #expect(await storeCode { try await store.put([65], "x") } == .diskFull)
    let full = Descriptor(owning: Glibc.open("/dev/full", O_WRONLY | O_CLOEXEC))
    let code = await storeCode {
      do {
        try full.write([1])
      } catch let failure as SystemFailure {
        throw StoreError(failure)
      }
    }
    #expect(code == .diskFull)
    #expect(try fixture.names("tmp").isEmpty)
  }

  @Test func `size and metadata limits hold on both sides`() async throws {
    var limits = StoreLimits()
    limits.objectBytesMax = 4
    limits.recordBytesMax = 200
    let fixture = try StoreFixture()
    let store = try fixture.open(limits)
    try await store.createBucket("box")
    try await store.put([65], "1234")
    #expect(await storeCode { try await store.put([65], "12345") } == .objectTooLarge)
    let field = ObjectField(name: "x-amz-meta-a", value: [UInt8](repeating: 65, count: 150))
    #expect(
      await storeCode { try await store.put([65], "1", fields: [field]) } == .metadataTooLarge)
    #expect(try store.body([65]) == "1234")
    #expect(try fixture.names("tmp").isEmpty)
  }

  @Test(arguments: [10, 20_000], [10, 1500])
  func `a record is read whatever the sizes of body and fields`(body: Int, field: Int) async throws
  {
    let store = try StoreFixture().open()
    try await store.createBucket("box")
    let text = String(repeating: "b", count: body)
    let note = ObjectField(name: "x-amz-meta-a", value: [UInt8](repeating: 65, count: field))
    try await store.put([65], text, fields: [note])
    let object = try store.object([65], in: "box")
    #expect(object.record.fields.contains(note))
    #expect(try store.body([65]) == text)
  }

  @Test func `a broken promise publishes nothing`() async throws {
    let store = try StoreFixture().open()
    try await store.createBucket("box")
    var cases = [(PromisedDigests, StoreCode)]()
    var promised = PromisedDigests()
    promised.md5 = [UInt8](repeating: 0, count: 16)
    cases.append((promised, .md5Mismatch))
    promised = PromisedDigests()
    promised.sha256 = .init()
    cases.append((promised, .payloadMismatch))
    promised = PromisedDigests()
    promised.checksum = Checksum(.crc32c, [0, 0, 0, 1])
    cases.append((promised, .checksumMismatch))
    promised = PromisedDigests()
    promised.size = 4
    cases.append((promised, .bodyIncomplete))
    for (promised, code) in cases {
      let writer = try store.writer([65], in: "box", size: nil, promised: promised)
      try await writer.append([1, 2, 3])
      try #require(
        await storeCode { _ = try await writer.publish(Publication(fields: [])) } == code)
    }
    #expect(await storeCode { _ = try store.object([65], in: "box") } == .objectAbsent)
  }
}
