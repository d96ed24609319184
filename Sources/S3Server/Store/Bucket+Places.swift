// Where things lie in the folder of a bucket.

import Base
import Cryptography
import Glibc

extension Bucket {
  /// The record of the bucket itself: an object without bytes.
  static let recordName = "bucket"
  /// The folder of unfinished multipart uploads.
  static let uploadsName = "uploads"
  /// The record of a multipart upload, in its folder.
  static let uploadRecordName = "upload"

  /// The folder and the file name of a key.
  static func place(of key: [UInt8]) -> (folder: String, file: String) {
    let digest = SHA256.hash(key).hex
    let cut = digest.utf8.index(digest.startIndex, offsetBy: 2)
    return (String(digest[..<cut]), String(digest[cut...]))
  }

  /// The file name of a part; names sort as numbers do.
  static func partName(_ number: Int) -> String {
    let digits = String(number)
    return "part-" + String(repeating: "0", count: max(0, 5 - digits.utf8.count)) + digits
  }

  /// Opens a folder of the bucket; nothing if it is absent, `object-damaged` if it is no folder.
  static func folder(_ name: String, in parent: Descriptor) throws(StoreError) -> Descriptor? {
    do {
      return try parent.folder(name)
    } catch {
      if error.number == ENOENT { return nil }
      throw damaged(error)
    }
  }

  /// Opens a folder of the bucket and makes it first if it is absent.
  static func folderMade(_ name: String, in parent: Descriptor) throws(StoreError) -> Descriptor {
    do {
      return try parent.folderMade(name)
    } catch {
      throw damaged(error)
    }
  }

  /// Opens the folder of an upload of this key; `upload-absent` if there is none.
  func uploadFolder(_ upload: String, key: [UInt8], limits: StoreLimits) throws(StoreError)
    -> (folder: Descriptor, record: ObjectRecord)
  {
    let absent = StoreError(.uploadAbsent, "The specified multipart upload does not exist.")
    // An identifier of ours has 32 digits; anything else is not looked up.
    guard upload.utf8.count == 32, Hex.decode(upload) != nil,
      let uploads = try Bucket.folder(Bucket.uploadsName, in: folder),
      let inside = try Bucket.folder(upload, in: uploads),
      let object = try ObjectFile.open(Bucket.uploadRecordName, in: inside, limits: limits),
      object.record.key == key
    else { throw absent }
    return (inside, object.record)
  }

  private static func damaged(_ failure: SystemFailure) -> StoreError {
    guard [ELOOP, ENOTDIR].contains(failure.number) else { return StoreError(failure) }
    return StoreError(.objectDamaged, "The stored object is damaged.", cause: failure)
  }
}
