// A caller looks at links: their state, never their secrets.

package import Base

/// Lists and shows links.
package struct ListLinks: Sendable {
  private let store: any MetadataStore
  private let denials: Denials
  private let clock: Clock

  /// Puts the parts together.
  package init(store: any MetadataStore, denials: Denials, clock: Clock) {
    self.store = store
    self.denials = denials
    self.clock = clock
  }

  /// The links to a document, the newest first.
  ///
  /// Throws `scope-missing`, `document-not-found`, `store-…`.
  package func list(
    to document: DocumentID, _ page: PageRequest<LinkID>, by caller: Caller
  ) async throws(DeliveryError) -> Page<Link> {
    try await denials.require(.documentsRead, of: caller, document: document)
    let found: Page<Link>?
    do {
      found = try await store.links(to: document, caller.access(at: clock.now()), page)
    } catch { throw DeliveryError(error) }
    guard let found else {
      throw await denials.record(.documentNotFound, of: caller, document: document)
    }
    return found
  }

  /// One link, and its state now.
  ///
  /// `links:create` is enough as well, for links that the caller issued. Throws `scope-missing`,
  /// `link-not-found`, `store-…`.
  package func show(
    _ id: LinkID, by caller: Caller
  ) async throws(DeliveryError) -> (link: Link, state: LinkState) {
    let scopes = caller.principal.scopes
    guard scopes.has(.documentsRead) || scopes.has(.linksCreate) else {
      throw await denials.record(.missing(.documentsRead), of: caller)
    }
    let now = clock.now()
    let found: Link?
    do {
      found = try await store.link(id, caller.access(at: now), right: .read)
    } catch { throw DeliveryError(error) }
    guard let found else { throw await denials.record(.linkNotFound, of: caller) }
    return (found, found.state(at: now))
  }
}
