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
  case copyObject = "REST.COPY.OBJECT"
  case objectAttributes = "REST.GET.OBJECT_ATTRIBUTES"
  case getTags = "REST.GET.OBJECT_TAGGING"
  case putTags = "REST.PUT.OBJECT_TAGGING"
  case deleteTags = "REST.DELETE.OBJECT_TAGGING"
  case deleteObjects = "REST.POST.MULTI_OBJECT_DELETE"
  case postObject = "REST.POST.OBJECT"
  case bucketVersioning = "REST.GET.VERSIONING"
  case beginUpload = "REST.POST.UPLOADS"
  case putPart = "REST.PUT.PART"
  case copyPart = "REST.COPY.PART"
  case completeUpload = "REST.POST.UPLOAD"
  case abortUpload = "REST.DELETE.UPLOAD"
  case listParts = "REST.GET.UPLOAD"
  case listUploads = "REST.GET.UPLOADS"

  /// Chooses the operation; throws `NotImplemented` or `MethodNotAllowed`.
  ///
  /// `isCopy` is whether the request names a source in its head.
  init(_ method: HTTPMethod, _ target: S3Target, isCopy: Bool = false) throws(S3Error) {
    let names = target.query.map(\.name)
    let chosen = names.isEmpty ? [] : Set(names).intersection(S3Operation.subresources)
    if let foreign = names.first(where: { S3Operation.foreignSubresources.contains($0) }) {
      throw S3Error(.notImplemented, "The sub-resource \(foreign) is not implemented.")
    }
    let operation: S3Operation? =
      if target.bucket.isEmpty {
        method == .get ? .listBuckets : nil
      } else if target.key.isEmpty {
        S3Operation.find(S3Operation.bucketOperations, chosen, method)
      } else {
        S3Operation.find(S3Operation.objectOperations, chosen, method)
      }
    guard let operation else {
      let isKnown: [HTTPMethod] = [.get, .head, .put, .post, .delete]
      throw isKnown.contains(method)
        ? S3Error(.notImplemented, "The operation is not implemented.")
        : S3Error(.methodNotAllowed, "The method is not allowed against this resource.")
    }
    switch operation {
    case .putObject where isCopy: self = .copyObject
    case .putPart where isCopy: self = .copyPart
    default: self = operation
    }
  }

  /// What may be asked for with which sub-resources; looked through in order, the usual ones first.
  private typealias Table = KeyValuePairs<Set<String>, KeyValuePairs<HTTPMethod, S3Operation>>

  private static func find(
    _ table: Table, _ chosen: Set<String>, _ method: HTTPMethod
  ) -> S3Operation? {
    table.first { $0.key == chosen }?.value.first { $0.key == method }?.value
  }

  /// Whether a request from outside of the machine may do it.
  var isOpenToRemotePeers: Bool { self == .getObject || self == .headObject }

  /// Sub-resources that choose an operation.
  private static let subresources: Set<String> = [
    "attributes", "delete", "location", "partNumber", "tagging", "uploadId", "uploads",
    "versioning",
  ]

  private static let bucketOperations: Table = [
    []: [.get: .listObjects, .head: .headBucket, .put: .createBucket, .delete: .deleteBucket],
    ["delete"]: [.post: .deleteObjects],
    ["location"]: [.get: .bucketLocation],
    ["uploads"]: [.get: .listUploads],
    ["versioning"]: [.get: .bucketVersioning],
  ]

  private static let objectOperations: Table = [
    []: [.get: .getObject, .head: .headObject, .put: .putObject, .delete: .deleteObject],
    ["attributes"]: [.get: .objectAttributes],
    ["partNumber"]: [.get: .getObject, .head: .headObject],
    ["tagging"]: [.get: .getTags, .put: .putTags, .delete: .deleteTags],
    ["uploads"]: [.post: .beginUpload],
    ["uploadId"]: [.get: .listParts, .post: .completeUpload, .delete: .abortUpload],
    ["partNumber", "uploadId"]: [.put: .putPart],
  ]

  /// Sub-resources of S3 that change what a request means and are not implemented.
  static let foreignSubresources: Set<String> = [
    "accelerate", "acl", "analytics", "append", "cors", "encryption",
    "intelligent-tiering", "inventory", "legal-hold", "lifecycle", "logging", "metadataTable",
    "metrics", "notification", "object-lock", "ownershipControls", "policy", "policyStatus",
    "publicAccessBlock", "renameObject", "replication", "requestPayment", "restore", "retention",
    "select", "select-type", "session", "torrent", "versionId",
    "versions", "website",
  ]
}

/// What a request is about: bucket, key and the query without the signature.
struct S3Target: Sendable {
  let bucket: String
  let key: [UInt8]
  let query: [(name: String, value: [UInt8])]

  /// Splits a decoded path, `/bucket/key`; the key may hold any bytes.
  ///
  /// In virtual-host style, `host` is the bucket that the host names, and the path is the key.
  init(path: [UInt8], query: [(name: [UInt8], value: [UInt8])], host: String? = nil) {
    let rest = path.dropFirst()
    self.query = query.map { (String(decoding: $0.name, as: UTF8.self), $0.value) }
    if let host {
      bucket = host
      key = Array(rest)
      return
    }
    let slash = rest.firstIndex(of: UInt8(ascii: "/"))
    bucket = String(decoding: rest[..<(slash ?? rest.endIndex)], as: UTF8.self)
    key = slash.map { Array(rest[($0 + 1)...]) } ?? []
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
