// Where the sealer gets the leaves. Two closures, because it must not be able to do more with the
// database than read its logs.

package import Delivery

/// Reads the sequenced leaves.
package struct LeafSource: Sendable {
  /// All logs with an event, and their sizes.
  package let logs: @Sendable () async throws(StoreError) -> [LogSize]

  /// Leaves of a log from an index on, in order.
  package let leaves:
    @Sendable (_ log: LogID, _ index: Int64, _ limit: Int) async throws(StoreError) -> [[UInt8]]

  /// Takes the closures.
  package init(
    logs: @escaping @Sendable () async throws(StoreError) -> [LogSize],
    leaves: @escaping @Sendable (LogID, Int64, Int) async throws(StoreError) -> [[UInt8]]
  ) {
    self.logs = logs
    self.leaves = leaves
  }
}
