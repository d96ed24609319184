// The rules of one tenant: one document, versioned, every change audited. A tenant without one has
// the default, which is meant to be safe in production.

package import ScrubContract

/// What a tenant's links, presigned URLs and uploads may be.
package struct TenantPolicy: Sendable, Hashable {
  /// 0 for the default, then one more with each change; the store compares it.
  package var version: Int = 0
  /// How long links live.
  package var linkSeconds = LifetimeBounds(min: 60, standard: 600, max: 900)
  /// How long the presigned URL behind a link lives: 120 to 3600, default 300.
  package var objectURLSeconds: Int64 = 300
  /// How links deliver.
  package var delivery: DeliveryMode = .redirect
  /// The size in bytes above which browsers get the file through the gateway although links redirect,
  /// 0 to 64 GiB: they resume only at a URL that still works. Nothing for no size.
  package var proxyAboveBytes: Int64?
  /// Whether `presigned:create` may be used at all.
  package var allowsPresignedURLs: Bool = true
  /// How long a presigned URL lives that was asked for by itself.
  package var presignedSeconds = LifetimeBounds(min: 120, standard: 300, max: 900)
  /// What a GET does when the caller does not say.
  package var landing: LandingChoice = .auto
  /// The most downloads of one counted link, 1 to 1000.
  package var downloadsMax: Int = 100
  /// Whether a link's page shows the document's title; off, because scanners read pages.
  package var showsTitleOnPage: Bool = false
  /// Media types that may be shown in the browser; all others are saved.
  package var inlineTypes: Set<MediaType> = TenantPolicy.standardInlineTypes
  /// Media types that may be published; nothing for all that the scrubber can prove clean.
  package var deliveredTypes: Set<MediaType>?
  /// The largest upload, 1 byte to 64 GiB.
  package var uploadBytesMax: Int64 = 2 << 30
  /// Whether a link may be pinned to a version that a newer one has replaced.
  package var allowsSupersededVersions: Bool = true
  /// Whether the object of a withdrawn version is deleted.
  package var deletesWithdrawnObjects: Bool = true
  /// How long documents must be kept.
  package var retention = RetentionPolicy()
  /// What is done where dropping metadata changes what a document means, and the laxest answers that
  /// an upload may ask for.
  package var scrub = ScrubRules.standard

  /// What the pages of its links look like.
  package var brand = Brand()

  /// The default.
  package init() {}

  /// The range of `objectURLSeconds`: below, clocks and resumed downloads fail.
  package static let objectURLSecondsRange: ClosedRange<Int64> = 120...3600
  /// The range of `proxyAboveBytes`.
  package static let proxyAboveRange: ClosedRange<Int64> = 0...(64 << 30)
  /// The range of `uploadBytesMax`.
  package static let uploadBytesRange: ClosedRange<Int64> = 1...(64 << 30)
  /// The most media types in one list.
  package static let typesMax = 64

  /// Throws `policy-invalid` if a value is outside its range.
  package func check() throws(DeliveryError) {
    try linkSeconds.check("link_seconds", floor: 1)
    try presignedSeconds.check("presigned_seconds", floor: 1)
    let faults: [(Bool, String)] = [
      (version >= 0, "version is at least 0."),
      (
        TenantPolicy.objectURLSecondsRange.contains(objectURLSeconds),
        "object_url_seconds is from 120 to 3600."
      ),
      (
        proxyAboveBytes.map(TenantPolicy.proxyAboveRange.contains) ?? true,
        "proxy_above_bytes is from 0 to 68719476736."
      ),
      ((1...Link.downloadsMax).contains(downloadsMax), "downloads_max is from 1 to 1000."),
      (
        TenantPolicy.uploadBytesRange.contains(uploadBytesMax),
        "upload_bytes_max is from 1 to 68719476736."
      ),
      (
        retention.isInRange,
        "retention has days from 0 to \(RetentionPolicy.daysMax), for at most 64 types."
      ),
      (
        max(inlineTypes.count, deliveredTypes?.count ?? 0) <= TenantPolicy.typesMax,
        "A list has at most 64 media types."
      ),
      (
        brand.isInRange,
        "brand.name has 1 to \(Brand.nameBytesMax) bytes and no control character."
      ),
    ]
    for (isRight, rule) in faults where !isRight { throw DeliveryError(.policyInvalid, rule) }
  }

  private static let standardInlineTypes = Set(
    ["image/jpeg", "image/png"].compactMap(MediaType.init))
}

/// The shortest, the usual and the longest life of a URL, in seconds.
package struct LifetimeBounds: Sendable, Hashable {
  /// The longest life that any policy can allow: 7 days, as SigV4 has it.
  package static let hardMaxSeconds: Int64 = 604_800

  /// The shortest that may be asked.
  package var min: Int64
  /// What is given if nothing is asked.
  package var standard: Int64
  /// The longest that is given.
  package var max: Int64

  /// Takes the values as they are; `TenantPolicy.check` checks them.
  package init(min: Int64, standard: Int64, max: Int64) {
    self.min = min
    self.standard = standard
    self.max = max
  }

  func check(_ name: String, floor: Int64) throws(DeliveryError) {
    let steps = [
      ("the floor", floor), ("\(name).min", min), ("\(name).default", standard),
      ("\(name).max", max), ("the hard maximum", LifetimeBounds.hardMaxSeconds),
    ]
    for (lower, upper) in zip(steps, steps.dropFirst()) where lower.1 > upper.1 {
      throw DeliveryError(
        .policyInvalid, "\(upper.0) (\(upper.1)) is less than \(lower.0) (\(lower.1)).")
    }
  }
}

/// Which bound decided how long a URL lives; told to the caller as `expires_reason`.
package enum ExpiryReason: String, Sendable, Hashable {
  /// The caller's wish.
  case asked
  /// The policy's usual life, because nothing was asked.
  case policyDefault = "policy-default"
  /// The policy's longest life.
  case policyMaximum = "policy-maximum"
  /// The policy's shortest life.
  case policyMinimum = "policy-minimum"
  /// The version's validity ends before.
  case versionValidity = "version-validity"
  /// The grant ends before.
  case grantValidity = "grant-validity"
  /// The store credential ends before.
  case credential = "credential"
}
