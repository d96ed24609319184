// Looking at a link: its page, HEAD, OPTIONS, and whom the page of a dead link speaks for. None of it
// consumes a use or hands anything out; all that reaches a known link is recorded.

import Base

extension RedeemLink {
  /// HEAD: what a GET would be answered with. It is recorded and changes nothing. Throws as `get`
  /// does.
  package func head(_ visit: Visit) async throws(DeliveryError) -> LinkLook {
    let (known, facts) = try await find(visit)
    let purpose: RedemptionAttempt.Purpose = visit.isScanner ? .scan : .probe
    guard !showsPage(facts, visit) else {
      return .page(try await page(purpose, visit, known, facts))
    }
    let (seen, _) = try await grant(attempt(purpose, visit, known, at: clock.now()), visit)
    if let plan = try await plan(visit, known, facts) { return .send(plan) }
    let stored: StoredObject?
    do throws(ObjectError) {
      stored = try await objects.head(seen.version.objectKey)
    } catch {
      // The tag is a convenience; everything else is known here.
      stored = nil
    }
    return .file(
      LinkInspection(
        size: seen.version.size, mediaType: seen.version.mediaType, sha256: seen.version.sha256,
        entityTag: stored?.entityTag))
  }

  /// OPTIONS: records that somebody asked, and tells nothing about the token.
  ///
  /// Throws `store-…` only: live, dead and unknown links look alike.
  package func options(_ visit: Visit) async throws(DeliveryError) {
    do throws(DeliveryError) {
      let (known, _) = try await find(visit)
      _ = try await grant(
        attempt(visit.isScanner ? .scan : .probe, visit, known, at: clock.now()), visit)
    } catch {
      switch error.code {
      case .storeUnavailable, .storeFull, .internal: throw error
      default: return
      }
    }
  }

  /// Whom the page of a dead link speaks for; nothing for an unknown link, or if the store fails:
  /// then the page speaks for nobody.
  package func end(_ visit: Visit) async -> LinkEnd? {
    do throws(DeliveryError) {
      let (_, facts) = try await find(visit)
      let sender = try await sender(of: facts.link, try await policy(of: facts.link))
      let start = facts.version?.validFrom
      return LinkEnd(
        sender: sender, validFrom: start.flatMap { $0 > clock.now() ? $0 : nil })
    } catch {
      return nil
    }
  }

  /// Whether a GET is answered with the page, which is inert.
  ///
  /// Who reads pages gets one of a replaced version too, since only a page can say so.
  func showsPage(_ facts: RedemptionFacts, _ visit: Visit) -> Bool {
    if visit.isScanner { return true }
    if facts.hasOpenSession { return false }
    return facts.link.landing == .page || facts.isSuperseded && visit.readsPages
  }

  func page(
    _ purpose: RedemptionAttempt.Purpose, _ visit: Visit, _ known: Known, _ facts: RedemptionFacts
  ) async throws(DeliveryError) -> LinkPage {
    let moment = clock.now()
    let (seen, _) = try await grant(attempt(purpose, visit, known, at: moment), visit)
    let policy = try await policy(of: seen.link)
    return LinkPage(
      title: policy.showsTitleOnPage ? seen.document.title : nil, size: seen.version.size,
      mediaType: seen.version.mediaType, expiresAt: seen.link.expiresAt,
      usesLeft: seen.link.usesLeft, isSuperseded: facts.isSuperseded,
      sender: try await sender(of: seen.link, policy), moment: moment)
  }

  private func sender(
    of link: Link, _ policy: TenantPolicy
  ) async throws(DeliveryError) -> LinkSender {
    if let name = policy.brand.name { return LinkSender(name: name, brand: policy.brand) }
    let tenant: Tenant?
    do { tenant = try await store.tenant(link.tenant) } catch { throw DeliveryError(error) }
    return LinkSender(name: tenant?.name ?? link.tenant.text, brand: policy.brand)
  }
}
