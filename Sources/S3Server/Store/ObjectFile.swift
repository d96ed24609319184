// A published object, open for reading. It stays whole while its key is replaced or deleted: the
// open descriptor keeps the old file.

import Glibc

/// An open object.
package struct ObjectFile: Sendable {
  /// What the store knows about it.
  package let record: ObjectRecord
  /// The open file; the body is its first `record.size` bytes.
  package let descriptor: Descriptor
  /// The whole body if it is small and was read along with the record.
  package let smallBody: [UInt8]?

  /// Up to how many bytes a file is read as a whole: a small object with its record takes one call.
  private static let smallFileBytes: Int64 = 16 << 10
  /// What is read from the end of a larger one; nearly all records are shorter.
  private static let tailBytes: Int64 = 1 << 10

  /// Opens `name` in `folder`; nothing if there is none, `object-damaged` if it is not ours.
  static func open(_ name: String, in folder: Descriptor, limits: StoreLimits)
    throws(StoreError) -> ObjectFile?
  {
    do throws(SystemFailure) {
      let descriptor = try folder.file(name)
      let status = try descriptor.status()
      guard status.isRegular, status.size >= Int64(ObjectRecord.trailerBytes) else {
        throw SystemFailure(call: "fstat", number: EINVAL)
      }
      return try read(descriptor, fileSize: status.size, limits: limits)
    } catch {
      if error.number == ENOENT { return nil }
      // A link, a folder, a pipe or foreign bytes in the place of an object.
      if [ELOOP, EISDIR, ENXIO, EINVAL, EBADMSG].contains(error.number) {
        throw StoreError(.objectDamaged, "The stored object is damaged.", cause: error)
      }
      throw StoreError(error)
    }
  }

  private static func read(_ descriptor: Descriptor, fileSize: Int64, limits: StoreLimits)
    throws(SystemFailure) -> ObjectFile
  {
    let damaged = SystemFailure(call: "pread", number: EBADMSG)
    let tailSize = Int(fileSize <= smallFileBytes ? fileSize : tailBytes)
    var tail = try descriptor.read(tailSize, at: fileSize - Int64(tailSize))
    guard tail.count == tailSize,
      let sizes = ObjectRecord.sizes(trailer: tail.suffix(ObjectRecord.trailerBytes)),
      sizes.record <= limits.recordBytesMax + PartSizes.encodedBytesMax
    else { throw damaged }
    let encodedSize = sizes.record + ObjectRecord.trailerBytes
    let (total, overflow) = sizes.body.addingReportingOverflow(Int64(encodedSize))
    guard !overflow, sizes.body >= 0, total == fileSize else { throw damaged }
    if encodedSize > tailSize { tail = try descriptor.read(encodedSize, at: sizes.body) }
    guard let record = ObjectRecord(encoded: tail.suffix(encodedSize)) else { throw damaged }
    let isWhole = fileSize == Int64(tail.count)
    return ObjectFile(
      record: record, descriptor: descriptor,
      smallBody: isWhole ? Array(tail.prefix(Int(sizes.body))) : nil)
  }
}
