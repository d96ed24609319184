// What the store does with downloads through the gateway. They begin with `LinkSteps.redeem`, which
// keeps them until they have ended.

package import Base

/// Downloads at work.
package protocol DownloadSteps: Sendable {
  /// What decides whether a download goes on; nothing if its link, document or version are gone.
  func runningFacts(_ download: StartedDownload) async throws(StoreError) -> RunningFacts?

  /// Ends a download; nothing is recorded, and nothing returned, if it has ended before.
  func endDownload(
    _ delivery: DeliveryID, of tenant: TenantID, event: AuditEvent
  ) async throws(StoreError) -> Sequenced?

  /// Downloads that began before a moment and have not ended, at most `limit`.
  func unfinishedDownloads(
    startedBefore moment: Timestamp, limit: Int
  ) async throws(StoreError) -> [StartedDownload]
}
