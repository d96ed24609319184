// One of the policies that a tenant had: what held, since when, and who changed it.

package import Base
import ScrubContract

/// A policy with the change that made it.
package struct PolicyRevision: Sendable, Hashable {
  /// The policy.
  package let policy: TenantPolicy
  /// When it was put in place; nothing for one from before there was a history.
  package let changedAt: Timestamp?
  /// The audit event of the change.
  package let event: EventID?
  /// Who changed it, unless erased.
  package let changedBy: PersonReference?

  /// Takes the values as they are.
  package init(
    policy: TenantPolicy, changedAt: Timestamp?, event: EventID?, changedBy: PersonReference?
  ) {
    self.policy = policy
    self.changedAt = changedAt
    self.event = event
    self.changedBy = changedBy
  }
}

extension TenantPolicy {
  /// Throws `policy-contradictory` if one member makes another pointless; the detail names both.
  ///
  /// Asked when a policy is put in place, not when a stored one is read: older rules stay readable.
  package func checkConsistency() throws(DeliveryError) {
    let shortest = TenantPolicy.objectURLSecondsRange.lowerBound
    let faults: [(Bool, String)] = [
      (
        objectURLSeconds > max(shortest, linkSeconds.max),
        "object_url_seconds (\(objectURLSeconds)) is longer than link_seconds.max "
          + "(\(linkSeconds.max)): the file could be fetched after every link has ended"
      ),
      (
        deliveredTypes?.isEmpty ?? false,
        "delivered_types is empty while upload_bytes_max is \(uploadBytesMax): nothing could be "
          + "published; leave delivered_types out to accept what can be scrubbed"
      ),
      (
        scrub[.scripts] == .keep && inlineTypes.contains { $0.text == "image/svg+xml" },
        "scrub.scripts is keep while inline_types has image/svg+xml: a drawing would run its "
          + "scripts in the customer's browser"
      ),
    ]
    let found = faults.filter(\.0).map(\.1) + [scrub.contradiction].compactMap(\.self)
    guard !found.isEmpty else { return }
    throw DeliveryError(.policyContradictory, found.joined(separator: "; ") + ".")
  }
}
