// Object storage in memory, behind the closures of the port.

package import Base
import Cryptography
package import Delivery

/// Objects in a dictionary; failures on demand.
package final class FakeObjects: Sendable {
  /// What can be made to fail.
  package enum Step: Sendable, Hashable { case put, presign, head, delete }

  private struct State {
    var objects: [ObjectKey: StoredObject] = [:]
    var orders: [PresignOrder] = []
    var failures: [Step: ObjectError] = [:]
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

  /// No URL outlives this moment.
  package func endCredential(at moment: Timestamp?) {
    state.withLock { $0.credentialEnd = moment }
  }

  /// Puts an object as if somebody had.
  package func add(_ key: ObjectKey, size: Int64 = 1) {
    state.withLock { $0.objects[key] = StoredObject(size: size, entityTag: nil) }
  }

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
      head: { key throws(ObjectError) in
        try self.check(.head)
        return self.state.withLock { $0.objects[key] }
      },
      delete: { key throws(ObjectError) in
        try self.check(.delete)
        self.state.withLock { $0.objects[key] = nil }
      })
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
    if let error = state.withLock({ $0.failures[step] }) { throw error }
  }
}
