// The XML documents that clients send: the list of parts of an upload and the list of keys to
// delete. They are read strictly, with a limit on every count.

import HTTPMessage
package import XMLText

/// Readers of request documents.
package enum S3Documents {
  /// Bytes of a document: 10,000 parts with a SHA-256 each take under 3 MB.
  package static let bytesMax = 4 << 20

  /// A list of keys to delete.
  package struct DeletionList: Sendable {
    /// The keys in their order, with what must hold of each.
    package var deletions: [Deletion] = []
    /// Which of them name a version, which this store does not have.
    package var versioned: Set<Int> = []
    /// Whether only failures are to be told.
    package var isQuiet = false
  }

  private static let limits = XMLLimits(bytesMax: bytesMax, depthMax: 8, textBytesMax: 8 << 10)

  /// Reads a `CompleteMultipartUpload` of at most `partsMax` parts; throws what XML readers throw.
  package static func completion(_ xml: [UInt8], partsMax: Int) throws(XMLError)
    -> [PartReference]
  {
    let reader = try XMLReader(xml, limits: limits)
    try reader.root(named: "CompleteMultipartUpload")
    var parts = [PartReference]()
    while let child = try reader.nextChild() {
      guard child.local == "Part", parts.count < partsMax else {
        throw XMLError(.unexpectedElement, "not a part, or one too many")
      }
      parts.append(try part(in: reader))
    }
    try reader.finish()
    return parts
  }

  /// Reads a `Delete` of at most `keysMax` keys; throws what XML readers throw.
  package static func deletion(_ xml: [UInt8], keysMax: Int) throws(XMLError) -> DeletionList {
    let reader = try XMLReader(xml, limits: limits)
    try reader.root(named: "Delete")
    var list = DeletionList()
    while let child = try reader.nextChild() {
      switch child.local {
      case "Quiet": list.isQuiet = try truth(in: reader)
      case "Object":
        guard list.deletions.count < keysMax else {
          throw XMLError(.unexpectedElement, "one key too many")
        }
        try readObject(in: reader, to: &list)
      default: throw XMLError(.unexpectedElement, "not a part of a list of keys")
      }
    }
    try reader.finish()
    return list
  }

  /// Reads the region of a `CreateBucketConfiguration`; nothing for none.
  static func region(_ xml: [UInt8]) throws(XMLError) -> String? {
    guard !xml.isEmpty else { return nil }
    let reader = try XMLReader(xml, limits: limits)
    try reader.root(named: "CreateBucketConfiguration")
    var region: String?
    while let child = try reader.nextChild() {
      guard child.local == "LocationConstraint" else {
        throw XMLError(.unexpectedElement, "only a location can be chosen")
      }
      region = try reader.text()
    }
    try reader.finish()
    return region.flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func part(in reader: XMLReader) throws(XMLError) -> PartReference {
    let malformed = XMLError(.unexpectedText, "a part has no number, no tag or a bad checksum")
    var (number, etag, checksum) = (Int?.none, String?.none, Checksum?.none)
    while let child = try reader.nextChild() {
      switch child.local {
      case "PartNumber": number = digits(try reader.text())
      case "ETag": etag = UploadTerms.unquoted(try reader.text())
      default:
        let algorithm = ChecksumAlgorithm.allCases.first { $0.element == child.local }
        guard let algorithm, checksum == nil else { throw malformed }
        checksum = Checksum(algorithm, base64: try reader.text().utf8)
        guard checksum != nil else { throw malformed }
      }
    }
    guard let number, let etag else { throw malformed }
    return PartReference(number: number, etag: etag, checksum: checksum)
  }

  private static func readObject(in reader: XMLReader, to list: inout DeletionList)
    throws(XMLError)
  {
    var (key, condition, hasVersion) = (String?.none, WriteCondition.always, false)
    while let child = try reader.nextChild() {
      switch child.local {
      case "Key": key = try reader.text()
      case "VersionId": hasVersion = try reader.text() != "null"
      case "ETag":
        let etag = try reader.text()
        condition = etag == "*" ? .present : .etag(UploadTerms.unquoted(etag))
      default: throw XMLError(.unexpectedElement, "not a part of a key to delete")
      }
    }
    guard let key else { throw XMLError(.unexpectedElement, "a key is missing") }
    if hasVersion { list.versioned.insert(list.deletions.count) }
    list.deletions.append(Deletion(Array(key.utf8), condition: condition))
  }

  private static func truth(in reader: XMLReader) throws(XMLError) -> Bool {
    switch try reader.text() {
    case "true": true
    case "false": false
    default: throw XMLError(.unexpectedText, "neither true nor false")
    }
  }

  /// One to five digits; any other text is no number.
  private static func digits(_ text: String) -> Int? {
    let isNumber = (1...5).contains(text.utf8.count) && text.utf8.allSatisfy(Characters.isDigit)
    return isNumber ? Int(text) : nil
  }
}
