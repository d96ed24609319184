// Objects that are kept open: what is read after a change is what the change made.

import Base
import Foundation
import Testing

@testable import S3Server

@Suite struct OpenObjectsTests {
  /// More than is read along with a record.
  private static func large(_ number: Int) -> String {
    String(repeating: "\(number % 10)", count: 20_000 + number)
  }

  @Test func `an object that was read is read anew after each change`() async throws {
    let store = try StoreFixture().open()
    try await store.createBucket("box")
    for number in 0..<3 {
      try await store.put([65], Self.large(number))
      for _ in 0..<2 { #expect(try store.body([65]) == Self.large(number)) }
    }
    let held = try store.object([65], in: "box")
    let copy = try store.object([65], in: "box")
    #expect(held.descriptor.owner === copy.descriptor.owner)
    #expect(try await store.delete([65], in: "box", condition: .always))
    #expect(await storeCode { _ = try store.object([65], in: "box") } == .objectAbsent)
    // Whoever opened it before goes on reading it.
    let bytes = try held.descriptor.read(Int(held.record.size), at: 0)
    #expect(String(decoding: bytes, as: UTF8.self) == Self.large(2))
  }

  @Test func `one key in two buckets, or in a bucket that is made again, is another object`()
    async throws
  {
    let store = try StoreFixture().open()
    for name in ["box", "other"] { try await store.createBucket(name) }
    try await store.put([65], Self.large(1), in: "box")
    try await store.put([65], Self.large(2), in: "other")
    for _ in 0..<2 {
      #expect(try store.body([65], in: "box") == Self.large(1))
      #expect(try store.body([65], in: "other") == Self.large(2))
    }
    let old = try store.bucket("box")
    let held = try store.object([65], in: "box")
    #expect(try await store.delete([65], in: "box", condition: .always))
    try await store.deleteBucket("box")
    try await store.createBucket("box")
    let objects = OpenObjects()
    let name = OpenObjects.Name([65], in: old)
    objects.keep(held, as: name, after: objects.find(name).changes)
    #expect(objects.find(name).object != nil)
    #expect(objects.find(OpenObjects.Name([65], in: try store.bucket("box"))).object == nil)
    #expect(await storeCode { _ = try store.object([65], in: "box") } == .objectAbsent)
  }

  @Test func `a file that went away is forgotten by the deletion of its key`() async throws {
    let fixture = try StoreFixture()
    let store = try fixture.open()
    try await store.createBucket("box")
    try await store.put(Array("A".utf8), Self.large(1))
    #expect(try store.body(Array("A".utf8)) == Self.large(1))
    try FileManager.default.removeItem(atPath: fixture.file(of: "A", in: "box"))
    #expect(try await !store.delete(Array("A".utf8), in: "box", condition: .always))
    #expect(
      await storeCode { _ = try store.object(Array("A".utf8), in: "box") } == .objectAbsent)
  }

  @Test func `what was opened before the end of a change is not kept after it`() async throws {
    let store = try StoreFixture().open()
    try await store.createBucket("box")
    try await store.put([65], Self.large(1))
    let bucket = try store.bucket("box")
    let objects = OpenObjects()
    let (name, other) = (OpenObjects.Name([65], in: bucket), OpenObjects.Name([66], in: bucket))
    let object = try store.object([65], in: "box")
    let before = objects.find(name).changes
    objects.keep(object, as: name, after: before)
    #expect(objects.find(name).object != nil && objects.find(other).object == nil)
    try objects.changing(name) { () throws(StoreError) in
      #expect(objects.find(name).object == nil)
      objects.keep(object, as: name, after: before)
      objects.keep(object, as: name, after: objects.find(name).changes)
      #expect(objects.find(name).object == nil)
    }
    objects.keep(object, as: name, after: before)
    #expect(objects.find(name).object == nil)
    objects.keep(object, as: name, after: objects.find(name).changes)
    #expect(objects.find(name).object != nil)
    try objects.changing(other) { () throws(StoreError) in }
    #expect(objects.find(name).object != nil)
    let failed = await storeCode {
      try objects.changing(name) { () throws(StoreError) in throw StoreError(.diskFull, "") }
    }
    #expect(failed == .diskFull && objects.find(name).object == nil)
  }

  @Test func `a small object is not kept, and of large ones not more than the bound`() async throws
  {
    let store = try StoreFixture().open()
    try await store.createBucket("box")
    let bucket = try store.bucket("box")
    try await store.put([0], "small")
    #expect(try store.body([0]) == "small")
    let count = OpenObjects.countMax + 6
    for number in 1...count {
      try await store.put([UInt8(number)], Self.large(number))
    }
    for number in 1...count { #expect(try store.body([UInt8(number)]) == Self.large(number)) }
    let kept = (0...count).filter {
      store.openObjects.find(OpenObjects.Name([UInt8($0)], in: bucket)).object != nil
    }
    #expect(kept == Array((count - 5)...count))
  }

  @Test func `readers see a whole version while it is replaced, and none that is older`()
    async throws
  {
    let store = try StoreFixture().open()
    try await store.createBucket("box")
    try await store.put([65], Self.large(0))
    let published = Lock(0)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for number in 1...60 {
          try await store.put([65], Self.large(number))
          published.withLock { $0 = number }
        }
      }
      for _ in 0..<3 {
        group.addTask {
          var last = 0
          while last < 60 {
            let least = max(last, published.withLock { $0 })
            let body = try store.body([65])
            last = body.utf8.count - 20_000
            try #require(last >= least && body == Self.large(last))
            await Task.yield()
          }
        }
      }
      try await group.waitForAll()
    }
  }
}
