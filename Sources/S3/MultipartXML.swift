// The documents of multipart uploads: starting, completing, listing; and what COPY answers.

package import Base
import HTTPMessage
import XMLText

/// A part that the store has.
struct StoredPart: Sendable, Hashable {
  let number: Int
  let entityTag: String
  /// The checksum in Base64, where the profile has checksums.
  let checksum: String?
}

/// What a completed upload or a copy answers.
struct StoredResult: Sendable, Hashable {
  var entityTag: String?
  var checksum: String?
}

/// A multipart upload that was neither completed nor aborted.
package struct UnfinishedUpload: Sendable, Hashable {
  /// The key that it would store.
  package let key: [UInt8]

  /// The store's id of the upload.
  package let id: String

  /// When it was started; nothing if the store's text is no RFC 3339.
  package let startedAt: Timestamp?
}

enum MultipartXML {
  private static let namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
  /// The longest upload id that is accepted.
  private static let idBytesMax = 1024

  /// The id in an answer to CreateMultipartUpload.
  static func uploadID(_ document: [UInt8]) throws(XMLError) -> String {
    let reader = try XMLReader(document, limits: XMLLimits(bytesMax: 64 << 10, depthMax: 8))
    try reader.root(named: "InitiateMultipartUploadResult")
    var id = ""
    while let child = try reader.nextChild() {
      if child.local == "UploadId" { id = try reader.text() } else { try reader.skip() }
    }
    try reader.finish()
    guard !id.isEmpty, id.utf8.count <= idBytesMax else {
      throw XMLError(.malformed, "an upload was started without an id")
    }
    return id
  }

  /// The document that completes an upload.
  static func completion(_ parts: [StoredPart]) throws(XMLError) -> [UInt8] {
    var writer = XMLWriter()
    try writer.start("CompleteMultipartUpload", attributes: ["xmlns": namespace])
    for part in parts.sorted(by: { $0.number < $1.number }) {
      try writer.start("Part")
      try writer.element("PartNumber", String(part.number))
      try writer.element("ETag", part.entityTag)
      if let checksum = part.checksum { try writer.element("ChecksumSHA256", checksum) }
      writer.end()
    }
    writer.end()
    return writer.finish()
  }

  /// The entity tag and checksum of `CompleteMultipartUploadResult`, `CopyObjectResult` or
  /// `CopyPartResult`.
  static func result(_ document: [UInt8], root: String) throws(XMLError) -> StoredResult {
    let reader = try XMLReader(document, limits: XMLLimits(bytesMax: 64 << 10, depthMax: 8))
    try reader.root(named: root)
    var result = StoredResult()
    while let child = try reader.nextChild() {
      switch child.local {
      case "ETag": result.entityTag = try reader.text()
      case "ChecksumSHA256": result.checksum = try reader.text()
      default: try reader.skip()
      }
    }
    try reader.finish()
    return result
  }
}

/// One page of unfinished uploads.
struct UnfinishedPage: Sendable {
  var uploads: [UnfinishedUpload] = []
  var next: (key: String, id: String)?

  /// Throws an `XMLError` for anything that is not a complete listing.
  init(_ document: [UInt8], bytesMax: Int) throws(XMLError) {
    let limits = XMLLimits(bytesMax: bytesMax, depthMax: 8, textBytesMax: 16 << 10)
    let reader = try XMLReader(document, limits: limits)
    try reader.root(named: "ListMultipartUploadsResult")
    var (isEncoded, isTruncated) = (false, false)
    var (keyMarker, idMarker) = ("", "")
    var found: [(key: String, id: String, startedAt: Timestamp?)] = []
    while let child = try reader.nextChild() {
      switch child.local {
      case "EncodingType": isEncoded = try reader.text() == "url"
      case "IsTruncated": isTruncated = try reader.text() == "true"
      case "NextKeyMarker": keyMarker = try reader.text()
      case "NextUploadIdMarker": idMarker = try reader.text()
      case "Upload": found.append(try UnfinishedPage.upload(reader))
      default: try reader.skip()
      }
    }
    try reader.finish()
    for (key, id, startedAt) in found {
      uploads.append(
        UnfinishedUpload(
          key: try ListingParser.decode(key, isEncoded: isEncoded), id: id, startedAt: startedAt))
    }
    guard isTruncated else { return }
    guard !keyMarker.isEmpty else {
      throw XMLError(.malformed, "a listing that goes on does not say where")
    }
    let key = try ListingParser.decode(keyMarker, isEncoded: isEncoded)
    next = (String(decoding: key, as: UTF8.self), idMarker)
  }

  private static func upload(
    _ reader: XMLReader
  ) throws(XMLError) -> (key: String, id: String, startedAt: Timestamp?) {
    var (key, id) = ("", "")
    var startedAt: Timestamp?
    while let part = try reader.nextChild() {
      switch part.local {
      case "Key": key = try reader.text()
      case "UploadId": id = try reader.text()
      case "Initiated": startedAt = Timestamp(try reader.text())
      default: try reader.skip()
      }
    }
    guard !key.isEmpty, !id.isEmpty else {
      throw XMLError(.malformed, "an upload of the listing has no key or no id")
    }
    return (key, id, startedAt)
  }
}
