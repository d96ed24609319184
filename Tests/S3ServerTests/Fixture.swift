// A store in a throw-away folder, with a clock that stands still until it is moved.

import Base
import Foundation
import Synchronization
import Testing

@testable import S3Server

/// A folder that goes away with the fixture.
final class StoreFixture: Sendable {
  let path: String
  let seconds = Atomic<Int64>(1_700_000_000)

  init() throws {
    path = NSTemporaryDirectory() + "store-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      Issue.record(error)
    }
  }

  var clock: Clock {
    Clock(
      now: { Timestamp(seconds: self.seconds.load(ordering: .relaxed)) },
      monotonicNanoseconds: { 0 })
  }

  /// Opens the store; every call counts upload identifiers from the start again.
  func open(_ limits: StoreLimits = StoreLimits()) throws -> ObjectStore {
    let counter = Atomic<UInt64>(0)
    return try ObjectStore(
      path: path, limits: limits, clock: clock,
      random: { (0, counter.wrappingAdd(1, ordering: .relaxed).newValue) })
  }

  func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path + "/" + folder).sorted()
  }

  /// Flips one bit of a file.
  static func flip(_ path: String, at position: Int) throws {
    var data = try Data(contentsOf: URL(fileURLWithPath: path))
    data[position] ^= 1
    try data.write(to: URL(fileURLWithPath: path))
  }

  /// The file of a key, as a path.
  func file(of key: String, in bucket: String) -> String {
    let place = Bucket.place(of: Array(key.utf8))
    return path + "/buckets/\(bucket)/\(place.folder)/\(place.file)"
  }
}

extension ObjectStore {
  @discardableResult
  func put(
    _ key: [UInt8], _ body: String, in bucket: String = "box",
    condition: WriteCondition = .always, fields: [ObjectField] = []
  ) async throws -> ObjectRecord {
    let writer = try writer(key, in: bucket, size: nil, promised: PromisedDigests())
    try await writer.append(Array(body.utf8))
    return try await writer.publish(Publication(fields: fields, condition: condition))
  }

  func body(_ key: [UInt8], in bucket: String = "box") throws -> String {
    let object = try object(key, in: bucket)
    let bytes = try object.smallBody ?? object.descriptor.read(Int(object.record.size), at: 0)
    return String(decoding: bytes, as: UTF8.self)
  }

  func keys(_ query: ListQuery = ListQuery()) async throws -> [String] {
    try await list(query, in: "box").entries.map { entry in
      switch entry {
      case .object(let object): String(decoding: object.key, as: UTF8.self)
      case .prefix(let prefix): String(decoding: prefix, as: UTF8.self)
      }
    }
  }
}

/// The code of the store error that `body` throws; nothing if it throws none.
func storeCode(_ body: () async throws -> Void) async -> StoreCode? {
  do {
    try await body()
    return nil
  } catch {
    return (error as? StoreError)?.code
  }
}
