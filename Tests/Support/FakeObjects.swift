// Object storage in memory, behind the closures of the port.

package import Base
import Cryptography
package import Delivery

/// Objects in a dictionary; failures on demand.
package final class FakeObjects: Sendable {
  /// What can be made to fail.
  package enum Step: Sendable, Hashable { case put, presign, open, read, head, delete }

  private struct State {
    var objects: [ObjectKey: StoredObject] = [:]
    var orders: [PresignOrder] = []
    var failures: [Step: ObjectError] = [:]
    var failuresOnce: [Step: ObjectError] = [:]
    var contents: [ObjectKey: [UInt8]] = [:]
    var openings: [Range<Int64>] = []
    var credentialEnd: Timestamp?
  }

  private let state = Lock(State())
  private let clock: Clock

  /// An empty bucket.
  package init(clock: Clock) { self.clock = clock }

  /// Lets a step fail until it is called with nothing.
  package func fail(_ step: Step, with code: ObjectError.Code?) {
    state.withLock { $0.failures[step] = code.map { ObjectError($0, "The test wants it.") } }
  }

  /// Lets the next call of a step fail.
  package func failOnce(_ step: Step, with code: ObjectError.Code) {
    state.withLock { $0.failuresOnce[step] = ObjectError(code, "The test wants it.") }
  }

  /// No URL outlives this moment.
  package func endCredential(at moment: Timestamp?) {
    state.withLock { $0.credentialEnd = moment }
  }

  /// Puts an object as if somebody had.
  package func add(_ key: ObjectKey, size: Int64 = 1) {
    state.withLock { $0.objects[key] = StoredObject(size: size, entityTag: nil) }
  }

  /// Puts an object with these bytes.
  package func add(_ key: ObjectKey, _ bytes: [UInt8]) {
    state.withLock { state in
      state.objects[key] = StoredObject(size: Int64(bytes.count), entityTag: nil)
      state.contents[key] = bytes
    }
  }

  /// The parts that were opened, in order.
  package var openings: [Range<Int64>] { state.withLock { $0.openings } }

  /// The size of the pieces that are read.
  package static let pieceBytes: Int64 = 100

  /// The keys of all objects.
  package var keys: Set<ObjectKey> { state.withLock { Set($0.objects.keys) } }

  /// What was asked to be signed.
  package var orders: [PresignOrder] { state.withLock { $0.orders } }

  /// The port.
  package var access: ObjectAccess {
    ObjectAccess(
      put: { key, file, _ throws(ObjectError) in
        try self.check(.put)
        self.state.withLock {
          $0.objects[key] = StoredObject(size: file.size, entityTag: "\"\(file.sha256.hex)\"")
        }
      },
      presign: { order throws(ObjectError) in try self.presign(order) },
      open: { key, part throws(ObjectError) in try self.open(key, part) },
      head: { key throws(ObjectError) in
        try self.check(.head)
        return self.state.withLock { $0.objects[key] }
      },
      delete: { key throws(ObjectError) in
        try self.check(.delete)
        self.state.withLock { $0.objects[key] = nil }
      })
  }

  /// An object without bytes reads as zeros.
  private func open(_ key: ObjectKey, _ part: Range<Int64>) throws(ObjectError) -> ObjectReader {
    try check(.open)
    guard
      let bytes = state.withLock({ state -> [UInt8]? in
        state.openings.append(part)
        return state.contents[key]
          ?? state.objects[key].map { [UInt8](repeating: 0, count: Int($0.size)) }
      })
    else { throw ObjectError(.refused, "There is no such object.") }
    let position = Lock(part.lowerBound)
    return ObjectReader { () async throws(ObjectError) in
      try self.check(.read)
      let piece: Range<Int64> = position.withLock { position in
        let start = position
        position = min(start + Self.pieceBytes, part.upperBound)
        return start..<position
      }
      guard !piece.isEmpty else { return nil }
      // What was cut off is missing, as at a store that breaks off.
      let present = piece.clamped(to: 0..<Int64(bytes.count))
      return present.isEmpty ? nil : Array(bytes[Int(present.lowerBound)..<Int(present.upperBound)])
    }
  }

  private func presign(_ order: PresignOrder) throws(ObjectError) -> PresignedURL {
    try check(.presign)
    let wanted = clock.now().adding(seconds: order.seconds)
    let end = state.withLock { state in
      state.orders.append(order)
      return state.credentialEnd.map { min($0, wanted) } ?? wanted
    }
    return PresignedURL(
      secretText: "https://store.test/\(order.key)?x-pst-delivery=\(order.delivery)",
      expiresAt: end)
  }

  private func check(_ step: Step) throws(ObjectError) {
    let error: ObjectError? = state.withLock { state in
      state.failuresOnce.removeValue(forKey: step) ?? state.failures[step]
    }
    if let error { throw error }
  }
}
