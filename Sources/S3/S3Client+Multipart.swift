// Multipart uploads: start, parts, complete, abort; and the sweep of those that nobody will finish.

package import Base
import Cryptography
import HTTPClient
import HTTPMessage
import SigV4
import XMLText

extension S3Client {
  /// How long a store may be silent while it puts parts together or copies; AWS says minutes.
  static let assemblySeconds = 300

  /// The time for the abort of an upload that failed; what is left then is for the sweep.
  private static let abortSeconds = 10

  /// Stores an object in parts; aborts the upload if that fails or is cancelled.
  func putInParts(
    _ location: ObjectLocation, _ body: ClientBody, options: PutOptions
  ) async throws(S3Error) -> ObjectHead {
    let plan = MultipartPlan(
      size: body.count, wishedPartBytes: configuration.multipart.partBytes)
    guard let plan else { throw S3Error(.entityTooLarge) }
    return try await inParts(location, plan, options) { (upload) async throws(S3Error) in
      try await upload.send(body)
    }
  }

  /// Runs one upload from its start to its completion or its abort.
  func inParts(
    _ location: ObjectLocation, _ plan: MultipartPlan, _ options: PutOptions,
    _ send: (MultipartUpload) async throws(S3Error) -> [StoredPart]
  ) async throws(S3Error) -> ObjectHead {
    // An old object of the same size must not pass for this one when the answer is lost.
    var options = options
    options.renewMark()
    if options.isNewOnly, !configuration.profile.hasConditionalComplete {
      try await requireFree(location)
    }
    let id = try await startUpload(location, options)
    let upload = MultipartUpload(client: self, location: location, id: id, plan: plan)
    do throws(S3Error) {
      let parts = try await send(upload)
      return try await complete(upload, parts, options)
    } catch {
      await abandon(location, id)
      throw error
    }
  }

  private func startUpload(
    _ location: ObjectLocation, _ options: PutOptions
  ) async throws(S3Error) -> String {
    var operation = Operation(
      method: .post, bucket: location.bucket, key: location.key, query: [("uploads", "")],
      fields: options.fields)
    if let type = options.contentType { operation.fields.append(("content-type", type)) }
    operation.fields += configuration.encryptionFields
    if configuration.profile.hasChecksums {
      operation.fields.append(("x-amz-checksum-algorithm", "SHA256"))
    }
    let answer = try await fetch(operation)
    do throws(XMLError) {
      return try MultipartXML.uploadID(answer.body)
    } catch {
      throw S3Error(error)
    }
  }

  func uploadPart(
    _ location: ObjectLocation, _ id: String, _ number: Int, _ body: ClientBody
  ) async throws(S3Error) -> StoredPart {
    var operation = Operation(
      method: .put, bucket: location.bucket, key: location.key,
      query: [("partNumber", String(number)), ("uploadId", id)], payload: .unsigned, body: body)
    var checksum: String?
    if configuration.profile.hasChecksums || configuration.payloadSigning == .digest,
      let digest = try await digest(of: body)
    {
      if configuration.payloadSigning == .digest { operation.payload = .sha256(hex: digest.hex) }
      if configuration.profile.hasChecksums {
        let text = Base64.encode(digest.bytes, .standard)
        operation.fields.append(("x-amz-checksum-sha256", text))
        checksum = text
      }
    }
    let answer = try await fetch(operation)
    guard let tag = answer.fields[.etag], !tag.isEmpty else { throw S3Error(.garbageAnswer) }
    if let checksum, let told = answer.fields["x-amz-checksum-sha256"], told != checksum {
      throw S3Error(.digestMismatch)
    }
    return StoredPart(number: number, entityTag: tag, checksum: checksum)
  }

  private func digest(of body: ClientBody) async throws(S3Error) -> SHA256Digest? {
    switch body {
    case .none, .stream: return nil
    case .bytes(let bytes): return await hasher.digest(of: bytes)
    case .file(let descriptor, let offset, let count):
      return try await hasher.digest(of: descriptor, offset..<offset + count)
    }
  }

  private func complete(
    _ upload: MultipartUpload, _ parts: [StoredPart], _ options: PutOptions
  ) async throws(S3Error) -> ObjectHead {
    var operation = Operation(
      method: .post, bucket: upload.location.bucket, key: upload.location.key,
      query: [("uploadId", upload.id)], quietSeconds: S3Client.assemblySeconds,
      totalTimeout: .seconds(S3Client.assemblySeconds))
    do throws(XMLError) {
      let document = try MultipartXML.completion(parts)
      operation.body = .bytes(document)
      operation.payload = .sha256(hex: SHA256.hash(document).hex)
    } catch {
      throw S3Error(.garbageAnswer, cause: error)
    }
    if options.isNewOnly, configuration.profile.hasConditionalComplete {
      operation.fields.append(("if-none-match", "*"))
    }
    do throws(S3Error) {
      let answer = try await fetch(operation, mayFailLate: true)
      try check(answer.body, against: parts)
    } catch {
      guard error.mayHideSuccess else { throw error }
      // The answer was lost on the way; whether the object is there whole tells what it was.
      guard let found = try await stored(upload), found.isMarked(options) else { throw error }
      return found
    }
    guard let found = try await stored(upload) else { throw S3Error(.digestMismatch) }
    return found
  }

  /// What the store says about the finished object; nothing if it is absent or has another size.
  private func stored(_ upload: MultipartUpload) async throws(S3Error) -> ObjectHead? {
    do throws(S3Error) {
      let head = try await head(upload.location)
      return head.size == upload.plan.size ? head : nil
    } catch {
      guard error.code == .noSuchKey else { throw error }
      return nil
    }
  }

  /// Compares the store's checksum of checksums with ours, where it tells one.
  private func check(_ document: [UInt8], against parts: [StoredPart]) throws(S3Error) {
    let result: StoredResult
    do throws(XMLError) {
      result = try MultipartXML.result(document, root: "CompleteMultipartUploadResult")
    } catch {
      throw S3Error(error)
    }
    guard let told = result.checksum, told.hasSuffix("-\(parts.count)") else { return }
    var hash = SHA256()
    for part in parts.sorted(by: { $0.number < $1.number }) {
      guard let text = part.checksum, let bytes = Base64.decode(Array(text.utf8), .standard) else {
        return
      }
      hash.update(bytes)
    }
    let expected = Base64.encode(hash.finalize().bytes, .standard) + "-\(parts.count)"
    guard told == expected else { throw S3Error(.digestMismatch) }
  }

  /// Aborts an upload; one that the store does not know is no error.
  package func abortUpload(_ location: ObjectLocation, id: String) async throws(S3Error) {
    do throws(S3Error) {
      _ = try await fetch(
        Operation(
          method: .delete, bucket: location.bucket, key: location.key, query: [("uploadId", id)],
          totalTimeout: .seconds(S3Client.abortSeconds), ignoresCircuit: true))
    } catch {
      guard error.code == .noSuchUpload || error.code == .noSuchKey else { throw error }
    }
  }

  /// Aborts after a failure, also of a cancelled task: what stays behind costs money until the sweep.
  private func abandon(_ location: ObjectLocation, _ id: String) async {
    // A task of its own is not cancelled with ours; it is awaited here.
    await Task {
      do throws(S3Error) {
        try await self.abortUpload(location, id: id)
      } catch {
        self.countAbandoned()
      }
    }.value
  }
}

extension S3Client {
  /// What a sweep of unfinished uploads did.
  package struct SweptUploads: Sendable, Hashable {
    /// Uploads that were aborted.
    package var aborted = 0
    /// Uploads that may still be under way.
    package var young = 0
    /// Uploads that could not be aborted, by code.
    package var failures: [S3Error.Code: Int] = [:]
  }

  /// The most pages of a listing that one sweep reads.
  private static let sweepPagesMax = 100

  /// Aborts the multipart uploads below `prefix` that were started before `moment`, by the clock of
  /// the store. One that cannot be aborted does not stop the others; throws if they cannot be listed.
  package func sweepUploads(
    bucket: String, prefix: String, startedBefore moment: Timestamp
  ) async throws(S3Error) -> SweptUploads {
    var swept = SweptUploads()
    var marker: (key: String, id: String)?
    for _ in 0..<S3Client.sweepPagesMax {
      let page = try await unfinished(bucket, prefix, after: marker)
      for upload in page.uploads where upload.key.starts(with: prefix.utf8) {
        guard let start = upload.startedAt, start < moment else {
          swept.young += 1
          continue
        }
        do throws(S3Error) {
          try await abortUpload(ObjectLocation(bucket: bucket, key: upload.key), id: upload.id)
          swept.aborted += 1
        } catch {
          swept.failures[error.code, default: 0] += 1
        }
      }
      guard let next = page.next else { break }
      // A store that never gets on would keep us here.
      if let marker, marker == next { throw S3Error(.garbageAnswer) }
      marker = next
    }
    return swept
  }

  private func unfinished(
    _ bucket: String, _ prefix: String, after marker: (key: String, id: String)?
  ) async throws(S3Error) -> UnfinishedPage {
    var operation = Operation(
      method: .get, bucket: bucket, query: [("uploads", ""), ("max-uploads", "1000")])
    if !prefix.isEmpty { operation.query.append(("prefix", prefix)) }
    if let marker {
      operation.query.append(("key-marker", marker.key))
      if !marker.id.isEmpty { operation.query.append(("upload-id-marker", marker.id)) }
    }
    let answer = try await fetch(operation, bytesMax: configuration.listingBytesMax)
    do throws(XMLError) {
      return try UnfinishedPage(answer.body, bytesMax: configuration.listingBytesMax)
    } catch {
      throw S3Error(error)
    }
  }
}
