// Reads the XML of ListObjectsV2. Keys come percent-encoded if the store honours `encoding-type`,
// which it confirms in the document.

import Base
import HTTPMessage
import XMLText

enum ListingParser {
  /// Throws an `XMLError` for anything that is not a complete listing.
  static func parse(_ document: [UInt8], bytesMax: Int) throws(XMLError) -> ListedPage {
    let limits = XMLLimits(bytesMax: bytesMax, depthMax: 8, textBytesMax: 16 << 10)
    let reader = try XMLReader(document, limits: limits)
    try reader.root(named: "ListBucketResult")
    var listing = RawListing()
    while let child = try reader.nextChild() {
      switch child.local {
      case "EncodingType": listing.isEncoded = try reader.text() == "url"
      case "IsTruncated": listing.isTruncated = try reader.text() == "true"
      case "NextContinuationToken": listing.token = try reader.text()
      case "Contents": listing.objects.append(try object(reader))
      case "CommonPrefixes":
        while let part = try reader.nextChild() {
          let text = try reader.text()
          if part.local == "Prefix" { listing.prefixes.append(text) }
        }
      default: try reader.skip()
      }
    }
    try reader.finish()
    return try listing.page()
  }

  /// A key as it was before the store encoded it. Form encoding: a plus is a space.
  static func decode(_ text: String, isEncoded: Bool) throws(XMLError) -> [UInt8] {
    guard isEncoded else { return Array(text.utf8) }
    let spaced = text.utf8.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
    do throws(HTTPMessageError) {
      return try PercentCoding.decode(spaced)
    } catch {
      throw XMLError(.malformed, "a key of the listing is not well encoded")
    }
  }

  private static func object(_ reader: XMLReader) throws(XMLError) -> RawObject {
    var object = RawObject()
    while let part = try reader.nextChild() {
      switch part.local {
      case "Key": object.key = try reader.text()
      case "Size": object.size = Int64(try reader.text())
      case "ETag": object.entityTag = try reader.text()
      case "LastModified": object.lastModified = Timestamp(try reader.text())
      default: try reader.skip()
      }
    }
    return object
  }
}

private struct RawObject {
  var key: String?
  var size: Int64?
  var entityTag = ""
  var lastModified: Timestamp?
}

/// A listing as it was written; whether keys are encoded may be said behind them.
private struct RawListing {
  var isEncoded = false
  var isTruncated = false
  var token: String?
  var objects: [RawObject] = []
  var prefixes: [String] = []

  func page() throws(XMLError) -> ListedPage {
    var page = ListedPage()
    for object in objects {
      guard let key = object.key, let size = object.size, size >= 0 else {
        throw XMLError(.malformed, "an object of the listing has no key or no size")
      }
      page.objects.append(
        ListedObject(
          key: try ListingParser.decode(key, isEncoded: isEncoded), size: size,
          entityTag: object.entityTag,
          lastModified: object.lastModified))
    }
    for prefix in prefixes {
      page.prefixes.append(try ListingParser.decode(prefix, isEncoded: isEncoded))
    }
    if isTruncated {
      guard let token, !token.isEmpty else {
        throw XMLError(.malformed, "a listing that goes on does not say where")
      }
      page.continuation = token
    }
    return page
  }
}
