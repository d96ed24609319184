// The policy document of a tenant (`/v1/policy`).

package import JSONText

/// Bounds of a lifetime in seconds.
public struct LifetimeBody: WireObject, Equatable {
  /// The least.
  public var minimum: Int64

  /// What holds when nothing is asked.
  public var standard: Int64

  /// The most, up to 604800.
  public var maximum: Int64

  /// Creates a body from its members.
  public init(
    minimum: Int64,
    standard: Int64,
    maximum: Int64
  ) {
    self.minimum = minimum
    self.standard = standard
    self.maximum = maximum
  }

  package init(members: JSONObject) throws(JSONError) {
    try members.allow(only: "min", "default", "max")
    minimum = try members.requiredInteger("min")
    standard = try members.requiredInteger("default")
    maximum = try members.requiredInteger("max")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("min", minimum)
    writer.member("default", standard)
    writer.member("max", maximum)
  }
}

/// What a tenant allows; replaced as a whole.
public struct PolicyBody: WireObject, Equatable {
  /// The number of this policy; a replacement is one more.
  public var version: Int64

  /// How long links live.
  public var linkSeconds: LifetimeBody

  /// How long a presigned URL behind a link lives, 120 to 3600.
  public var objectURLSeconds: Int64

  /// How links deliver: `redirect` or `proxy`; `redirect` if absent.
  public var delivery: String?

  /// The size in bytes above which browsers get the file through the gateway although links
  /// redirect; no size if absent.
  public var proxyAboveBytes: Int64?

  /// Whether raw presigned URLs may be issued.
  public var allowsPresignedURLs: Bool

  /// How long raw presigned URLs live.
  public var presignedSeconds: LifetimeBody

  /// `direct`, `page` or `auto`.
  public var landing: String

  /// The most downloads that a link may be limited to.
  public var downloadsMax: Int64

  /// Whether the landing page shows the document's title.
  public var showsTitleOnPage: Bool

  /// Media types that may be shown in the browser.
  public var inlineTypes: [String]

  /// Media types that are accepted; all that can be scrubbed if absent.
  public var deliveredTypes: [String]?

  /// The most bytes of a version.
  public var uploadBytesMax: Int64

  /// Whether a pinned link may deliver a replaced version.
  public var allowsSupersededVersions: Bool

  /// Whether the object of a withdrawn version is deleted.
  public var deletesWithdrawnObjects: Bool

  /// How long documents must be kept; not at all if absent.
  public var retention: RetentionBody?

  /// What is done where removing metadata changes what a document means, by the rule's name, such as
  /// `comments`: `refuse`, `drop`, `accept`, `invoice` or `keep`. Rules that are absent have their
  /// defaults.
  public var scrub: [String: String]?

  /// What the pages of links look like; as the tenant is called if absent.
  public var brand: BrandBody?

  /// Creates a body from its members.
  public init(
    version: Int64,
    linkSeconds: LifetimeBody,
    objectURLSeconds: Int64,
    delivery: String? = nil,
    proxyAboveBytes: Int64? = nil,
    allowsPresignedURLs: Bool,
    presignedSeconds: LifetimeBody,
    landing: String,
    downloadsMax: Int64,
    showsTitleOnPage: Bool,
    inlineTypes: [String] = [],
    deliveredTypes: [String]? = nil,
    uploadBytesMax: Int64,
    allowsSupersededVersions: Bool,
    deletesWithdrawnObjects: Bool,
    retention: RetentionBody? = nil,
    scrub: [String: String]? = nil,
    brand: BrandBody? = nil
  ) {
    self.version = version
    self.linkSeconds = linkSeconds
    self.objectURLSeconds = objectURLSeconds
    self.delivery = delivery
    self.proxyAboveBytes = proxyAboveBytes
    self.allowsPresignedURLs = allowsPresignedURLs
    self.presignedSeconds = presignedSeconds
    self.landing = landing
    self.downloadsMax = downloadsMax
    self.showsTitleOnPage = showsTitleOnPage
    self.inlineTypes = inlineTypes
    self.deliveredTypes = deliveredTypes
    self.uploadBytesMax = uploadBytesMax
    self.allowsSupersededVersions = allowsSupersededVersions
    self.deletesWithdrawnObjects = deletesWithdrawnObjects
    self.retention = retention
    self.scrub = scrub
    self.brand = brand
  }

  package init(members: JSONObject) throws(JSONError) {
    try members.allow(
      only: "version", "link_seconds", "object_url_seconds", "delivery", "proxy_above_bytes",
      "presigned_allowed", "presigned_seconds", "landing", "downloads_max", "page_title",
      "inline_types",
      "delivered_types", "upload_bytes_max", "superseded_allowed", "delete_withdrawn",
      "retention", "scrub", "brand")
    version = try members.requiredInteger("version")
    linkSeconds = try members.requiredBody("link_seconds", as: LifetimeBody.self)
    objectURLSeconds = try members.requiredInteger("object_url_seconds")
    delivery = try members.string("delivery")
    proxyAboveBytes = try members.integer("proxy_above_bytes")
    allowsPresignedURLs = try members.requiredBool("presigned_allowed")
    presignedSeconds = try members.requiredBody("presigned_seconds", as: LifetimeBody.self)
    landing = try members.requiredString("landing")
    downloadsMax = try members.requiredInteger("downloads_max")
    showsTitleOnPage = try members.requiredBool("page_title")
    inlineTypes = try members.strings("inline_types") ?? []
    deliveredTypes = try members.strings("delivered_types")
    uploadBytesMax = try members.requiredInteger("upload_bytes_max")
    allowsSupersededVersions = try members.requiredBool("superseded_allowed")
    deletesWithdrawnObjects = try members.requiredBool("delete_withdrawn")
    retention = try members.body("retention", as: RetentionBody.self)
    brand = try members.body("brand", as: BrandBody.self)
    guard let answers = try members.object("scrub") else { return }
    scrub = [:]
    for name in answers.names { scrub?[name] = try answers.requiredString(name) }
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("version", version)
    writer.member("link_seconds", linkSeconds)
    writer.member("object_url_seconds", objectURLSeconds)
    writer.member("delivery", delivery)
    writer.member("proxy_above_bytes", proxyAboveBytes)
    writer.member("presigned_allowed", allowsPresignedURLs)
    writer.member("presigned_seconds", presignedSeconds)
    writer.member("landing", landing)
    writer.member("downloads_max", downloadsMax)
    writer.member("page_title", showsTitleOnPage)
    writer.member("inline_types", inlineTypes)
    if let deliveredTypes { writer.member("delivered_types", deliveredTypes) }
    writer.member("upload_bytes_max", uploadBytesMax)
    writer.member("superseded_allowed", allowsSupersededVersions)
    writer.member("delete_withdrawn", deletesWithdrawnObjects)
    writer.member("retention", retention)
    if let scrub {
      writer.key("scrub")
      writer.beginObject()
      for (rule, answer) in scrub.sorted(by: { $0.key < $1.key }) { writer.member(rule, answer) }
      writer.endObject()
    }
    writer.member("brand", brand)
  }
}
