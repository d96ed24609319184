// Downloads of the memory store.

package import Base
package import Delivery

extension MemoryStore {
  package func runningFacts(
    _ download: StartedDownload
  ) async throws(StoreError) -> RunningFacts? {
    try read()
    guard let link = links[download.link].map(current), documents[download.document] != nil,
      let version = versions[download.version]
    else { return nil }
    let access = Access(
      tenant: link.tenant, authority: link.authority, person: link.issuedBy,
      moment: download.startedAt)
    var isWithdrawn = false
    if case .withdrawn = version.state { isWithdrawn = true }
    return RunningFacts(
      isRevoked: link.revokedAt != nil,
      isGrantLive: visible(link.document, .issue, access) != nil, isWithdrawn: isWithdrawn)
  }

  package func endDownload(
    _ delivery: DeliveryID, of tenant: TenantID, event: AuditEvent
  ) async throws(StoreError) -> Sequenced? {
    try await change()
    guard downloads[delivery]?.tenant == tenant else { return nil }
    let place = try record(event)
    downloads[delivery] = nil
    return place
  }

  package func unfinishedDownloads(
    startedBefore moment: Timestamp, limit: Int
  ) async throws(StoreError) -> [StartedDownload] {
    try read()
    let all = downloads.values.filter { $0.startedAt < moment }
    return Array(all.sorted { $0.delivery < $1.delivery }.prefix(limit))
  }
}
