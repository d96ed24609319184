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
  /// `x-amz-checksum-sha256`.
  package var checksumSHA256: SHA256Digest?
  /// `x-amz-checksum-sha1`, 20 bytes.
  package var checksumSHA1: [UInt8]?
  /// `x-amz-checksum-crc32`.
  package var checksumCRC32: UInt32?
  /// `x-amz-checksum-crc32c`.
  package var checksumCRC32C: UInt32?
  /// Bytes of the body.
  package var size: Int64?

  /// Promises nothing.
  package init() {}
}
