// Every bound of the store, by name. The defaults are S3's own where S3 documents one.

/// The bounds of an object store.
package struct StoreLimits: Sendable {
  /// Bytes of a key: S3 allows 1024 of UTF-8.
  package var keyBytesMax = 1024
  /// Bytes of one object in one PUT: S3 allows 5 GiB.
  package var objectBytesMax: Int64 = 5 << 30
  /// Bytes of an object that is put together from parts: S3 allowed 5 TiB for long.
  package var assembledBytesMax: Int64 = 5 << 40
  /// Bytes of all stored metadata of one object, names and values.
  package var recordBytesMax = 16 << 10
  /// Buckets in the store.
  package var bucketsMax = 1000
  /// Keys of a bucket up to which it can be listed; the index takes about 200 bytes a key.
  package var indexedKeysMax = 1_000_000
  /// Free bytes of the disk below which nothing is written.
  package var freeBytesMin: Int64 = 64 << 20
  /// Parts of one multipart upload: S3 allows 10,000.
  package var partsMax = 10_000
  /// Bytes of a part that is not the last: S3 asks for 5 MiB.
  package var partBytesMin: Int64 = 5 << 20
  /// Unfinished multipart uploads of a bucket.
  package var uploadsMax = 1000
  /// Seconds after which an unfinished multipart upload is swept at start.
  package var uploadSecondsMax: Int64 = 7 * 86_400

  /// Keys of one request that deletes many: S3 allows 1000.
  package var deletedKeysMax = 1000

  /// The defaults.
  package init() {}

  func bytesMax(_ destination: ObjectWriter.Destination) -> Int64 {
    destination == .assembly ? assembledBytesMax : objectBytesMax
  }
}
