// The gateway sends a file itself. The object is opened first and the event recorded then, so that
// nothing is said to have begun while the store is away, and no byte leaves without its event.

package import Base
import Cryptography

/// Begins downloads through the gateway.
package struct SendDownload: Sendable {
  private let store: any MetadataStore
  private let objects: ObjectAccess
  private let running: RunningDownloads
  private let clock: Clock

  /// Puts the parts together.
  package init(
    store: any MetadataStore, objects: ObjectAccess, running: RunningDownloads, clock: Clock
  ) {
    self.store = store
    self.objects = objects
    self.running = running
    self.clock = clock
  }

  /// Begins to send a part of a file, or all of it; nothing if the link delivers something else by
  /// now, so that the visitor must be asked again.
  ///
  /// The link is asked again in the transaction that records the event. Throws `downloads-busy`,
  /// `object-store-unavailable`, `store-…`, and what `RedeemLink.get` throws.
  package func callAsFunction(
    _ plan: DownloadPlan, _ part: Range<Int64>, status: Int, request: RequestContext
  ) async throws(DeliveryError) -> Download? {
    guard let slot = running.enter(plan.link) else {
      throw DeliveryError(.downloadsBusy, "Too many downloads run at this moment.")
    }
    let key = plan.version.objectKey
    var reader: ObjectReader?
    if !part.isEmpty {
      do { reader = try await objects.open(key, part) } catch { throw DeliveryError(error) }
    }
    let moment = clock.now()
    let offer = DeliveryOffer(
      delivery: DeliveryID(at: moment, random: Random.pair()), version: plan.version.id,
      handing: .bytes(part, status: status), mayCount: false)
    let attempt = RedemptionAttempt(
      digests: plan.digests, purpose: .deliver(offer), session: plan.session, moment: moment,
      event: EventID(at: moment, random: Random.pair()), request: request,
      personal: PersonalData(
        address: request.address, userAgent: request.userAgent,
        salt: Random.bytes(PersonalData.saltBytes)))
    let result: RedemptionResult
    do { result = try await store.redeem(attempt) } catch { throw DeliveryError(error) }
    switch result {
    case .granted(let redemption, _):
      let started = StartedDownload(
        offer.delivery, redemption.link, redemption.version, part, status: status, at: moment)
      return Download(
        started, slot, reader, request, store: store, clock: clock,
        reopen: { [objects] (rest) throws(ObjectError) in try await objects.open(key, rest) })
    case .refused(let refusal, _, _): throw DeliveryError(refusal)
    case .versionChanged, .unknown: return nil
    }
  }
}
