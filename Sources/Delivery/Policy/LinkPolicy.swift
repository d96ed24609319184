// What a caller may ask of a new link, under the tenant's policy.

/// The rules for new links.
package enum LinkPolicy {
  /// The version that may be linked; throws `version-unavailable`, `version-not-found`,
  /// `version-withdrawn` or `version-superseded`.
  package static func version(
    of target: LinkTarget, _ selector: VersionSelector, _ policy: TenantPolicy, access: Access
  ) throws(DeliveryError) -> Version {
    guard let version = target.version else {
      if case .pinned = selector { throw .versionNotFound }
      throw DeliveryError(.versionUnavailable, "The document has no version to deliver now.")
    }
    if case .withdrawn = version.state {
      throw DeliveryError(.versionWithdrawn, "The version was withdrawn.")
    }
    guard version.isDeliverable(at: access.moment) else {
      throw DeliveryError(.versionUnavailable, "The version is not valid now.")
    }
    if target.isSuperseded, !policy.allowsSupersededVersions {
      throw DeliveryError(.versionSuperseded, "There is a newer version of the document.")
    }
    return version
  }

  /// What a GET will do; throws `landing-conflict` for a counted link that redirects on GET,
  /// because programs that look at links would use it up.
  package static func landing(
    _ asked: LandingChoice?, isCounted: Bool, _ policy: TenantPolicy
  ) throws(DeliveryError) -> Landing {
    if asked == .direct, isCounted {
      throw DeliveryError(
        .landingConflict, "A link with max_downloads needs a page: a GET never uses one up.")
    }
    switch asked ?? policy.landing {
    case .page: return .page
    case .direct, .auto: return isCounted ? .page : .direct
    }
  }

  /// Throws `downloads-out-of-range` unless the policy allows so many.
  package static func check(
    downloads: Int?, _ policy: TenantPolicy
  ) throws(DeliveryError) {
    guard let downloads, !(1...policy.downloadsMax).contains(downloads) else { return }
    throw DeliveryError(
      .downloadsOutOfRange, "max_downloads is from 1 to \(policy.downloadsMax).")
  }

  /// The disposition; throws `inline-forbidden` for a type that browsers must not show.
  package static func disposition(
    _ asked: Disposition?, _ type: MediaType, _ policy: TenantPolicy
  ) throws(DeliveryError) -> Disposition {
    guard asked == .inline else { return .attachment }
    guard policy.inlineTypes.contains(type) else {
      throw DeliveryError(.inlineForbidden, "Files of this type are saved, not shown.")
    }
    return .inline
  }
}
