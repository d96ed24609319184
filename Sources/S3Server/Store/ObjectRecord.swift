// What the store knows about an object besides its bytes, and how that is written behind the bytes.
//
// A file of the store is: the object's bytes, then the record, then a trailer of fixed size. Bytes
// and metadata are thus published by one rename, and a body can be sent straight from the file.
// Record: fields of { name length u16, value length u32, name, value }, big-endian. Trailer: magic
// (8), body size u64, record length u32, zero u32, SHA-256 of record and the sizes (32).

package import Base
package import Cryptography

/// One stored header field.
package struct ObjectField: Sendable, Hashable {
  /// Lower-case name, such as `content-type` or `x-amz-meta-owner`.
  package let name: String
  /// The value as it was received.
  package let value: [UInt8]

  /// Creates a field; the name must be in lower case.
  package init(name: String, value: [UInt8]) {
    self.name = name
    self.value = value
  }
}

/// The metadata of one object.
package struct ObjectRecord: Sendable, Hashable {
  /// The key, any bytes.
  package let key: [UInt8]
  /// Bytes of the object.
  package let size: Int64
  /// The entity tag without quotes: hexadecimal MD5, `-N` behind it for a multipart upload.
  package let etag: String
  /// SHA-256 of the bytes.
  package let sha256: SHA256Digest?
  /// When the object was published.
  package let modified: Timestamp
  /// Header fields that go back to readers, in the order of the upload.
  package let fields: [ObjectField]
  /// The sizes of the parts of a multipart upload; nothing for an object of one piece.
  package let parts: PartSizes?

  /// The value of a stored field, by its lower-case name.
  package func field(_ name: String) -> [UInt8]? {
    fields.first { $0.name == name }?.value
  }

  /// The checksum that an upload was begun with; nothing for other records.
  var uploadAlgorithm: ChecksumAlgorithm? {
    field(ChecksumField.algorithm).flatMap {
      ChecksumAlgorithm(name: String(decoding: $0, as: UTF8.self))
    }
  }

  /// Whether the checksum covers the bytes of the whole rather than the values of parts.
  var isWholeChecksum: Bool { field(ChecksumField.type) != ChecksumField.composite }

  /// The stored checksum of one function; nothing if there is none over the bytes themselves.
  func checksum(_ algorithm: ChecksumAlgorithm) -> Checksum? {
    guard isWholeChecksum, let value = field(algorithm.header) else { return nil }
    return Checksum(algorithm, base64: value)
  }

  /// Bytes of the trailer.
  static let trailerBytes = 64
  private static let magic = Array("PSTNOBJ1".utf8)

  /// The record and its trailer, as they stand behind the body.
  func encoded(limit: Int) throws(StoreError) -> [UInt8] {
    var bytes = [UInt8]()
    var own = [
      ObjectField(name: ":key", value: key),
      ObjectField(name: ":etag", value: Array(etag.utf8)),
      ObjectField(name: ":modified", value: Array(String(modified.milliseconds).utf8)),
    ]
    if let sha256 { own.append(ObjectField(name: ":sha256", value: Array(sha256.bytes))) }
    if let parts { own.append(ObjectField(name: ":parts", value: parts.encoded)) }
    let partsBytes = parts?.encoded.count ?? 0
    for field in own + fields {
      ObjectRecord.append(UInt64(field.name.utf8.count), bytes: 2, to: &bytes)
      ObjectRecord.append(UInt64(field.value.count), bytes: 4, to: &bytes)
      bytes += field.name.utf8
      bytes += field.value
    }
    guard bytes.count - partsBytes <= limit else {
      throw StoreError(.metadataTooLarge, "The metadata of the object is too large.")
    }
    let length = bytes.count
    bytes += ObjectRecord.magic
    ObjectRecord.append(UInt64(size), bytes: 8, to: &bytes)
    ObjectRecord.append(UInt64(length), bytes: 4, to: &bytes)
    ObjectRecord.append(0, bytes: 4, to: &bytes)
    bytes += SHA256.hash(bytes).bytes
    // The trailer is padded to a round size so that it can grow a field without a new magic.
    bytes += [UInt8](repeating: 0, count: ObjectRecord.trailerBytes - 56)
    return bytes
  }

  /// The sizes that a trailer promises; nothing if it is no trailer of the store.
  static func sizes(trailer: ArraySlice<UInt8>) -> (body: Int64, record: Int)? {
    let start = trailer.startIndex
    guard trailer.count == trailerBytes, trailer.starts(with: magic),
      let body = Int64(exactly: number(trailer[(start + 8)..<(start + 16)]))
    else { return nil }
    return (body, Int(number(trailer[(start + 16)..<(start + 20)])))
  }

  /// Reads a record with its trailer; nothing if one bit of it is not what was written.
  init?(encoded bytes: ArraySlice<UInt8>) {
    let trailer = bytes.suffix(ObjectRecord.trailerBytes)
    guard let sizes = ObjectRecord.sizes(trailer: trailer),
      bytes.count == sizes.record + ObjectRecord.trailerBytes
    else { return nil }
    let hashed = bytes.prefix(sizes.record + 24)
    let promised = trailer.dropFirst(24).prefix(32)
    guard SHA256.hash(hashed.span) == SHA256Digest(promised.span) else { return nil }
    var (key, etag, modified, sha256, parts): ([UInt8]?, [UInt8]?, [UInt8]?, [UInt8]?, [UInt8]?)
    var fields = [ObjectField]()
    var rest = bytes.prefix(sizes.record)
    while !rest.isEmpty {
      guard let field = ObjectRecord.takeField(&rest) else { return nil }
      switch field.name {
      case ":key": key = field.value
      case ":etag": etag = field.value
      case ":modified": modified = field.value
      case ":sha256": sha256 = field.value
      case ":parts": parts = field.value
      // One of a later form; what this one does not know does not hinder it.
      case let name where name.utf8.first == UInt8(ascii: ":"): break
      default: fields.append(field)
      }
    }
    guard let key, let etag, let modified,
      let milliseconds = Int64(String(decoding: modified, as: UTF8.self))
    else { return nil }
    self.key = key
    self.size = sizes.body
    self.etag = String(decoding: etag, as: UTF8.self)
    self.sha256 = sha256.flatMap { SHA256Digest($0) }
    self.modified = Timestamp(milliseconds: milliseconds)
    self.fields = fields
    self.parts = parts.flatMap { PartSizes(encoded: $0) }
    guard (self.parts == nil) == (parts == nil) else { return nil }
  }

  /// Creates a record from its parts.
  init(
    key: [UInt8], size: Int64, etag: String, sha256: SHA256Digest?, modified: Timestamp,
    fields: [ObjectField], parts: PartSizes? = nil
  ) {
    self.key = key
    self.size = size
    self.etag = etag
    self.sha256 = sha256
    self.modified = modified
    self.fields = fields
    self.parts = parts
  }

  private static func takeField(_ rest: inout ArraySlice<UInt8>) -> ObjectField? {
    guard rest.count >= 6 else { return nil }
    let nameLength = Int(number(rest.prefix(2)))
    let valueLength = Int(number(rest.dropFirst(2).prefix(4)))
    rest = rest.dropFirst(6)
    guard rest.count >= nameLength + valueLength else { return nil }
    let name = String(decoding: rest.prefix(nameLength), as: UTF8.self)
    let value = Array(rest.dropFirst(nameLength).prefix(valueLength))
    rest = rest.dropFirst(nameLength + valueLength)
    return ObjectField(name: name, value: value)
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func append(_ value: UInt64, bytes count: Int, to bytes: inout [UInt8]) {
    for index in stride(from: count - 1, through: 0, by: -1) {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(index * 8)))
    }
  }
}
