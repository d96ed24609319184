// Conditions under concurrent writers, buckets that come and go, listings and multipart uploads.

import Base
import Foundation
import Synchronization
import Testing

@testable import S3Server

@Suite struct ObjectStoreConcurrencyTests {
  @Test func `of many writers that demand absence exactly one wins`() async throws {
    let store = try StoreFixture().open()
    try await store.createBucket("box")
    let winners = await withTaskGroup(of: Int?.self) { group in
      for number in 0..<16 {
        group.addTask {
          await storeCode {
            try await store.put([65], "\(number)", condition: .absent)
          } == nil ? number : nil
        }
      }
      return await group.reduce(into: [Int]()) { winners, number in
        if let number { winners.append(number) }
      }
    }
    #expect(winners.count == 1)
    #expect(try store.body([65]) == winners.first.map(String.init))
  }

  @Test func `an ETag condition holds for the current content only`() async throws {
    let store = try StoreFixture().open()
    try await store.createBucket("box")
    let first = try await store.put([65], "1")
    #expect(
      await storeCode { try await store.put([66], "x", condition: .etag("0")) } == .objectAbsent)
    try await store.put([65], "2", condition: .etag(first.etag))
    let stale = WriteCondition.etag(first.etag)
    #expect(
      await storeCode { try await store.put([65], "3", condition: stale) } == .conditionFailed)
    #expect(
      await storeCode { _ = try await store.delete([65], in: "box", condition: stale) }
        == .conditionFailed)
    #expect(try await store.delete([65], in: "box", condition: .present))
  }

  @Test func `writers and listings at once end in an index that equals the files`() async throws {
    let fixture = try StoreFixture()
    var store: ObjectStore? = try fixture.open()
    try await store?.createBucket("box")
    if let store {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for lane in 0..<4 {
          group.addTask {
            for number in 0..<25 {
              let key = Array("k\(number % 10)-\(lane)".utf8)
              try await store.put(key, "x")
              if number % 3 == 0 { _ = try await store.delete(key, in: "box") }
            }
          }
          group.addTask { for _ in 0..<10 { _ = try await store.keys() } }
        }
        try await group.waitForAll()
      }
    }
    let indexed = try await store?.keys()
    store = nil
    #expect(try await fixture.open().keys() == indexed)
  }

  @Test func `a bucket is made once, deleted when empty, and its name is checked`() async throws {
    let fixture = try StoreFixture()
    var limits = StoreLimits()
    limits.bucketsMax = 2
    let store = try fixture.open(limits)
    try await store.createBucket("box")
    try await store.createBucket("other.box-2")
    #expect(await storeCode { try await store.createBucket("box") } == .bucketExists)
    #expect(await storeCode { try await store.createBucket("third") } == .bucketLimitReached)
    for name in ["", "ab", "..", ".box", "box.", "a..b", "Box", "1.2.3.4", "a/b", "a_b"] {
      try #require(await storeCode { try await store.createBucket(name) } == .bucketNameInvalid)
    }
    try await store.put([65], "1")
    #expect(await storeCode { try await store.deleteBucket("box") } == .bucketNotEmpty)
    _ = try await store.delete([65], in: "box")
    try await store.deleteBucket("box")
    #expect(await storeCode { try await store.deleteBucket("box") } == .bucketAbsent)
    #expect(await storeCode { try await store.put([65], "1") } == .bucketAbsent)
    #expect(try fixture.names("buckets") == ["other.box-2"])
    #expect(try fixture.names("tmp").isEmpty)
  }

  @Test func `pages of any size with and without a delimiter cover each entry once`() async throws {
    let store = try StoreFixture().open()
    try await store.createBucket("box")
    let keys = ["a/1", "a/2", "a0", "b", "b/", "b/1", "b/c/1", "c", "d e", "é"]
    for key in keys { try await store.put(Array(key.utf8), "") }
    let expected = ["": keys, "/": ["a/", "a0", "b", "b/", "c", "d e", "é"]]
    for (delimiter, entries) in expected {
      for size in 1...11 {
        var query = ListQuery()
        query.delimiter = Array(delimiter.utf8)
        query.max = size
        var found = [String]()
        for _ in 0..<20 {
          let page = try await store.list(query, in: "box")
          try #require(page.entries.count <= size)
          found += try await store.keys(query)
          query.position = page.next
          if page.next == nil { break }
        }
        try #require(found == entries)
      }
    }
    var query = ListQuery()
    query.prefix = Array("b/".utf8)
    query.delimiter = Array("/".utf8)
    #expect(try await store.keys(query) == ["b/", "b/1", "b/c/"])
    query = ListQuery()
    query.position = .marker(Array("b".utf8))
    #expect(try await store.keys(query) == ["b/", "b/1", "b/c/1", "c", "d e", "é"])
    query.max = 0
    #expect(try await store.list(query, in: "box") == ListPage())
  }

  @Test func `only the first page after start reads files`() async throws {
    let fixture = try StoreFixture()
    let keys = (0..<40).map { "k\($0 / 10)/\($0 % 10)" }
    do {
      let store = try fixture.open()
      try await store.createBucket("box")
      for key in keys { try await store.put(Array(key.utf8), "") }
    }
    let store = try fixture.open()
    var query = ListQuery()
    query.max = 7
    var page = try await store.list(query, in: "box")
    // Without its files a bucket cannot be scanned again: what follows comes from the index.
    for key in keys {
      try FileManager.default.removeItem(atPath: fixture.file(of: key, in: "box"))
    }
    try await store.put(Array("k9".utf8), "")
    var found = page.entries
    while let next = page.next {
      query.position = next
      page = try await store.list(query, in: "box")
      found += page.entries
    }
    let listed = found.map { entry in
      if case .object(let object) = entry {
        String(decoding: object.key, as: UTF8.self)
      } else {
        ""
      }
    }
    #expect(listed == keys + ["k9"])
    query = ListQuery()
    query.delimiter = Array("/".utf8)
    #expect(try await store.keys(query) == ["k0/", "k1/", "k2/", "k3/", "k9"])
  }

  @Test func `a bucket with more keys than the index holds is not listed`() async throws {
    let store: ObjectStore
    var limits = StoreLimits()
    limits.indexedKeysMax = 2
    store = try StoreFixture().open(limits)
    try await store.createBucket("box")
    try await store.put([65], "")
    try await store.put([66], "")
    #expect(try await store.keys() == ["A", "B"])
    try await store.put([67], "")
    #expect(await storeCode { _ = try await store.keys() } == .listingTooLarge)
    #expect(try store.body([67]) == "")
  }

  static func listed(_ key: [UInt8]) -> ListedObject {
    ListedObject(
      ObjectRecord(
        key: key, size: 1, etag: "900150983cd24fb0d6963f7d28e17f72-3", sha256: nil,
        modified: Timestamp(seconds: 1), fields: []))
  }

  @Test func `the index keeps order over thousands of changes`() {
    var index = KeyIndex()
    var model = Set<[UInt8]>()
    var state: UInt32 = 1
    for _ in 0..<20_000 {
      state = state &* 1_664_525 &+ 1_013_904_223
      let key = Array(String(state >> 16 & 4095).utf8)
      if state & 0xf00 == 0 {
        index.remove(key)
        model.remove(key)
      } else {
        index.insert(Self.listed(key))
        model.insert(key)
      }
    }
    var (found, bound) = ([[UInt8]](), [UInt8]())
    while let object = index.first(notBefore: bound) {
      found.append(object.key)
      bound = object.key + [0]
    }
    #expect(found == model.sorted { $0.lexicographicallyPrecedes($1) })
    #expect(index.count == model.count)
  }

  @Test(arguments: [false, true])
  func `keys that come in their order or against it are found in it`(isBackwards: Bool) {
    let keys = (10_000..<15_000).map { Array(String($0).utf8) }
    var index = KeyIndex()
    for key in isBackwards ? keys.reversed() : keys { index.insert(Self.listed(key)) }
    for key in keys { index.insert(Self.listed(key)) }
    var (found, bound) = ([[UInt8]](), [UInt8]())
    while let object = index.first(notBefore: bound) {
      found.append(object.key)
      bound = object.key + [0]
    }
    #expect(found == keys && index.count == keys.count)
  }

  @Test func `a multipart upload is put together, checked and cleaned up`() async throws {
    let fixture = try StoreFixture()
    var limits = StoreLimits()
    limits.partBytesMin = 3
    let store = try fixture.open(limits)
    try await store.createBucket("box")
    let id = try await store.beginUpload([65], in: "box", fields: [])
    func part(_ number: Int, _ body: String) async throws -> PartReference {
      let writer = try store.partWriter(
        number, upload: id, [65], in: "box", size: nil, promised: PromisedDigests())
      try await writer.append(Array(body.utf8))
      return PartReference(
        number: number, etag: try await writer.publish(Publication(fields: [])).etag)
    }
    let (first, second) = (try await part(1, "abc"), try await part(2, "d"))
    let tiny = try await part(3, "e")
    #expect(try store.parts(of: id, [65], in: "box").map(\.number) == [1, 2, 3])
    let refused: [([PartReference], StoreCode)] = [
      ([second, first], .partOrderInvalid), ([second, tiny], .partTooSmall), ([], .partInvalid),
      ([PartReference(number: 1, etag: tiny.etag)], .partInvalid),
    ]
    for (parts, code) in refused {
      try #require(
        await storeCode {
          _ = try await store.completeUpload(id, [65], in: "box", Completion(parts: parts))
        } == code)
    }
    let record = try await store.completeUpload(
      id, [65], in: "box", Completion(parts: [first, second]))
    #expect(record.etag.hasSuffix("-2"))
    #expect(try store.body([65]) == "abcd")
    #expect(
      await storeCode { try await store.abortUpload(id, [65], in: "box") } == .uploadAbsent)
    for foreign in ["", "..", "../../x", id + "0", String(repeating: "0", count: 32)] {
      try #require(
        await storeCode { try await store.abortUpload(foreign, [65], in: "box") } == .uploadAbsent)
    }
    let old = try await store.beginUpload([66], in: "box", fields: [])
    #expect(await storeCode { try await store.abortUpload(old, [65], in: "box") } == .uploadAbsent)
    #expect(try fixture.names("tmp").isEmpty)
    #expect(try fixture.names("buckets/box/uploads") == [old])
  }

  @Test func `an upload that cannot be cleaned up is complete all the same`() async throws {
    let fixture = try StoreFixture()
    let store = try fixture.open()
    try await store.createBucket("box")
    let id = try await store.beginUpload([65], in: "box", fields: [])
    let writer = try store.partWriter(
      1, upload: id, [65], in: "box", size: nil, promised: PromisedDigests())
    try await writer.append([66])
    let part = PartReference(
      number: 1, etag: try await writer.publish(Publication(fields: [])).etag)
    // The name after that of the assembled file is the one that the upload would be moved to.
    let trash = try #require(Int(store.temporaryName())) + 2
    try FileManager.default.createDirectory(
      atPath: fixture.path + "/tmp/\(trash)/full", withIntermediateDirectories: true)
    let record = try await store.completeUpload(
      id, [65], in: "box", Completion(parts: [part]))
    #expect(record.etag.hasSuffix("-1"))
    #expect(try store.body([65]) == "B")
    #expect(try fixture.names("buckets/box/uploads") == [id])
    try await store.abortUpload(id, [65], in: "box")
    #expect(try store.body([65]) == "B")
  }

  @Test func `fields for an object do not go to a newer upload of the same bytes`() async throws {
    let fixture = try StoreFixture()
    let store = try fixture.open()
    try await store.createBucket("box")
    let field = ObjectField(name: "x-amz-meta-a", value: [49])
    try await store.put([65], "same")
    let old = try store.object([65], in: "box")
    fixture.seconds.store(1_700_000_001, ordering: .relaxed)
    let new = try await store.put([65], "same", fields: [field])
    #expect(
      await storeCode { try await store.replaceFields(of: old, in: "box", with: []) }
        == .conditionFailed)
    #expect(try store.object([65], in: "box").record == new && new.etag == old.record.etag)
    let current = try store.object([65], in: "box")
    try await store.replaceFields(of: current, in: "box", with: [])
    #expect(try store.object([65], in: "box").record.fields.isEmpty)
  }
}
