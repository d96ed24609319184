// PUT, GET, HEAD and DELETE of one object, and presigned URLs.

import Base
package import Cryptography
package import HTTPClient
import HTTPMessage
package import SigV4

/// What accompanies an upload.
package struct PutOptions: Sendable {
  /// The media type that the store keeps.
  package var contentType: String?

  /// The digest of the whole body, if it is known; computed for bytes in memory.
  package var sha256: SHA256Digest?

  /// Whether the upload fails with `precondition-failed` if the key is taken.
  package var isNewOnly = false

  /// More fields to send and sign, such as `x-amz-meta-...`.
  package var fields: [(name: String, value: String)] = []

  /// Creates the default options.
  package init() {}

  private static let markName = "x-amz-meta-write"

  /// What tells this write from every other, so that a key that we took ourselves is recognised.
  fileprivate var mark: String? { fields.first { $0.name == PutOptions.markName }?.value }

  /// Gives the write a mark of its own; one that was copied with other fields goes.
  mutating func renewMark() {
    fields.removeAll { $0.name.lowercased() == PutOptions.markName }
    fields.append((PutOptions.markName, Hex.encode(Random.bytes(8))))
  }

  /// Whether the fields of an object are those of this write; true if it was not marked.
  fileprivate func isMark(in fields: [(name: String, value: String)]) -> Bool {
    guard let mark else { return true }
    return fields.contains { $0.name.lowercased() == PutOptions.markName && $0.value == mark }
  }
}

/// What the store says about an object.
package struct ObjectHead: Sendable {
  /// The size in bytes; of the part, if a range was asked for.
  package let size: Int64?

  /// The entity tag with its quotes.
  package let entityTag: String?

  /// The media type.
  package let contentType: String?

  /// The id of the version, on buckets that keep versions.
  package let versionID: String?

  /// All fields of the answer.
  package let fields: [(name: String, value: String)]

  init(_ head: ClientResponseHead) {
    size = head.contentLength
    entityTag = head.fields[.etag]
    contentType = head.fields[.contentType]
    versionID = head.fields["x-amz-version-id"]
    fields = head.fields.pairs
  }

  /// Whether this is what the write with these options stored.
  func isMarked(_ options: PutOptions) -> Bool { options.isMark(in: fields) }
}

extension S3Client {
  /// Stores one object and returns what the store says about it.
  ///
  /// More bytes than `multipart.thresholdBytes` go up in parts. With `payloadSigning` `digest`, the
  /// digest that is known or computed goes into the signature, so that the store refuses other bytes
  /// with `digest-mismatch`. With `isNewOnly`, a taken key is `precondition-failed`; a store whose
  /// profile has no conditional PUT is asked before, which leaves a gap for a second writer.
  @discardableResult
  package func put(
    _ location: ObjectLocation, _ body: ClientBody, options: PutOptions = PutOptions()
  ) async throws(S3Error) -> ObjectHead {
    var options = options
    if options.isNewOnly { options.renewMark() }
    if configuration.profile.hasMultipart, body.count > configuration.multipart.thresholdBytes {
      return try await putInParts(location, body, options: options)
    }
    guard body.count <= MultipartPlan.partBytesMax else { throw S3Error(.entityTooLarge) }
    if options.isNewOnly, !configuration.profile.hasConditionalPut {
      try await requireFree(location)
    }
    do throws(S3Error) {
      return try await putAtOnce(location, body, options: options)
    } catch {
      // Our own earlier sending, whose answer was lost, may have taken the key.
      guard options.isNewOnly, error.code == .preconditionFailed else { throw error }
      let found = try await head(location)
      guard found.size == body.count, found.isMarked(options) else { throw error }
      return found
    }
  }

  /// Throws `precondition-failed` if the key is taken.
  func requireFree(_ location: ObjectLocation) async throws(S3Error) {
    do throws(S3Error) {
      _ = try await head(location)
    } catch {
      guard error.code == .noSuchKey else { throw error }
      return
    }
    throw S3Error(.preconditionFailed)
  }

  private func putAtOnce(
    _ location: ObjectLocation, _ body: ClientBody, options: PutOptions
  ) async throws(S3Error) -> ObjectHead {
    var digest = options.sha256
    if digest == nil, case .bytes(let bytes) = body { digest = SHA256.hash(bytes) }
    if digest == nil, body.count == 0 { digest = SHA256.hash([]) }
    var operation = Operation(
      method: .put, bucket: location.bucket, key: location.key, fields: options.fields, body: body)
    if let type = options.contentType { operation.fields.append(("content-type", type)) }
    if options.isNewOnly, configuration.profile.hasConditionalPut {
      operation.fields.append(("if-none-match", "*"))
    }
    operation.fields += configuration.encryptionFields
    if configuration.profile.hasChecksums, let digest {
      let text = Base64.encode(digest.bytes, .standard)
      operation.fields.append(("x-amz-checksum-sha256", text))
    }
    operation.payload =
      switch (configuration.payloadSigning, digest) {
      case (.digest, .some(let digest)): .sha256(hex: digest.hex)
      default: .unsigned
      }
    let answer = try await fetch(operation)
    if let digest, let told = answer.fields["x-amz-checksum-sha256"] {
      guard told == Base64.encode(digest.bytes, .standard) else { throw S3Error(.digestMismatch) }
    }
    return ObjectHead(answer.head)
  }

  /// How long the reading of one object may take; a silent store ends it much earlier.
  private static let readingTimeout = Duration.seconds(6 * 3600)

  /// Starts to read an object or a part of it; the bytes arrive through the returned body.
  ///
  /// `range` counts bytes from 0. With `expected`, the end of the body is `digest-mismatch` if the
  /// bytes do not have that digest; for whole objects only.
  package func get(
    _ location: ObjectLocation, range: Range<Int64>? = nil, expected: SHA256Digest? = nil
  ) async throws(S3Error) -> (head: ObjectHead, body: ObjectBody) {
    precondition(range == nil || expected == nil, "a part has no expected digest")
    var operation = Operation(
      method: .get, bucket: location.bucket, key: location.key,
      totalTimeout: S3Client.readingTimeout)
    if let range {
      guard range.lowerBound >= 0, !range.isEmpty else { throw S3Error(.invalidRange) }
      operation.fields.append(("range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)"))
    }
    let http = http
    let answer = try await perform(
      operation, head: \.head,
      errorBody: { (answer: StreamedResponse) async throws(HTTPClientError) in
        try await answer.body.collect(bytesMax: 64 << 10)
      },
      send: { (request) async throws(HTTPClientError) in
        try await http.stream(request, attemptsMax: 1)
      })
    if let range {
      let told = answer.fields[.contentRange] ?? ""
      guard answer.status.code == 206, told.hasPrefix("bytes \(range.lowerBound)-") else {
        throw S3Error(.garbageAnswer)
      }
    }
    return (ObjectHead(answer.head), ObjectBody(answer.body, expected: expected))
  }

  /// Reads a whole object of at most `bytesMax` bytes into memory; see `get`.
  package func bytes(
    _ location: ObjectLocation, range: Range<Int64>? = nil, expected: SHA256Digest? = nil,
    bytesMax: Int
  ) async throws(S3Error) -> [UInt8] {
    let (head, body) = try await get(location, range: range, expected: expected)
    if let size = head.size, size > Int64(bytesMax) { throw S3Error(.responseTooLarge) }
    var result = [UInt8]()
    while let chunk = try await body.nextChunk() {
      guard result.count + chunk.count <= bytesMax else { throw S3Error(.responseTooLarge) }
      result += chunk
    }
    return result
  }

  /// Looks at an object; throws `no-such-key` if there is none.
  package func head(_ location: ObjectLocation) async throws(S3Error) -> ObjectHead {
    let operation = Operation(method: .head, bucket: location.bucket, key: location.key)
    return ObjectHead(try await fetch(operation).head)
  }

  /// Deletes an object; an absent one is no error.
  package func delete(_ location: ObjectLocation) async throws(S3Error) {
    do throws(S3Error) {
      _ = try await fetch(
        Operation(method: .delete, bucket: location.bucket, key: location.key))
    } catch {
      guard error.code == .noSuchKey else { throw error }
    }
  }

  /// A URL, for the public endpoint, that lets anybody do `method` on one object until it expires.
  ///
  /// It lives `lifetimeSeconds`, or as long as the credentials if they end before. No request is
  /// sent. See `Signer.presign` for `query` and `headers`.
  package func presign(
    _ method: PresignMethod, _ location: ObjectLocation, lifetimeSeconds: Int,
    query: [(name: String, value: String)] = [], headers: [(name: String, value: String)] = []
  ) async throws(S3Error) -> PresignedURL {
    let signers = try await signers.signers()
    let now = clock.now()
    var lifetime = lifetimeSeconds
    if let end = signers.expiresAt {
      let left = (end.milliseconds - now.milliseconds) / 1000
      guard left > 0 else { throw S3Error(.credentialsExpired) }
      lifetime = Int(min(Int64(lifetime), left))
    }
    do throws(SigV4Error) {
      return try signers.presigning.presign(
        method, bucket: location.bucket, key: location.key, lifetimeSeconds: lifetime,
        query: query, headers: headers, at: now.seconds)
    } catch {
      throw S3Error(error)
    }
  }
}
