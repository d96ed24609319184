// Links of the memory store that are revoked many at once, and what was handed out.

import Base
package import Delivery

/// A revocation of a set of links.
struct LinkCutoff {
  let tenant: TenantID
  let set: LinkSet
  /// The index of its event: links with a lower one are revoked.
  let index: Int64
  let moment: Timestamp
}

extension MemoryStore {
  package func revokeLinks(
    _ set: LinkSet, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> SetRevocation {
    try await change()
    if case .document(let id) = set, visible(id, .issue, access) == nil {
      throw absent("document")
    }
    let place = try record(event)
    let live = links.values.filter { link in
      link.tenant == access.tenant && set.includes(link) && documents[link.document] != nil
        && current(link).state(at: access.moment) == .live
    }
    linkCutoffs.append(
      LinkCutoff(tenant: access.tenant, set: set, index: place.index, moment: place.time))
    return SetRevocation(
      links: Int64(live.count),
      handedOut: handedOut(for: set, of: access.tenant, at: access.moment), sequenced: place)
  }

  /// The link with the first moment at which it was revoked, by itself or with others.
  func current(_ link: Link) -> Link {
    let place = linkPlaces[link.id] ?? -1
    let moments = linkCutoffs.filter { cutoff in
      cutoff.tenant == link.tenant && cutoff.set.includes(link) && cutoff.index > place
    }.map(\.moment)
    var link = link
    link.revokedAt = (moments + [link.revokedAt].compactMap(\.self)).min()
    return link
  }

  /// What was handed out for a set of links and may still work.
  func handedOut(for set: LinkSet, of tenant: TenantID, at moment: Timestamp) -> HandedOut {
    let members = links.values.filter { $0.tenant == tenant && set.includes($0) }
    var ends = [Timestamp]()
    switch set {
    case .document(let id):
      ends = versions(of: id).compactMap { deletedObjects.contains($0.id) ? nil : urlEnds[$0.id] }
    case .subject(let subject):
      ends = presignedURLs.filter { $0.tenant == tenant && $0.subject == subject }.map(\.end)
      ends += members.compactMap(\.lastURLExpiresAt)
    case .all:
      let standing = versions.values.filter {
        $0.tenant == tenant && !deletedObjects.contains($0.id)
      }
      ends = standing.compactMap { urlEnds[$0.id] }
    }
    return HandedOut(
      lastURLExpiresAt: ends.filter { $0 > moment }.max(),
      isSending: downloads.values.contains { download in
        download.tenant == tenant && members.contains { $0.id == download.link }
      })
  }

  /// What was handed out of a version and may still work.
  func handedOut(of version: Version, at moment: Timestamp) -> HandedOut {
    HandedOut(
      lastURLExpiresAt: deletedObjects.contains(version.id)
        ? nil : urlEnds[version.id].flatMap { $0 > moment ? $0 : nil },
      isSending: downloads.values.contains { $0.version == version.id })
  }
}
