// Downloads through the gateway: kept from their first event to their last.

package import Base
package import Delivery

extension SQLiteStore: DownloadSteps {
  package func runningFacts(
    _ download: StartedDownload
  ) async throws(StoreError) -> RunningFacts? {
    try readers.read { (connection) throws(StoreError) in
      try connection.snapshot { (connection) throws(StoreError) in
        guard let link = try connection.link(download.link, of: download.tenant),
          let document = try connection.document(download.document, of: download.tenant),
          let version = try connection.version(
            download.version, of: download.document, download.tenant)
        else { return nil }
        // A grant that merely ended since the beginning was valid then; a removed one is gone.
        let permission = try connection.permission(
          .issue, on: document, link.authority, at: download.startedAt)
        var isWithdrawn = false
        if case .withdrawn = version.state { isWithdrawn = true }
        return RunningFacts(
          isRevoked: link.revokedAt != nil, isGrantLive: permission != nil,
          isWithdrawn: isWithdrawn)
      }
    }
  }

  package func endDownload(
    _ delivery: DeliveryID, of tenant: TenantID, event: AuditEvent
  ) async throws(StoreError) -> Sequenced? {
    try await writer.submit(.record) { (session) throws(StoreError) in
      guard try session.connection.run(Queries.end, [.tenant(tenant), .id(delivery)]) == 1 else {
        return nil
      }
      return try session.sequence(event)
    }
  }

  package func unfinishedDownloads(
    startedBefore moment: Timestamp, limit: Int
  ) async throws(StoreError) -> [StartedDownload] {
    try await readers.readList { (connection) throws(StoreError) in
      try connection.snapshot { (connection) throws(StoreError) in
        let rows = try connection.all(
          Queries.unfinished, [.time(moment), .integer(Int64(limit))]
        ) { (row) throws(StoreError) in try row.download() }
        var found = [StartedDownload]()
        for row in rows {
          // Links and versions stay when their document is deleted.
          let link = try Row.require(try connection.link(row.link, of: row.tenant))
          let version = try Row.require(
            try connection.version(row.version, of: link.document, row.tenant))
          found.append(
            StartedDownload(
              row.delivery, link, version, row.part, status: row.status, at: row.startedAt))
        }
        return found
      }
    }
  }
}

extension Connection {
  /// Keeps a download until it ends.
  func start(_ download: StartedDownload) throws(StoreError) {
    try run(
      Queries.start,
      [
        .tenant(download.tenant), .id(download.delivery), .id(download.link),
        .id(download.version), .time(download.startedAt), .integer(download.part.lowerBound),
        .integer(Int64(download.part.count)), .integer(Int64(download.status)),
      ])
  }

  /// Whether a download of the link has begun and not ended.
  func isSending(_ link: Link) throws(StoreError) -> Bool {
    try exists(Queries.sending, [.tenant(link.tenant), .id(link.id)])
  }

  fileprivate func link(_ id: LinkID, of tenant: TenantID) throws(StoreError) -> Link? {
    try first(Queries.link, [.tenant(tenant), .id(id)]) { (row) throws(StoreError) in
      try row.link()
    }
  }
}

private struct DownloadRow {
  let tenant: TenantID
  let delivery: DeliveryID
  let link: LinkID
  let version: VersionID
  let startedAt: Timestamp
  let part: Range<Int64>
  let status: Int
}

extension Row {
  fileprivate mutating func download() throws(StoreError) -> DownloadRow {
    let tenant = try tenant()
    let delivery: DeliveryID = try self.id()
    let link: LinkID = try self.id()
    let version: VersionID = try self.id()
    let startedAt = time()
    let (first, count) = (integer(), integer())
    return DownloadRow(
      tenant: tenant, delivery: delivery, link: link, version: version, startedAt: startedAt,
      part: first..<(first + count), status: Int(integer()))
  }
}

private enum Queries {
  static let start = Query(
    """
    insert into downloads
      (tenant, delivery, link, version, started_at, first_byte, byte_count, status)
    values (\(SQLText.parameters(1, 8)))
    """)
  static let end = Query("delete from downloads where tenant = ? and delivery = ?")
  static let sending = Query("select 1 from downloads where tenant = ? and link = ?")
  static let link = Query("select \(Row.link) from links where tenant = ? and id = ?")
  // Over all tenants: the gateway that left them served them all.
  static let unfinished = Query(
    """
    select tenant, delivery, link, version, started_at, first_byte, byte_count, status
    from downloads where started_at < ?1 order by tenant, delivery limit ?2
    """)
}
