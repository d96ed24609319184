// The port to object storage: five closures that Gateway fills with its S3 client.

package import Base

/// What the gateway does with objects.
package struct ObjectAccess: Sendable {
  /// Stores the whole file under a key that is new, and checks that the store has these bytes.
  package let put:
    @Sendable (_ key: ObjectKey, _ file: SpooledFile, _ mediaType: MediaType)
      async throws(ObjectError) -> Void
  /// Makes a presigned URL; it does not ask the store.
  package let presign: @Sendable (PresignOrder) async throws(ObjectError) -> PresignedURL
  /// Starts to read a part of an object, which is not empty; for one reader.
  package let open:
    @Sendable (_ key: ObjectKey, _ part: Range<Int64>) async throws(ObjectError) -> ObjectReader
  /// Looks at an object; nothing if there is none.
  package let head: @Sendable (ObjectKey) async throws(ObjectError) -> StoredObject?
  /// Deletes an object; an absent one is no error.
  package let delete: @Sendable (ObjectKey) async throws(ObjectError) -> Void

  /// Takes the closures.
  package init(
    put: @escaping @Sendable (ObjectKey, SpooledFile, MediaType) async throws(ObjectError) -> Void,
    presign: @escaping @Sendable (PresignOrder) async throws(ObjectError) -> PresignedURL,
    open: @escaping @Sendable (ObjectKey, Range<Int64>) async throws(ObjectError) -> ObjectReader,
    head: @escaping @Sendable (ObjectKey) async throws(ObjectError) -> StoredObject?,
    delete: @escaping @Sendable (ObjectKey) async throws(ObjectError) -> Void
  ) {
    self.put = put
    self.presign = presign
    self.open = open
    self.head = head
    self.delete = delete
  }
}

/// What a presigned URL should do.
package struct PresignOrder: Sendable, Hashable {
  /// Which object.
  package let key: ObjectKey
  /// How the browser should treat it.
  package let disposition: Disposition
  /// The name to save under.
  package let filename: FileName
  /// The media type of the answer.
  package let mediaType: MediaType
  /// The id that is signed into the URL as `x-pst-delivery`.
  package let delivery: DeliveryID
  /// How long it should live; less if the store credential ends before.
  package let seconds: Int64

  /// Takes the values as they are.
  package init(
    key: ObjectKey, disposition: Disposition, filename: FileName, mediaType: MediaType,
    delivery: DeliveryID, seconds: Int64
  ) {
    self.key = key
    self.disposition = disposition
    self.filename = filename
    self.mediaType = mediaType
    self.delivery = delivery
    self.seconds = seconds
  }
}

/// The bytes of an object as they arrive; dropping the reader ends the reading.
package struct ObjectReader: Sendable {
  private let pull: @Sendable () async throws(ObjectError) -> [UInt8]?

  /// Creates a reader over a closure that gives the next piece, never empty, and nothing at the end.
  package init(pull: @escaping @Sendable () async throws(ObjectError) -> [UInt8]?) {
    self.pull = pull
  }

  /// The next piece; nothing at the end. One call at a time.
  package func next() async throws(ObjectError) -> [UInt8]? { try await pull() }
}

/// The store's URL; whoever has it has the bytes, so its descriptions are redacted.
package struct PresignedURL: Sendable, Hashable, CustomStringConvertible,
  CustomDebugStringConvertible, CustomReflectable
{
  /// The URL, for the answer to the client and nothing else.
  package let secretText: String
  /// When it dies.
  package let expiresAt: Timestamp

  /// Takes a signed URL.
  package init(secretText: String, expiresAt: Timestamp) {
    self.secretText = secretText
    self.expiresAt = expiresAt
  }

  package var description: String { "redacted" }
  package var debugDescription: String { "redacted" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What the store says about an object.
package struct StoredObject: Sendable, Hashable {
  /// Its size in bytes.
  package let size: Int64
  /// Its entity tag with quotes, if the store gave one.
  package let entityTag: String?

  /// Takes the values as they are.
  package init(size: Int64, entityTag: String?) {
    self.size = size
    self.entityTag = entityTag
  }
}

/// Why object storage did not do what was asked.
package struct ObjectError: Error, Sendable {
  /// What went wrong.
  package enum Code: String, Sendable, CaseIterable {
    /// It cannot be reached, is slow, or answers with errors of its own.
    case unavailable = "unavailable"
    /// It refuses our credentials, or there are none.
    case credentials = "credentials"
    /// It holds other bytes than we sent.
    case digestMismatch = "digest-mismatch"
    /// Something else has the key, which was not touched.
    case taken = "taken"
    /// It refuses for a reason that trying again does not change.
    case refused = "refused"
  }

  /// What went wrong.
  package let code: Code
  /// A sentence without keys, URLs or credentials.
  package let detail: String
  /// What caused it, for our own log only.
  package let cause: (any Error)?

  /// Makes an error.
  package init(_ code: Code, _ detail: String, cause: (any Error)? = nil) {
    self.code = code
    self.detail = detail
    self.cause = cause
  }
}

extension ObjectError: CustomStringConvertible {
  /// Code and detail.
  package var description: String { "\(code.rawValue): \(detail)" }
}
