// The policy as JSON: what `PUT /v1/policy` takes, `GET` gives and the store keeps. Unknown members
// are refused; absent ones have their default.

package import JSONText
import ScrubContract

extension TenantPolicy {
  /// All members, the version too.
  package var json: JSONValue {
    [
      "version": .integer(Int64(version)),
      "link_seconds": linkSeconds.json,
      "object_url_seconds": .integer(objectURLSeconds),
      "delivery": .string(delivery.rawValue),
      "proxy_above_bytes": proxyAboveBytes.map { .integer($0) } ?? .null,
      "presigned_allowed": .bool(allowsPresignedURLs),
      "presigned_seconds": presignedSeconds.json,
      "landing": .string(landing.rawValue),
      "downloads_max": .integer(Int64(downloadsMax)),
      "title_on_page": .bool(showsTitleOnPage),
      "inline_types": TenantPolicy.json(inlineTypes),
      "delivered_types": deliveredTypes.map(TenantPolicy.json) ?? .null,
      "upload_bytes_max": .integer(uploadBytesMax),
      "superseded_allowed": .bool(allowsSupersededVersions),
      "withdrawn_objects_deleted": .bool(deletesWithdrawnObjects),
      "retention": retention.json,
      "scrub": TenantPolicy.json(scrub),
      "brand": brand.json,
    ]
  }

  /// Reads and checks a policy; throws `policy-invalid`.
  package init(json value: JSONValue) throws(DeliveryError) {
    self.init()
    do throws(JSONError) {
      guard let object = value.objectValue else { throw JSONError(.wrongType, "not an object") }
      try read(object)
    } catch {
      throw DeliveryError(.policyInvalid, "The policy is not right: \(error.detail).")
    }
    if let list = value["inline_types"] { inlineTypes = try TenantPolicy.types(list) }
    if let list = value["delivered_types"], !list.isNull {
      deliveredTypes = try TenantPolicy.types(list)
    }
    if let word = value["landing"] {
      guard let choice = word.stringValue.flatMap(LandingChoice.init) else {
        throw DeliveryError(.policyInvalid, "landing is direct, page or auto.")
      }
      landing = choice
    }
    if let word = value["delivery"] {
      guard let mode = word.stringValue.flatMap(DeliveryMode.init) else {
        throw DeliveryError(.policyInvalid, "delivery is redirect or proxy.")
      }
      delivery = mode
    }
    try check()
  }

  private mutating func read(_ object: JSONObject) throws(JSONError) {
    try object.allow(
      only: "version", "link_seconds", "object_url_seconds", "delivery", "proxy_above_bytes",
      "presigned_allowed", "presigned_seconds", "landing", "downloads_max", "title_on_page",
      "inline_types",
      "delivered_types", "upload_bytes_max", "superseded_allowed", "withdrawn_objects_deleted",
      "retention", "scrub", "brand")
    version = Int(try TenantPolicy.integer(object, "version") ?? Int64(version))
    if let bounds = try object.object("link_seconds") { try linkSeconds.read(bounds) }
    objectURLSeconds = try TenantPolicy.integer(object, "object_url_seconds") ?? objectURLSeconds
    if let size = object["proxy_above_bytes"], !size.isNull {
      proxyAboveBytes = try TenantPolicy.integer(object, "proxy_above_bytes")
    }
    allowsPresignedURLs = try object.bool("presigned_allowed") ?? allowsPresignedURLs
    if let bounds = try object.object("presigned_seconds") { try presignedSeconds.read(bounds) }
    downloadsMax = Int(try TenantPolicy.integer(object, "downloads_max") ?? Int64(downloadsMax))
    showsTitleOnPage = try object.bool("title_on_page") ?? showsTitleOnPage
    uploadBytesMax = try TenantPolicy.integer(object, "upload_bytes_max") ?? uploadBytesMax
    allowsSupersededVersions = try object.bool("superseded_allowed") ?? allowsSupersededVersions
    deletesWithdrawnObjects =
      try object.bool("withdrawn_objects_deleted") ?? deletesWithdrawnObjects
    if let rules = try object.object("retention") { try retention.read(rules) }
    if let answers = try object.object("scrub") { scrub = try TenantPolicy.rules(answers) }
    if let looks = try object.object("brand") { brand = try Brand(json: looks) }
  }

  /// The answers that are not the defaults, so that a stricter default of a later release holds.
  private static func json(_ rules: ScrubRules) -> JSONValue {
    var object = JSONObject()
    for (rule, choice) in rules.answers.chosen.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      object[rule.rawValue] = .string(choice.rawValue)
    }
    return .object(object)
  }

  private static func rules(_ object: JSONObject) throws(JSONError) -> ScrubRules {
    var answers = ScrubAnswers()
    for member in object.members {
      do throws(ScrubAnswers.Fault) {
        try answers.add(member.name, member.value.stringValue ?? "")
      } catch {
        throw JSONError(.outOfRange, "scrub is not understood: \(error.detail.dropLast())")
      }
    }
    return ScrubRules(answers)
  }

  static func integer(_ object: JSONObject, _ name: String) throws(JSONError) -> Int64? {
    guard let value = object[name] else { return nil }
    guard let number = value.integerValue, (0...CanonicalJSON.integerMax).contains(number) else {
      throw JSONError(.outOfRange, "\(name) is not a whole number from 0")
    }
    return number
  }

  private static func json(_ types: Set<MediaType>) -> JSONValue {
    .array(types.sorted().map { .string($0.text) })
  }

  private static func types(_ value: JSONValue) throws(DeliveryError) -> Set<MediaType> {
    guard let texts = value.stringsValue else {
      throw DeliveryError(.policyInvalid, "A list of media types is an array of strings.")
    }
    let types = texts.compactMap(MediaType.init)
    guard types.count == texts.count else {
      throw DeliveryError(.policyInvalid, "A media type is written type/subtype in lower case.")
    }
    return Set(types)
  }
}

extension RetentionPolicy {
  var json: JSONValue {
    var types = JSONObject()
    for (type, days) in typeDays.sorted(by: { $0.key < $1.key }) {
      types[type.text] = .integer(days)
    }
    return ["days": .integer(days), "types": .object(types)]
  }

  mutating func read(_ object: JSONObject) throws(JSONError) {
    try object.allow(only: "days", "types")
    days = try TenantPolicy.integer(object, "days") ?? days
    guard let types = try object.object("types") else { return }
    for name in types.names {
      guard let type = DocumentType(name) else {
        throw JSONError(.outOfRange, "retention names something that is no type")
      }
      typeDays[type] = try TenantPolicy.integer(types, name)
    }
  }
}

extension LifetimeBounds {
  var json: JSONValue {
    ["min": .integer(min), "default": .integer(standard), "max": .integer(max)]
  }

  mutating func read(_ object: JSONObject) throws(JSONError) {
    try object.allow(only: "min", "default", "max")
    min = try TenantPolicy.integer(object, "min") ?? min
    standard = try TenantPolicy.integer(object, "default") ?? standard
    max = try TenantPolicy.integer(object, "max") ?? max
  }
}
