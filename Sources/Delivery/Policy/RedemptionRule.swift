// What happens when a link is followed. The rule is pure: a store gathers the facts inside its
// transaction, asks the rule, applies the answer. So every store decides alike.

package import Base

/// All that a decision about one link needs, read at one moment.
package struct RedemptionFacts: Sendable, Hashable {
  /// The link.
  package let link: Link
  /// Its document.
  package let document: Document
  /// The version that the selector names; nothing if there is none.
  package let version: Version?
  /// Whether a newer version is deliverable than the one that the selector names.
  package let isSuperseded: Bool
  /// Whether the link's authority may still issue links to the document.
  package let isGrantLive: Bool
  /// Whether the caller showed the cookie of a session of this link that is still open.
  package let hasOpenSession: Bool

  /// Takes the facts.
  package init(
    link: Link, document: Document, version: Version?, isSuperseded: Bool, isGrantLive: Bool,
    hasOpenSession: Bool
  ) {
    self.link = link
    self.document = document
    self.version = version
    self.isSuperseded = isSuperseded
    self.isGrantLive = isGrantLive
    self.hasOpenSession = hasOpenSession
  }
}

/// Why a known link delivers nothing.
package enum LinkRefusal: String, Sendable, Hashable, CaseIterable {
  /// Its time is over.
  case expired = "link-expired"
  /// Somebody revoked it.
  case revoked = "link-revoked"
  /// All its downloads are used.
  case usedUp = "link-used-up"
  /// The grant on whose account it was issued is gone.
  case grantGone = "grant-gone"
  /// The version was withdrawn.
  case withdrawn = "version-withdrawn"
  /// The version is not the newest, and the tenant does not deliver others.
  case superseded = "version-superseded"
  /// The version is not valid yet.
  case notYetValid = "version-not-yet-valid"
  /// No version is valid now.
  case noVersion = "version-unavailable"
}

/// The rule.
package enum RedemptionRule {
  /// The version that the link delivers at `moment`, or why it delivers none.
  ///
  /// An open session stands for a use that is already counted; it forgives nothing else.
  package static func decide(
    _ facts: RedemptionFacts, policy: TenantPolicy, at moment: Timestamp
  ) -> Result<Version, LinkRefusalError> {
    switch facts.link.state(at: moment) {
    case .revoked: return .failure(.init(.revoked))
    case .expired: return .failure(.init(.expired))
    case .usedUp where !facts.hasOpenSession: return .failure(.init(.usedUp))
    case .usedUp, .live: break
    }
    guard facts.isGrantLive else { return .failure(.init(.grantGone)) }
    guard let version = facts.version else { return .failure(.init(.noVersion)) }
    if case .withdrawn = version.state { return .failure(.init(.withdrawn)) }
    guard moment >= version.validFrom else { return .failure(.init(.notYetValid)) }
    guard version.isDeliverable(at: moment) else { return .failure(.init(.noVersion)) }
    if facts.isSuperseded, !policy.allowsSupersededVersions {
      return .failure(.init(.superseded))
    }
    return .success(version)
  }
}

/// A refusal as the failure of a `Result`.
package struct LinkRefusalError: Error, Sendable, Hashable {
  /// The refusal.
  package let refusal: LinkRefusal

  /// Wraps a refusal.
  package init(_ refusal: LinkRefusal) { self.refusal = refusal }
}
