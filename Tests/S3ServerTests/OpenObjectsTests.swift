// Objects that are kept open: what is read after a change is what the change made.

import Base
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

  @Test func `a bucket that is made again is another one`() async throws {
    let store = try StoreFixture().open()
    for number in 0..<3 {
      try await store.createBucket("box")
      try await store.put([65], Self.large(number))
      #expect(try store.body([65]) == Self.large(number))
      #expect(try await store.delete([65], in: "box", condition: .always))
      try await store.deleteBucket("box")
      #expect(await storeCode { _ = try store.object([65], in: "box") } == .bucketAbsent)
    }
  }

  @Test func `what was opened before a change is not kept after it`() async throws {
    let store = try StoreFixture().open()
    try await store.createBucket("box")
    try await store.put([65], Self.large(1))
    let bucket = try store.bucket("box")
    let objects = OpenObjects()
    let (name, other) = (OpenObjects.Name([65], in: bucket), OpenObjects.Name([66], in: bucket))
    let object = try store.object([65], in: "box")
    let before = objects.find(name).changes
    objects.forget(name)
    objects.keep(object, as: name, after: before)
    #expect(objects.find(name).object == nil)
    objects.keep(object, as: name, after: objects.find(name).changes)
    #expect(objects.find(name).object != nil && objects.find(other).object == nil)
    objects.forget(other)
    #expect(objects.find(name).object != nil)
    objects.forget(name)
    #expect(objects.find(name).object == nil)
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
          var least = 0
          while least < 60 {
            least = published.withLock { $0 }
            let body = try store.body([65])
            let number = body.utf8.count - 20_000
            try #require(number >= least && body == Self.large(number))
            await Task.yield()
          }
        }
      }
      try await group.waitForAll()
    }
  }
}
