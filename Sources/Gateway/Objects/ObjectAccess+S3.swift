// The domain's port to object storage, filled with the S3 client. Keys are ours; bucket, endpoints
// and credentials come from the settings.

import Base
package import Delivery
import HTTPClient
import HTTPMessage
package import S3
import SigV4

extension ObjectAccess {
  /// Objects of one bucket. `downloads` reads for customers: its connections wait for them, and must
  /// not be missing elsewhere.
  package static func s3(
    _ client: S3Client, downloads: S3Client, bucket: String
  ) -> ObjectAccess {
    let objects = S3Objects(client: client, downloads: downloads, bucket: bucket)
    return ObjectAccess(
      put: { key, file, mediaType throws(ObjectError) in
        try await objects.put(key, file, mediaType)
      },
      presign: { order throws(ObjectError) in try await objects.presign(order) },
      open: { key, part throws(ObjectError) in try await objects.open(key, part) },
      head: { key throws(ObjectError) in try await objects.head(key) },
      delete: { key throws(ObjectError) in try await objects.delete(key) })
  }
}

/// The five closures as methods.
private struct S3Objects: Sendable {
  let client: S3Client
  let downloads: S3Client
  let bucket: String

  func put(
    _ key: ObjectKey, _ file: SpooledFile, _ mediaType: MediaType
  ) async throws(ObjectError) {
    var options = PutOptions()
    options.contentType = mediaType.text
    options.sha256 = file.sha256
    // Keys are random; one that is taken is a mistake that must not replace anything. A store that
    // cannot refuse is not asked, which would only cost a request.
    options.isNewOnly = client.configuration.profile.hasConditionalPut
    do throws(S3Error) {
      try await client.put(
        location(key), .file(descriptor: file.descriptor, offset: 0, count: file.size),
        options: options)
    } catch {
      throw ObjectError(error)
    }
  }

  func presign(_ order: PresignOrder) async throws(ObjectError) -> Delivery.PresignedURL {
    let kind: ContentDisposition.Kind = order.disposition == .inline ? .inline : .attachment
    let disposition = ContentDisposition.value(
      kind, name: order.filename.text, fileExtension: order.mediaType.savedExtension)
    do throws(S3Error) {
      let url = try await client.presign(
        .get, location(order.key), lifetimeSeconds: Int(clamping: order.seconds),
        query: [
          ("response-cache-control", "private, no-store"),
          ("response-content-disposition", disposition),
          ("response-content-type", order.mediaType.text),
          ("x-pst-delivery", order.delivery.description),
        ])
      return Delivery.PresignedURL(
        secretText: url.reveal(), expiresAt: Timestamp(seconds: url.expiresAt))
    } catch {
      throw ObjectError(error)
    }
  }

  func open(_ key: ObjectKey, _ part: Range<Int64>) async throws(ObjectError) -> ObjectReader {
    let (body, size): (ObjectBody, Int64?)
    do throws(S3Error) {
      let answer = try await downloads.get(location(key), range: part)
      size = answer.head.size
      body = answer.body
    } catch {
      throw ObjectError(error)
    }
    guard size == Int64(part.count) else {
      throw ObjectError(.unavailable, "The object store has something else under the key.")
    }
    return ObjectReader { () async throws(ObjectError) in
      do throws(S3Error) {
        return try await body.nextChunk()
      } catch {
        throw ObjectError(error)
      }
    }
  }

  func head(_ key: ObjectKey) async throws(ObjectError) -> StoredObject? {
    do throws(S3Error) {
      let head = try await client.head(location(key))
      return StoredObject(size: head.size ?? 0, entityTag: head.entityTag)
    } catch {
      if error.code == .noSuchKey { return nil }
      throw ObjectError(error)
    }
  }

  func delete(_ key: ObjectKey) async throws(ObjectError) {
    do throws(S3Error) {
      try await client.delete(location(key))
    } catch {
      throw ObjectError(error)
    }
  }

  private func location(_ key: ObjectKey) -> ObjectLocation {
    ObjectLocation(bucket: bucket, key: key.text)
  }
}

extension ObjectError {
  /// What a failure of the store means to the domain.
  fileprivate init(_ error: S3Error) {
    switch error.code {
    case .accessDenied, .accessKeyUnknown, .signatureMismatch, .credentialsExpired,
      .credentialsMissing, .credentialsInvalid, .clockSkewed, .wrongRegion:
      self.init(.credentials, "The object store refuses our credentials.", cause: error)
    case .preconditionFailed:
      self.init(.taken, "The key belongs to another object.", cause: error)
    case .digestMismatch:
      self.init(.digestMismatch, "The object store received other bytes.", cause: error)
    case .slowDown, .storeFailed, .timeout, .unreachable, .connectionLost, .garbageAnswer,
      .tooManyRequests, .quotaExceeded, .circuitOpen, .credentialsUnavailable, .noSuchUpload,
      .invalidPart, .cancelled, .noSuchBucket,
      .conflict, .responseTooLarge:
      self.init(.unavailable, "The object store is not available.", cause: error)
    default:
      self.init(.refused, "The object store refuses the request.", cause: error)
    }
  }
}
