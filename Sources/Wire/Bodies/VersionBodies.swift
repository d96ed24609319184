// Versions of documents, and what the scrubber did to them.

package import JSONText

/// One immutable content of a document.
public struct VersionBody: WireObject, Equatable {
  /// The version's identifier.
  public var id: String

  /// Its number, from 1.
  public var number: Int64

  /// `ready`, `refused`, `withdrawn`, or an upload's state.
  public var state: String

  /// The proposed file name.
  public var filename: String

  /// The type that was found in the bytes.
  public var mediaType: String?

  /// The size in bytes.
  public var size: Int64?

  /// The SHA-256 of the delivered bytes.
  public var sha256: String?

  /// When it was published.
  public var createdAt: String

  /// Who released it, as the issuer names that person; for callers who may write documents or read
  /// the log.
  public var releasedBy: String?

  /// From when it may be delivered.
  public var validFrom: String?

  /// Until when it may be delivered.
  public var validUntil: String?

  /// The version that replaced it.
  public var replacedBy: String?

  /// When it was withdrawn.
  public var withdrawnAt: String?

  /// What the scrubber removed.
  public var receipt: ReceiptBody?

  /// How often it was handed out; only where versions of one document are shown.
  public var deliveries: Int64?

  /// When it was handed out last.
  public var lastDeliveryAt: String?

  /// Creates a body from its members.
  public init(
    id: String,
    number: Int64,
    state: String,
    filename: String,
    mediaType: String? = nil,
    size: Int64? = nil,
    sha256: String? = nil,
    createdAt: String,
    releasedBy: String? = nil,
    validFrom: String? = nil,
    validUntil: String? = nil,
    replacedBy: String? = nil,
    withdrawnAt: String? = nil,
    receipt: ReceiptBody? = nil
  ) {
    self.id = id
    self.number = number
    self.state = state
    self.filename = filename
    self.mediaType = mediaType
    self.size = size
    self.sha256 = sha256
    self.createdAt = createdAt
    self.releasedBy = releasedBy
    self.validFrom = validFrom
    self.validUntil = validUntil
    self.replacedBy = replacedBy
    self.withdrawnAt = withdrawnAt
    self.receipt = receipt
  }

  package init(members: JSONObject) throws(JSONError) {
    id = try members.requiredString("id")
    number = try members.requiredInteger("number")
    state = try members.requiredString("state")
    filename = try members.requiredString("filename")
    mediaType = try members.string("media_type")
    size = try members.integer("size")
    sha256 = try members.string("sha256")
    createdAt = try members.requiredString("created_at")
    releasedBy = try members.string("released_by")
    validFrom = try members.string("valid_from")
    validUntil = try members.string("valid_until")
    replacedBy = try members.string("replaced_by")
    withdrawnAt = try members.string("withdrawn_at")
    receipt = try members.body("receipt", as: ReceiptBody.self)
    deliveries = try members.integer("deliveries")
    lastDeliveryAt = try members.string("last_delivery_at")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("id", id)
    writer.member("number", number)
    writer.member("state", state)
    writer.member("filename", filename)
    writer.member("media_type", mediaType)
    writer.member("size", size)
    writer.member("sha256", sha256)
    writer.member("created_at", createdAt)
    writer.member("released_by", releasedBy)
    writer.member("valid_from", validFrom)
    writer.member("valid_until", validUntil)
    writer.member("replaced_by", replacedBy)
    writer.member("withdrawn_at", withdrawnAt)
    writer.member("receipt", receipt)
    writer.member("deliveries", deliveries)
    writer.member("last_delivery_at", lastDeliveryAt)
  }
}

/// One class of what the scrubber found.
public struct RemovedBody: WireObject, Equatable {
  /// The class, such as `exif` or `hidden`.
  public var name: String

  /// How many of it.
  public var count: Int64

  /// Creates a body from its members.
  public init(
    name: String,
    count: Int64
  ) {
    self.name = name
    self.count = count
  }

  package init(members: JSONObject) throws(JSONError) {
    name = try members.requiredString("class")
    count = try members.requiredInteger("count")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("class", name)
    writer.member("count", count)
  }
}

/// What the scrubber did to a file.
public struct ReceiptBody: WireObject, Equatable {
  /// The SHA-256 of the uploaded bytes.
  public var sha256Before: String

  /// The SHA-256 of the stored bytes.
  public var sha256After: String

  /// The name of the scrubbing policy.
  public var policy: String

  /// The scrubber and its release.
  public var tool: String

  /// Classes and counts; never values.
  public var removed: [RemovedBody]

  /// What stays although a reader may not expect it, such as hidden sheets: classes and counts.
  public var staying: [RemovedBody]

  /// What the malware scanner said; nothing where none is configured.
  public var scan: ScanBody?

  /// True for a signed document that is delivered as it was uploaded; else absent.
  public var isUnscrubbed: Bool?

  /// Who approved that, as the issuer names that person; for callers who may write documents or read
  /// the log.
  public var approvedBy: String?

  /// Creates a body from its members.
  public init(
    sha256Before: String,
    sha256After: String,
    policy: String,
    tool: String,
    removed: [RemovedBody] = [],
    staying: [RemovedBody] = [],
    scan: ScanBody? = nil,
    isUnscrubbed: Bool? = nil,
    approvedBy: String? = nil
  ) {
    self.sha256Before = sha256Before
    self.sha256After = sha256After
    self.policy = policy
    self.tool = tool
    self.removed = removed
    self.staying = staying
    self.scan = scan
    self.isUnscrubbed = isUnscrubbed
    self.approvedBy = approvedBy
  }

  package init(members: JSONObject) throws(JSONError) {
    sha256Before = try members.requiredString("sha256_before")
    sha256After = try members.requiredString("sha256_after")
    policy = try members.requiredString("policy")
    tool = try members.requiredString("tool")
    removed = try members.bodies("removed", as: RemovedBody.self)
    staying = try members.bodies("stays", as: RemovedBody.self)
    scan = try members.body("scan", as: ScanBody.self)
    isUnscrubbed = try members.bool("unscrubbed")
    approvedBy = try members.string("approved_by")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("sha256_before", sha256Before)
    writer.member("sha256_after", sha256After)
    writer.member("policy", policy)
    writer.member("tool", tool)
    writer.member("removed", removed)
    if !staying.isEmpty { writer.member("stays", staying) }
    writer.member("scan", scan)
    if let isUnscrubbed { writer.member("unscrubbed", isUnscrubbed) }
    writer.member("approved_by", approvedBy)
  }
}

/// What a malware scanner said about a file that passed.
public struct ScanBody: WireObject, Equatable {
  /// `clean`, or `skipped` if the scanner was away and the settings let files pass then.
  public var verdict: String

  /// The scanner and its release.
  public var scanner: String?

  /// The version of its signatures.
  public var database: String?

  /// Creates a body from its members.
  public init(
    verdict: String,
    scanner: String? = nil,
    database: String? = nil
  ) {
    self.verdict = verdict
    self.scanner = scanner
    self.database = database
  }

  package init(members: JSONObject) throws(JSONError) {
    verdict = try members.requiredString("verdict")
    scanner = try members.string("scanner")
    database = try members.string("database")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("verdict", verdict)
    writer.member("scanner", scanner)
    writer.member("database", database)
  }
}
