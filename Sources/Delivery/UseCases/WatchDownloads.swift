// Looks at the downloads at work, cuts those that have lost their ground, and records the ends that
// nobody else records: of downloads that were never sent, and of a gateway that stopped at work.

package import Base
import Cryptography

/// Watches over downloads.
package struct WatchDownloads: Sendable {
  /// How many downloads of a stopped gateway are ended at once.
  private static let unfinishedMax = 256

  private let store: any MetadataStore
  private let running: RunningDownloads
  private let clock: Clock

  /// Puts the parts together.
  package init(store: any MetadataStore, running: RunningDownloads, clock: Clock) {
    self.store = store
    self.running = running
    self.clock = clock
  }

  /// Looks once at all of them; about 20 µs for each.
  ///
  /// A store that cannot be asked ends them: nobody could take anything back. Throws `store-…` if an
  /// end could not be recorded; it is tried again the next time.
  package func look() async throws(DeliveryError) {
    for control in running.controls {
      if control.isAbandoned {
        try await end(control.started, .clientGone, sent: 0)
        running.count(.clientGone, bytes: 0)
        running.remove(control)
        continue
      }
      var reason: DownloadEnd?
      do {
        reason = DownloadRule.interruption(try await store.runningFacts(control.started))
      } catch {
        reason = .storeUnavailable
      }
      if let reason { control.cut(reason) }
    }
  }

  /// Ends the downloads of a gateway that stopped at work; called before any begins. Throws `store-…`.
  /// - Returns: How many there were.
  package func endUnfinished() async throws(DeliveryError) -> Int {
    var count = 0
    while true {
      let found: [StartedDownload]
      do {
        found = try await store.unfinishedDownloads(
          startedBefore: clock.now(), limit: Self.unfinishedMax)
      } catch { throw DeliveryError(error) }
      for started in found { try await end(started, .gatewayRestarted, sent: nil) }
      count += found.count
      if found.count < Self.unfinishedMax { return count }
    }
  }

  private func end(
    _ started: StartedDownload, _ end: DownloadEnd, sent: Int64?
  ) async throws(DeliveryError) {
    let event = started.event(
      end, sent: sent, id: EventID(at: clock.now(), random: Random.pair()))
    do {
      _ = try await store.endDownload(started.delivery, of: started.tenant, event: event)
    } catch { throw DeliveryError(error) }
  }
}
