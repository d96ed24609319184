// COPY inside the store: in one request, or in parts where the object is too large for one.

import HTTPClient
import HTTPMessage
import XMLText

extension S3Client {
  /// Copies an object with its media type and metadata; the bytes stay in the store.
  ///
  /// The copy is of the content that the source has now: if it changes meanwhile, this throws
  /// `precondition-failed`. Also throws `no-such-key` without a source, and `not-implemented` for a
  /// source that the store cannot copy in parts.
  @discardableResult
  package func copy(
    _ source: ObjectLocation, to destination: ObjectLocation
  ) async throws(S3Error) -> ObjectHead {
    let found = try await head(source)
    guard let size = found.size, let tag = found.entityTag else { throw S3Error(.garbageAnswer) }
    guard size <= configuration.multipart.copyBytesMax else {
      return try await copyInParts(source, to: destination, found, size: size, tag: tag)
    }
    var operation = Operation(
      method: .put, bucket: destination.bucket, key: destination.key,
      quietSeconds: S3Client.assemblySeconds, totalTimeout: .seconds(S3Client.assemblySeconds))
    operation.fields = S3Client.copyFields(source, tag) + configuration.encryptionFields
    let answer = try await fetch(operation, mayFailLate: true)
    do throws(XMLError) {
      _ = try MultipartXML.result(answer.body, root: "CopyObjectResult")
    } catch {
      throw S3Error(error)
    }
    let copied = try await head(destination)
    guard copied.size == size else { throw S3Error(.digestMismatch) }
    return copied
  }

  private func copyInParts(
    _ source: ObjectLocation, to destination: ObjectLocation, _ found: ObjectHead, size: Int64,
    tag: String
  ) async throws(S3Error) -> ObjectHead {
    guard configuration.profile.hasMultipart,
      configuration.profile.copiesPercentKeys || !source.key.contains(UInt8(ascii: "%"))
    else { throw S3Error(.notImplemented) }
    let plan = MultipartPlan(
      size: size, wishedPartBytes: configuration.multipart.copyPartBytes)
    guard let plan else { throw S3Error(.entityTooLarge) }
    // Parts carry bytes only; type and metadata of the source go along by hand.
    var options = PutOptions()
    options.contentType = found.contentType
    options.fields = found.fields.filter { $0.name.lowercased().hasPrefix("x-amz-meta-") }
    return try await inParts(destination, plan, options) { (upload) async throws(S3Error) in
      try await upload.copy(source, entityTag: tag)
    }
  }

  func copyPart(
    _ location: ObjectLocation, _ id: String, _ number: Int, from source: ObjectLocation,
    entityTag: String, range: Range<Int64>
  ) async throws(S3Error) -> StoredPart {
    var operation = Operation(
      method: .put, bucket: location.bucket, key: location.key,
      query: [("partNumber", String(number)), ("uploadId", id)],
      quietSeconds: S3Client.assemblySeconds, totalTimeout: .seconds(S3Client.assemblySeconds))
    operation.fields = S3Client.copyFields(source, entityTag)
    operation.fields.append(
      ("x-amz-copy-source-range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)"))
    let answer = try await fetch(operation, mayFailLate: true)
    do throws(XMLError) {
      let result = try MultipartXML.result(answer.body, root: "CopyPartResult")
      guard let tag = result.entityTag, !tag.isEmpty else {
        throw XMLError(.malformed, "a copied part has no entity tag")
      }
      return StoredPart(number: number, entityTag: tag, checksum: result.checksum)
    } catch {
      throw S3Error(error)
    }
  }

  private static func copyFields(
    _ source: ObjectLocation, _ entityTag: String
  ) -> [(name: String, value: String)] {
    var path = Array("/\(source.bucket)/".utf8)
    PercentCoding.encode(source.key, to: &path, keeping: UInt8(ascii: "/"))
    return [
      ("x-amz-copy-source", String(decoding: path, as: UTF8.self)),
      ("x-amz-copy-source-if-match", entityTag),
    ]
  }
}
