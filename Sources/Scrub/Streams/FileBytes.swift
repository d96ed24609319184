// A whole file as bytes that can be read at any place: a private, read-only mapping, or memory. For
// containers whose parts name each other by offset; streams are read with `ByteSource`.

import Glibc

/// The bytes of an input, alive as long as this object. Every read is checked against the end.
@safe final class FileBytes {
  // Mapped or allocated in `init`, freed in `deinit`; lent out by `withBytes` only.
  private let bytes: UnsafeRawBufferPointer
  private let isMapped: Bool

  /// Opens the input; `too-large`, `input-output`.
  init(_ input: ScrubInput, bytesMax: Int) throws(ScrubError) {
    switch input {
    case .descriptor(let descriptor):
      unsafe bytes = try FileBytes.map(descriptor, bytesMax: bytesMax)
      isMapped = true
    case .bytes(let array):
      guard array.count <= bytesMax else { throw FileBytes.tooLarge(bytesMax) }
      unsafe bytes = try FileBytes.copy(array)
      isMapped = false
    }
  }

  deinit {
    if isMapped {
      unsafe munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), max(bytes.count, 1))
    } else {
      unsafe free(UnsafeMutableRawPointer(mutating: bytes.baseAddress))
    }
  }

  /// How many bytes there are.
  var count: Int { unsafe bytes.count }

  /// Shows all bytes.
  func withBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws(ScrubError) -> Result
  ) throws(ScrubError) -> Result {
    try unsafe body(bytes)
  }

  /// A copy of the bytes in `range`; `truncated` if they are not all there.
  func copy(_ range: Range<Int>) throws(ScrubError) -> [UInt8] {
    try check(range.lowerBound, range.count)
    return unsafe [UInt8](UnsafeRawBufferPointer(rebasing: bytes[range]))
  }

  /// The byte at `offset`; `truncated` behind the end.
  func byte(at offset: Int) throws(ScrubError) -> UInt8 {
    try check(offset, 1)
    return unsafe bytes[offset]
  }

  /// The unsigned number of `width` bytes (1 to 8) at `offset`, most significant byte first unless
  /// `isLittleEndian`; `truncated` behind the end.
  func number(
    at offset: Int, width: Int, isLittleEndian: Bool = false
  ) throws(ScrubError) -> UInt64 {
    precondition((1...8).contains(width), "a number has one to eight bytes")
    try check(offset, width)
    var value: UInt64 = 0
    for index in 0..<width {
      let place = isLittleEndian ? width - 1 - index : index
      value = unsafe value << 8 | UInt64(bytes[offset + place])
    }
    return value
  }

  /// True if all bytes in `range` are zero; `truncated` if they are not all there.
  func isZero(_ range: Range<Int>) throws(ScrubError) -> Bool {
    try check(range.lowerBound, range.count)
    return unsafe bytes[range].allSatisfy { $0 == 0 }
  }

  private func check(_ offset: Int, _ length: Int) throws(ScrubError) {
    guard offset >= 0, length >= 0, length <= count, offset <= count - length else {
      throw ScrubError(.truncated, "The file ends in the middle of a structure.")
    }
  }

  private static func map(
    _ descriptor: Int32, bytesMax: Int
  ) throws(ScrubError) -> UnsafeRawBufferPointer {
    let size = Int(lseek(descriptor, 0, SEEK_END))
    guard size >= 0 else { throw ScrubError(.inputOutput, "The input cannot be read.") }
    guard size <= bytesMax else { throw tooLarge(bytesMax) }
    // Private and read-only: the pages belong to the file's cache and count once.
    guard let pointer = unsafe mmap(nil, max(size, 1), PROT_READ, MAP_PRIVATE, descriptor, 0),
      unsafe pointer != UnsafeMutableRawPointer(bitPattern: -1)
    else { throw ScrubError(.inputOutput, "The input cannot be mapped (errno \(errno)).") }
    return unsafe UnsafeRawBufferPointer(start: pointer, count: size)
  }

  private static func copy(_ bytes: [UInt8]) throws(ScrubError) -> UnsafeRawBufferPointer {
    guard let pointer = unsafe malloc(max(bytes.count, 1)) else {
      throw ScrubError(.tooLarge, "The file needs more memory than a worker may use.")
    }
    // The block has the size of the array.
    unsafe bytes.withUnsafeBytes { source in
      if let start = source.baseAddress { unsafe memcpy(pointer, start, source.count) }
    }
    return unsafe UnsafeRawBufferPointer(start: pointer, count: bytes.count)
  }

  private static func tooLarge(_ bytesMax: Int) -> ScrubError {
    ScrubError(.tooLarge, "The file has more than \(bytesMax) bytes.")
  }
}
