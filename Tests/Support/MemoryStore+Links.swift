// Links of the memory store.

package import Base
package import Cryptography
package import Delivery

extension MemoryStore {
  package func recordLink(
    _ link: Link, _ access: Access, seen: StoreRevision, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await change()
    guard visible(link.document, .issue, access) != nil, link.tenant == access.tenant else {
      throw absent("document")
    }
    let (version, _) = selected(link.selector, of: link.document, at: access.moment)
    guard version?.isDeliverable(at: access.moment) == true else {
      throw StoreError(.versionUnavailable, "No version can be delivered.")
    }
    guard links[link.id] == nil, linkByDigest[link.tokenDigest] == nil else {
      throw taken("id")
    }
    let place = try record(event)
    links[link.id] = link
    linkPlaces[link.id] = place.index
    linkByDigest[link.tokenDigest] = link.id
    return place
  }

  package func recordPresignedURL(
    of version: VersionID, _ document: DocumentID, until end: Timestamp, _ access: Access,
    seen: StoreRevision, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await change()
    guard visible(document, .issue, access) != nil else { throw absent("document") }
    guard let found = versions[version], found.document == document,
      found.isDeliverable(at: access.moment)
    else { throw StoreError(.versionUnavailable, "The version cannot be delivered.") }
    let place = try record(event)
    countDelivery(of: version, at: access.moment, urlUntil: end)
    presignedURLs.append((access.tenant, access.authority.subject, end))
    return place
  }

  package func link(
    _ id: LinkID, _ access: Access, right: Right
  ) async throws(StoreError) -> Link? {
    try read()
    return reachable(id, access, right)
  }

  package func links(
    to document: DocumentID, _ access: Access, _ page: PageRequest<LinkID>
  ) async throws(StoreError) -> Page<Link>? {
    try read()
    guard visible(document, .read, access) != nil else { return nil }
    let all = links.values.filter { $0.document == document }.map(current)
      .sorted { $0.id > $1.id }
    return self.page(all, page) { $0.id < $1 }
  }

  package func revokeLink(
    _ id: LinkID, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> Revocation {
    try await change()
    guard var link = reachable(id, access, .issue) else { throw absent("link") }
    let isSending = downloads.values.contains { $0.link == id }
    guard link.revokedAt == nil else {
      return Revocation(link: link, sequenced: nil, isSending: isSending)
    }
    let place = try record(event)
    link.revokedAt = access.moment
    links[id] = link
    return Revocation(link: link, sequenced: place, isSending: isSending)
  }

  package func redemptionFacts(
    _ digests: [TokenDigest], session: SHA256Digest?, at moment: Timestamp
  ) async throws(StoreError) -> RedemptionFacts? {
    try read()
    return facts(digests, session, moment)
  }

  package func redeem(_ attempt: RedemptionAttempt) async throws(StoreError) -> RedemptionResult {
    try await change()
    guard let facts = facts(attempt.digests, attempt.session, attempt.moment) else {
      return .unknown
    }
    let policy = tenants[facts.link.tenant]?.policy ?? TenantPolicy()
    let step = attempt.step(facts, policy: policy)
    guard let event = step.event else { return .versionChanged }
    let place = try record(event)
    if let link = step.changedLink { links[link.id] = link }
    if let session = step.opensSession {
      sessions[session.digest] = Session(link: facts.link.id, expiresAt: session.expiresAt)
    }
    if let download = step.startsDownload { downloads[download.delivery] = download }
    if step.countsDelivery, case .granted(let redemption) = step.end {
      countDelivery(
        of: redemption.version.id, at: attempt.moment, urlUntil: event.transfer?.urlExpiresAt)
    }
    switch step.end {
    case .granted(let redemption): return .granted(redemption, place)
    case .refused(let refusal): return .refused(refusal, facts.link.id, place)
    case .versionChanged: return .versionChanged
    }
  }

  private func reachable(_ id: LinkID, _ access: Access, _ right: Right) -> Link? {
    guard let link = links[id].map(current), link.tenant == access.tenant,
      documents[link.document] != nil
    else { return nil }
    let isOwn = link.issuedBy == access.person
    return isOwn || visible(link.document, right, access) != nil ? link : nil
  }

  private func facts(
    _ digests: [TokenDigest], _ session: SHA256Digest?, _ moment: Timestamp
  ) -> RedemptionFacts? {
    guard let id = digests.lazy.compactMap({ self.linkByDigest[$0] }).first,
      let link = links[id].map(current), let document = documents[link.document]
    else { return nil }
    let access = Access(
      tenant: link.tenant, authority: link.authority, person: link.issuedBy, moment: moment)
    let (version, isSuperseded) = selected(link.selector, of: link.document, at: moment)
    let open = session.flatMap { sessions[$0] }
    return RedemptionFacts(
      link: link, document: document, version: version, isSuperseded: isSuperseded,
      isGrantLive: visible(link.document, .issue, access) != nil,
      hasOpenSession: open.map { $0.link == id && moment < $0.expiresAt } ?? false)
  }
}
