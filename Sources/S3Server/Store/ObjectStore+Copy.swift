// Copies within the store: a whole object under another key, or a range of one as a part of an
// upload. The bytes are read, hashed again and written: a copy never spreads damage.

import Base

extension ObjectStore {
  /// Copies the whole of `source` under a key; the copy is durable on return.
  ///
  /// `algorithm` is the checksum to keep for it. Throws what `writer` and `publish` do, and
  /// `object-damaged` if the bytes are not those that the store once received.
  package func copy(
    _ source: ObjectFile, to key: [UInt8], in bucketName: String, algorithm: ChecksumAlgorithm?,
    _ publication: Publication
  ) async throws(StoreError) -> ObjectRecord {
    var promised = PromisedDigests()
    promised.stored = source.record.sha256
    promised.algorithm = algorithm
    let writer = try writer(key, in: bucketName, size: source.record.size, promised: promised)
    try await append(source, 0..<source.record.size, to: writer)
    return try await writer.publish(publication)
  }

  /// Copies a range of `source` as a part; throws what `partWriter` and `publish` do.
  package func copy(
    _ source: ObjectFile, _ range: Range<Int64>, toPart number: Int, upload: String,
    _ key: [UInt8], in bucketName: String
  ) async throws(StoreError) -> ObjectRecord {
    var promised = PromisedDigests()
    if range == 0..<source.record.size { promised.stored = source.record.sha256 }
    let writer = try partWriter(
      number, upload: upload, key, in: bucketName, size: Int64(range.count), promised: promised)
    try await append(source, range, to: writer)
    return try await writer.publish(Publication(fields: []))
  }

  /// Gives an object other fields; bytes, ETag, parts and time stay.
  ///
  /// The cost is one copy of the bytes. Throws `condition-failed` if the object was replaced
  /// meanwhile.
  package func replaceFields(
    of object: ObjectFile, in bucketName: String, with fields: [ObjectField]
  ) async throws(StoreError) {
    let record = object.record
    var promised = PromisedDigests()
    promised.stored = record.sha256
    let writer = try writer(
      record.key, in: try bucket(bucketName), .assembly, size: record.size, promised: promised)
    try await append(object, 0..<record.size, to: writer)
    var publication = Publication(fields: fields, condition: .etag(record.etag))
    publication.successor = record
    _ = try await writer.publish(publication)
  }

  func append(_ source: ObjectFile, _ range: Range<Int64>, to writer: ObjectWriter)
    async throws(StoreError)
  {
    var position = range.lowerBound
    while position < range.upperBound {
      position = try await writer.append(bodyOf: source, position..<range.upperBound)
    }
  }
}
