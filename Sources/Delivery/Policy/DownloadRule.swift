// Whether a download through the gateway may go on. Much less than what a redemption asks: what was
// given stays given, unless somebody took it back.

/// What is known of the ground on which a download runs.
package struct RunningFacts: Sendable, Hashable {
  /// Whether the link was revoked.
  package let isRevoked: Bool
  /// Whether a grant is left that allowed the link when the download began. One that has merely
  /// reached its end since then counts.
  package let isGrantLive: Bool
  /// Whether the version was withdrawn.
  package let isWithdrawn: Bool

  /// Takes the facts.
  package init(isRevoked: Bool, isGrantLive: Bool, isWithdrawn: Bool) {
    self.isRevoked = isRevoked
    self.isGrantLive = isGrantLive
    self.isWithdrawn = isWithdrawn
  }
}

/// The rule.
package enum DownloadRule {
  /// Why a running download must be cut; nothing if it may go on.
  ///
  /// Facts are absent when link, document or version are gone. A link that expires or is used up, and
  /// a newer version, end nothing: they only refuse what begins afterwards.
  package static func interruption(_ facts: RunningFacts?) -> DownloadEnd? {
    guard let facts else { return .documentDeleted }
    if facts.isRevoked { return .linkRevoked }
    if facts.isWithdrawn { return .versionWithdrawn }
    return facts.isGrantLive ? nil : .grantGone
  }
}
