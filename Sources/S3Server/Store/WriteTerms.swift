// What a writer demands of a publication: the state of the key before it, and digests of the bytes.

package import Cryptography

/// What must hold of the key at the moment of a change.
package enum WriteCondition: Sendable, Equatable {
  /// Nothing is demanded.
  case always
  /// No object has the key (`If-None-Match: *`).
  case absent
  /// The object has this ETag (`If-Match`), without quotes; `*` is any.
  case etag(String)
  /// There is an object of any ETag (`If-Match: *`).
  case present

  func holds(for current: ObjectRecord?) throws(StoreError) {
    switch (self, current) {
    case (.always, _), (.absent, nil), (.present, .some): return
    case (.etag(let wanted), let current?) where current.etag == wanted: return
    case (.etag, nil), (.present, nil):
      throw StoreError(.objectAbsent, "The specified key does not exist.")
    default: throw StoreError(.conditionFailed, "A condition of the request does not hold.")
    }
  }
}

/// Digests that the sender promised; each one given is checked before publication.
package struct PromisedDigests: Sendable, Equatable {
  /// `Content-MD5`, 16 bytes.
  package var md5: [UInt8]?
  /// `x-amz-content-sha256`.
  package var sha256: SHA256Digest?
  /// The digest that the store itself noted, for a copy: another one means damage.
  package var stored: SHA256Digest?
  /// The value of an `x-amz-checksum-...` header.
  package var checksum: Checksum?
  /// A checksum to compute and keep though its value is not known yet.
  package var algorithm: ChecksumAlgorithm?
  /// Bytes of the body.
  package var size: Int64?

  /// Promises nothing.
  package init() {}
}

/// How an object came to be from parts.
package struct Assembly: Sendable, Equatable {
  /// The ETag of the whole, without quotes.
  package let etag: String
  /// The sizes of the parts, in order.
  package let parts: PartSizes
  /// The checksum over the checksums of the parts as it is told to clients, such as `...=-2`.
  package let composite: ObjectField?
}

/// What a writer publishes besides the bytes.
package struct Publication: Sendable {
  /// Fields to keep.
  package var fields: [ObjectField]
  /// What must hold of the key.
  package var condition = WriteCondition.always
  /// A checksum that came behind the body.
  package var trailing: Checksum?
  /// For a multipart upload that is put together.
  package var assembly: Assembly?
  /// The record that is replaced by one with other fields and else the same.
  var successor: ObjectRecord?

  /// A publication of fields.
  package init(fields: [ObjectField], condition: WriteCondition = .always) {
    self.fields = fields
    self.condition = condition
  }
}
