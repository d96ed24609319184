// What can go wrong in the object store. The HTTP side turns the code into S3's code and status.

import Glibc

/// The stable name of a store failure.
package enum StoreCode: String, Sendable, CaseIterable {
  /// The bucket does not exist.
  case bucketAbsent = "bucket-absent"
  /// A bucket of that name exists already.
  case bucketExists = "bucket-exists"
  /// The bucket still holds objects or unfinished uploads.
  case bucketNotEmpty = "bucket-not-empty"
  /// The name breaks the rules for bucket names.
  case bucketNameInvalid = "bucket-name-invalid"
  /// One more bucket would break the store's limit.
  case bucketLimitReached = "bucket-limit-reached"
  /// The key is empty.
  case keyInvalid = "key-invalid"
  /// The key is longer than the store's limit.
  case keyTooLong = "key-too-long"
  /// No object has that key.
  case objectAbsent = "object-absent"
  /// The object would be larger than the store's limit.
  case objectTooLarge = "object-too-large"
  /// The metadata of the object would be larger than the store's limit.
  case metadataTooLarge = "metadata-too-large"
  /// The file of the object does not hold what the store wrote.
  case objectDamaged = "object-damaged"
  /// A condition of the request does not hold.
  case conditionFailed = "condition-failed"
  /// The received bytes do not have the digest of `Content-MD5`.
  case md5Mismatch = "md5-mismatch"
  /// The received bytes do not have the digest that the request was signed with.
  case payloadMismatch = "payload-mismatch"
  /// The received bytes do not have the checksum of an `x-amz-checksum-...` header.
  case checksumMismatch = "checksum-mismatch"
  /// The body was cut off.
  case bodyIncomplete = "body-incomplete"
  /// No unfinished upload has that identifier.
  case uploadAbsent = "upload-absent"
  /// One more unfinished upload would break the store's limit.
  case uploadLimitReached = "upload-limit-reached"
  /// A named part was not uploaded, or has another ETag.
  case partInvalid = "part-invalid"
  /// A part number is not between 1 and the store's limit.
  case partNumberInvalid = "part-number-invalid"
  /// A part comes with another checksum than the upload was begun with.
  case checksumKindMismatch = "checksum-kind-mismatch"
  /// The named parts are not in ascending order.
  case partOrderInvalid = "part-order-invalid"
  /// A part that is not the last is smaller than the store's limit.
  case partTooSmall = "part-too-small"
  /// The bucket has more keys than the store keeps an index for.
  case listingTooLarge = "listing-too-large"
  /// The disk has no room, or no more than the reserve.
  case diskFull = "disk-full"
  /// Another process serves this folder.
  case folderInUse = "folder-in-use"
  /// The system refused a file operation.
  case systemFailed = "system-failed"
}

/// A failure of the object store.
package struct StoreError: Error, Sendable, CustomStringConvertible {
  /// The stable name of the condition.
  package let code: StoreCode
  /// A sentence that is safe for the client.
  package let detail: String
  /// What the system said, for the log only.
  package let cause: SystemFailure?

  /// Creates an error; `detail` must not hold secrets.
  package init(_ code: StoreCode, _ detail: String, cause: SystemFailure? = nil) {
    self.code = code
    self.detail = detail
    self.cause = cause
  }

  /// Translates a system failure: a full disk is its own code, the rest is `system-failed`.
  package init(_ failure: SystemFailure) {
    let isFull = [ENOSPC, EDQUOT].contains(failure.number)
    self.init(
      isFull ? .diskFull : .systemFailed,
      isFull ? "The store has no room left." : "The store could not do a file operation.",
      cause: failure)
  }

  package var description: String { "\(code.rawValue): \(detail)" }
}

/// A system call that failed, with its error number.
package struct SystemFailure: Error, Sendable, CustomStringConvertible {
  /// The name of the call.
  package let call: String
  /// The value of `errno` after it.
  package let number: Int32

  package var description: String { "\(call): errno \(number)" }
}
