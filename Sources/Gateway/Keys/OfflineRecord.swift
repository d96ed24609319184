// Records a change of a key while no server runs: the lock of the database says whether that is so.

package import Base
package import Delivery
import Glibc
import SQLiteStore

/// Writes to the system's log of a data folder that nobody serves.
package enum OfflineRecord {
  /// Records a change by the user who runs this process.
  /// - Throws: `database-unusable` if a server runs, or the change cannot be recorded.
  package static func record(
    _ change: KeyChange, in folder: DataFolder, clock: Clock = .system
  ) async throws(StartError) {
    guard let subject = SubjectID("uid-\(getuid())") else {
      preconditionFailure("a number is a printable name")
    }
    do {
      let store = try SQLiteStore(
        SQLiteStore.Settings(folder: folder.path, node: "postern-keys"), clock: clock)
      let outcome: Result<Sequenced, DeliveryError>
      do throws(DeliveryError) {
        outcome = .success(
          try await RecordKeyChange(store: store, clock: clock)(
            change, by: Principal(adminSocketPeer: subject),
            request: RequestContext(id: "postern-keys")))
      } catch {
        outcome = .failure(error)
      }
      await store.close()
      _ = try outcome.get()
    } catch {
      throw StartError(.databaseUnusable, "the change cannot be recorded: \(error)")
    }
  }
}
