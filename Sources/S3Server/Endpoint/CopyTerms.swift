// What the head of a copy says of its source, and what is taken over from it.

import Base
import HTTPMessage

/// The terms of a copy.
struct CopyTerms {
  let bucket: String
  let key: [UInt8]
  /// Whether the metadata of the request replaces that of the source.
  let replacesMetadata: Bool
  /// Whether the tags of the request replace those of the source.
  let replacesTags: Bool
  private let conditions: HTTPFields
  private let range: String?

  /// The field that makes an upload a copy.
  static let source = "x-amz-copy-source"

  private static let conditionNames: [(String, FieldName)] = [
    ("x-amz-copy-source-if-match", .ifMatch),
    ("x-amz-copy-source-if-none-match", .ifNoneMatch),
    ("x-amz-copy-source-if-modified-since", .ifModifiedSince),
    ("x-amz-copy-source-if-unmodified-since", .ifUnmodifiedSince),
  ]

  /// All fields that are read here.
  static let names = Set(
    [source, "x-amz-copy-source-range", "x-amz-metadata-directive", "x-amz-tagging-directive"]
      + conditionNames.map(\.0))

  /// Reads the head of a request; throws `InvalidArgument`.
  init(_ request: HTTPRequest) throws(S3Error) {
    let invalid = S3Error(.invalidArgument, "Copy Source must mention the source bucket and key.")
    guard let text = request.fields[CopyTerms.source] else { throw invalid }
    let parts = text.utf8.split(
      separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 1 || Array(parts[1]) == Array("versionId=null".utf8) else {
      throw S3Error(.notImplemented, "Versions are not implemented.")
    }
    var path: [UInt8]
    do {
      path = try PercentCoding.decode(parts[0])
    } catch {
      throw invalid
    }
    if path.first != UInt8(ascii: "/") { path.insert(UInt8(ascii: "/"), at: 0) }
    let target = S3Target(path: path, query: [])
    guard BucketName.isValid(target.bucket), !target.key.isEmpty else { throw invalid }
    (bucket, key) = (target.bucket, target.key)
    replacesMetadata = try CopyTerms.directive("x-amz-metadata-directive", request)
    replacesTags = try CopyTerms.directive("x-amz-tagging-directive", request)
    var conditions = HTTPFields()
    for (name, standard) in CopyTerms.conditionNames {
      if let value = request.fields[name] { conditions.append(standard, value) }
    }
    self.conditions = conditions
    range = request.fields["x-amz-copy-source-range"]
  }

  /// Throws `PreconditionFailed` unless the conditions on the source hold.
  func check(_ record: ObjectRecord) throws(S3Error) {
    let validators = Validators(tag: EntityTag(record.etag), lastModified: record.modified)
    guard Preconditions.evaluate(.get, conditions, validators) == .proceed else {
      throw S3Error(.preconditionFailed, "At least one of the preconditions did not hold.")
    }
  }

  /// The bytes that a copied part takes; the whole if no range was given.
  func range(of record: ObjectRecord) throws(S3Error) -> Range<Int64> {
    guard let range else { return 0..<record.size }
    // Unlike in a download, both ends are needed, and neither may lie outside.
    let ends = range.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, !ends[1].isEmpty, ends[0].last != "=",
      case .part(let part) = ByteRange(range, size: .max)
    else {
      throw S3Error(.invalidArgument, "The x-amz-copy-source-range value must be bytes=first-last.")
    }
    guard part.upperBound <= record.size else {
      throw S3Error(.invalidRange, "The requested range is not satisfiable.")
    }
    return part
  }

  /// The fields of the copy.
  func fields(_ terms: UploadTerms, source: ObjectRecord) -> [ObjectField] {
    let own = terms.fields.filter { $0.name != ObjectTags.header }
    let taken = source.fields.filter {
      $0.name != ObjectTags.header && !$0.name.hasPrefix(ChecksumAlgorithm.prefix)
    }
    let tags = (replacesTags ? terms.fields : source.fields).filter {
      $0.name == ObjectTags.header
    }
    return (replacesMetadata ? own : taken) + tags
  }

  private static func directive(_ name: String, _ request: HTTPRequest) throws(S3Error) -> Bool {
    switch request.fields[name] {
    case nil, "COPY": return false
    case "REPLACE": return true
    default: throw S3Error(.invalidArgument, "Unknown value of \(name).")
    }
  }
}
