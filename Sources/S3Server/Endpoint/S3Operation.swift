// Which operation a request asks for. A sub-resource that is not implemented is an error of its
// own: `PUT /bucket/key?acl` must never be taken for the upload of an object.

import HTTPMessage

/// What a request does, with S3's name for the access log.
enum S3Operation: String, Sendable, CaseIterable {
  case listBuckets = "REST.GET.SERVICE"
  case createBucket = "REST.PUT.BUCKET"
  case deleteBucket = "REST.DELETE.BUCKET"
  case headBucket = "REST.HEAD.BUCKET"
  case bucketLocation = "REST.GET.LOCATION"
  case listObjects = "REST.GET.BUCKET"
  case getObject = "REST.GET.OBJECT"
  case headObject = "REST.HEAD.OBJECT"
  case putObject = "REST.PUT.OBJECT"
  case deleteObject = "REST.DELETE.OBJECT"
  case beginUpload = "REST.POST.UPLOADS"
  case putPart = "REST.PUT.PART"
  case completeUpload = "REST.POST.UPLOAD"
  case abortUpload = "REST.DELETE.UPLOAD"
  case listParts = "REST.GET.UPLOAD"

  /// Chooses the operation; throws `NotImplemented` or `MethodNotAllowed`.
  init(_ method: HTTPMethod, _ target: S3Target) throws(S3Error) {
    if let name = target.query.map(\.name).first(where: S3Operation.isForeign) {
      throw S3Error(.notImplemented, "The sub-resource \(name) is not implemented.")
    }
    let has = { (name: String) in target.query.contains { $0.name == name } }
    let operation: S3Operation? =
      if target.bucket.isEmpty {
        method == .get ? .listBuckets : nil
      } else if target.key.isEmpty {
        S3Operation.ofBucket(method, hasLocation: has("location"), has("uploads"))
      } else {
        S3Operation.ofObject(
          method, hasUploads: has("uploads"), hasUpload: has("uploadId"), has("partNumber"))
      }
    guard let operation else {
      let isKnown: [HTTPMethod] = [.get, .head, .put, .post, .delete]
      throw isKnown.contains(method)
        ? S3Error(.notImplemented, "The operation is not implemented.")
        : S3Error(.methodNotAllowed, "The method is not allowed against this resource.")
    }
    self = operation
  }

  /// Whether a request from outside of the machine may do it.
  var isOpenToRemotePeers: Bool { self == .getObject || self == .headObject }

  private static func ofBucket(
    _ method: HTTPMethod, hasLocation: Bool, _ hasUploads: Bool
  ) -> S3Operation? {
    switch (method, hasLocation, hasUploads) {
    case (.get, true, false): .bucketLocation
    case (.get, false, false): .listObjects
    case (.head, false, false): .headBucket
    case (.put, false, false): .createBucket
    case (.delete, false, false): .deleteBucket
    default: nil
    }
  }

  private static func ofObject(
    _ method: HTTPMethod, hasUploads: Bool, hasUpload: Bool, _ hasPart: Bool
  ) -> S3Operation? {
    switch (method, hasUploads, hasUpload, hasPart) {
    case (.get, false, false, false): .getObject
    case (.head, false, false, false): .headObject
    case (.put, false, false, false): .putObject
    case (.delete, false, false, false): .deleteObject
    case (.post, true, false, false): .beginUpload
    case (.put, false, true, true): .putPart
    case (.post, false, true, false): .completeUpload
    case (.delete, false, true, false): .abortUpload
    case (.get, false, true, false): .listParts
    default: nil
    }
  }

  private static func isForeign(_ name: String) -> Bool { foreignSubresources.contains(name) }

  /// Sub-resources of S3 that change what a request means and are not implemented.
  static let foreignSubresources: Set<String> = [
    "accelerate", "acl", "analytics", "append", "attributes", "cors", "delete", "encryption",
    "intelligent-tiering", "inventory", "legal-hold", "lifecycle", "logging", "metadataTable",
    "metrics", "notification", "object-lock", "ownershipControls", "policy", "policyStatus",
    "publicAccessBlock", "renameObject", "replication", "requestPayment", "restore", "retention",
    "select", "select-type", "session", "tagging", "torrent", "versionId", "versioning",
    "versions", "website",
  ]
}

/// What a request is about: bucket, key and the query without the signature.
struct S3Target: Sendable {
  let bucket: String
  let key: [UInt8]
  let query: [(name: String, value: [UInt8])]

  /// Splits a decoded path, `/bucket/key`; the key may hold any bytes.
  init(path: [UInt8], query: [(name: [UInt8], value: [UInt8])]) {
    let rest = path.dropFirst()
    let slash = rest.firstIndex(of: UInt8(ascii: "/"))
    bucket = String(decoding: rest[..<(slash ?? rest.endIndex)], as: UTF8.self)
    key = slash.map { Array(rest[($0 + 1)...]) } ?? []
    self.query = query.map { (String(decoding: $0.name, as: UTF8.self), $0.value) }
  }

  /// The first value of a parameter.
  subscript(name: String) -> [UInt8]? {
    query.first { $0.name == name }?.value
  }

  /// The first value of a parameter as text; bytes that are not UTF-8 are replaced.
  func text(_ name: String) -> String? {
    self[name].map { String(decoding: $0, as: UTF8.self) }
  }

  /// A parameter as a number of `range`; throws `InvalidArgument` for other text.
  func number(_ name: String, in range: ClosedRange<Int>) throws(S3Error) -> Int? {
    guard let text = text(name) else { return nil }
    guard text.utf8.count <= 10, text.utf8.allSatisfy(Characters.isDigit),
      let number = Int(text), range.contains(number)
    else { throw S3Error(.invalidArgument, "The parameter \(name) is not valid.") }
    return number
  }
}
