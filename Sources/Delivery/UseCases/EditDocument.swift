// A caller mends what a document is called and how it is filed, or when a version may be delivered.
// The contents never change.

package import Base
import JSONText

/// Changes documents and the validity of versions.
package struct EditDocument: Sendable {
  /// How often a change is tried anew because somebody else was faster.
  private static let attemptsMax = 3

  private let store: any MetadataStore
  private let denials: Denials
  private let clock: Clock

  /// Puts the parts together.
  package init(store: any MetadataStore, denials: Denials, clock: Clock) {
    self.store = store
    self.denials = denials
    self.clock = clock
  }

  /// What to change; what is nothing stays.
  package struct Order: Sendable {
    /// The document.
    package var document: DocumentID
    /// The new title.
    package var title: String?
    /// The new type.
    package var type: DocumentType?
    /// All labels from now on.
    package var labels: [Label]?
    /// Labels to put on beside those that are there.
    package var addedLabels: [Label] = []
    /// Labels to take off.
    package var removedLabels: [Label] = []
    /// The new period; an inner nothing takes it away.
    package var period: DocumentPeriod??
    /// The revision that the caller has seen; another one is a conflict.
    package var revision: Int64?

    /// Changes nothing yet.
    package init(_ document: DocumentID) { self.document = document }
  }

  /// Changes a document.
  ///
  /// The caller must be allowed to write it before and after: else a change of type or labels would
  /// carry a document out of the grants of its writers, or into those of others. Nothing is recorded
  /// if nothing changes. Throws `scope-missing`, `document-not-found`, `title-invalid`,
  /// `too-many-labels`, `document-retained` if the new type would be kept shorter, `conflict`,
  /// `store-…`.
  package func callAsFunction(
    _ order: Order, by caller: Caller
  ) async throws(DeliveryError) -> (view: DocumentView, sequenced: Sequenced?) {
    try await denials.require(.documentsWrite, of: caller, document: order.document)
    for attempt in 1... {
      let now = clock.now()
      let access = caller.access(at: now)
      let view = try await look(order.document, access, caller)
      if let revision = order.revision, revision != view.document.revision {
        throw DeliveryError(
          .conflict, "The document has revision \(view.document.revision) by now.")
      }
      let changed = try EditDocument.changed(view.document, order, at: now)
      let names = EditDocument.changes(view.document, changed)
      guard !names.isEmpty else { return (view, nil) }
      try await checkRetention(view.document, changed, access)
      let event = AuditEvent(
        .documentChange, by: caller, at: now, object: AuditObject(document: order.document),
        grant: view.grant, rule: "change " + names.joined(separator: ","))
      do {
        let sequenced = try await store.updateDocument(changed, access, event: event)
        return (
          DocumentView(document: changed, current: view.current, grant: view.grant), sequenced
        )
      } catch {
        switch error.code {
        case .conflict where order.revision == nil && attempt < EditDocument.attemptsMax: continue
        case .notFound:
          throw await denials.record(
            .documentNotFound, of: caller, document: order.document)
        default: throw DeliveryError(error)
        }
      }
    }
    throw DeliveryError(.conflict, "The document changed in the meantime.")
  }

  /// Changes from when until when a version can be linked; links that are out follow.
  ///
  /// An outer nothing leaves a bound as it is, an inner one takes the end away. Throws
  /// `scope-missing`, `document-not-found`, `version-not-found`, `version-withdrawn`,
  /// `validity-invalid`, `store-…`.
  package func setValidity(
    of version: VersionID, of document: DocumentID, from: Timestamp?, until: Timestamp??,
    by caller: Caller
  ) async throws(DeliveryError) -> VersionChange {
    try await denials.require(.documentsWrite, of: caller, document: document)
    for attempt in 1... {
      let now = clock.now()
      let access = caller.access(at: now)
      let view = try await look(document, access, caller)
      let stored = try await publishedVersion(version, of: document, access)
      let start = from ?? stored.validFrom
      let end = until ?? stored.validUntil
      if let end, end <= start {
        throw DeliveryError(.validityInvalid, "valid_until lies after valid_from.")
      }
      let event = AuditEvent(
        .versionChange, by: caller, at: now, object: AuditObject(stored), grant: view.grant,
        rule: "valid from \(start)" + (end.map { " until \($0)" } ?? ""))
      do {
        return try await store.setValidity(
          of: stored, from: start, until: end, access, event: event)
      } catch {
        // What was read may have changed: a bound that is to stay must be the one that is there.
        guard error.code == .conflict, attempt < EditDocument.attemptsMax else {
          throw DeliveryError(error)
        }
      }
    }
    throw DeliveryError(.conflict, "The version changed in the meantime.")
  }

  private func publishedVersion(
    _ version: VersionID, of document: DocumentID, _ access: Access
  ) async throws(DeliveryError) -> Version {
    let stored: Version?
    do {
      stored = try await store.version(version, of: document, access, right: .write)
    } catch { throw DeliveryError(error) }
    guard let stored else { throw .versionNotFound }
    guard stored.state == .ready else {
      throw DeliveryError(.versionWithdrawn, "The version was withdrawn.")
    }
    return stored
  }

  private func look(
    _ document: DocumentID, _ access: Access, _ caller: Caller
  ) async throws(DeliveryError) -> DocumentView {
    let view: DocumentView?
    do {
      view = try await store.document(document, access, right: .write)
    } catch { throw DeliveryError(error) }
    guard let view else {
      throw await denials.record(.documentNotFound, of: caller, document: document)
    }
    return view
  }

  /// A document that is retained keeps at least as long under its new type: a change of type must
  /// not be the way around the retention.
  private func checkRetention(
    _ old: Document, _ new: Document, _ access: Access
  ) async throws(DeliveryError) {
    guard old.type != new.type else { return }
    let policy: TenantPolicy
    let newest: Timestamp?
    do {
      policy = try await store.policy(of: access.tenant)
      let versions = try await store.versions(
        of: old.id,
        Access(
          tenant: access.tenant, authority: .operator, person: access.person,
          moment: access.moment), PageRequest(limit: 1))
      newest = versions?.items.first?.createdAt
    } catch let error as StoreError {
      throw DeliveryError(error)
    } catch let error as DeliveryError {
      throw error
    } catch {
      throw DeliveryError(.internal, "Something is wrong in the gateway.", cause: error)
    }
    guard let end = policy.retention.end(old.type, newestVersionAt: newest), end > access.moment
    else { return }
    let newEnd = policy.retention.end(new.type, newestVersionAt: newest)
    guard newEnd.map({ $0 >= end }) ?? false else { throw DeliveryError(.retained(until: end)) }
  }

  private static func changed(
    _ old: Document, _ order: Order, at now: Timestamp
  ) throws(DeliveryError) -> Document {
    var labels = order.labels ?? old.labels
    labels.removeAll(where: order.removedLabels.contains)
    return try Document(
      id: old.id, tenant: old.tenant, title: order.title ?? old.title,
      type: order.type ?? old.type, labels: labels + order.addedLabels,
      period: order.period ?? old.period, revision: old.revision + 1, createdAt: old.createdAt,
      updatedAt: max(now, old.updatedAt))
  }

  /// What differs, in words for the audit log.
  private static func changes(_ old: Document, _ new: Document) -> [String] {
    let parts = [
      ("title", !old.title.hasSameBytes(as: new.title)), ("type", old.type != new.type),
      ("labels", old.labels != new.labels), ("period", old.period != new.period),
    ]
    return parts.filter(\.1).map(\.0)
  }
}
