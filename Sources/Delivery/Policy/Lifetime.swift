// How long a URL lives: what was asked, held between the policy's bounds, cut where something it
// depends on ends before. The answer says which bound won.

package import Base

/// A decided end with its reason.
package struct Lifetime: Sendable, Hashable {
  /// When the URL dies.
  package private(set) var expiresAt: Timestamp
  /// Which bound decided that.
  package private(set) var reason: ExpiryReason

  /// Decides from what was asked, in seconds; throws `expiry-out-of-range` outside 1 s to 7 days.
  package init(
    asked: Int64?, bounds: LifetimeBounds, from moment: Timestamp
  ) throws(DeliveryError) {
    guard let asked else {
      expiresAt = moment.adding(seconds: bounds.standard)
      reason = .policyDefault
      return
    }
    guard (1...LifetimeBounds.hardMaxSeconds).contains(asked) else {
      throw DeliveryError(
        .expiryOutOfRange, "expires_in is from 1 to \(LifetimeBounds.hardMaxSeconds) seconds.")
    }
    let seconds = min(max(asked, bounds.min), bounds.max)
    expiresAt = moment.adding(seconds: seconds)
    reason = seconds == asked ? .asked : seconds < asked ? .policyMaximum : .policyMinimum
  }

  /// Ends no later than `end`, if there is one.
  package mutating func cut(at end: Timestamp?, _ reason: ExpiryReason) {
    guard let end, end < expiresAt else { return }
    expiresAt = end
    self.reason = reason
  }
}
