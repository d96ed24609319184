// The output of a scrubber: a buffer in front of a file or an array, with the SHA-256 of everything
// written. The output of a refused file is unfinished and must be thrown away by the caller.

import Cryptography
import Glibc

/// Where the scrubbed bytes go.
enum ByteTarget {
  /// An open regular file, written with `pwrite` from offset 0; it must be empty.
  case descriptor(Int32)
  /// Memory.
  case memory
  /// Nowhere: only counted and hashed.
  case discard
}

/// A buffered writer that hashes.
final class ByteSink {
  private static let bufferBytes = 256 * 1024

  private let target: ByteTarget
  private let bytesMax: Int
  private let isHashed: Bool
  private var buffer: [UInt8] = []
  private var hash = SHA256()

  /// What was written, if the target is memory.
  private(set) var memory: [UInt8] = []

  /// Whether the start of what is written can be asked for; to be set before anything is.
  var keepsStart = false
  private var kept: [UInt8] = []

  /// The first bytes that were written, as many as a type is told by.
  var start: ArraySlice<UInt8> {
    precondition(keepsStart, "only what is to be kept is there")
    return (kept + buffer).prefix(TypeDetector.sampleBytes)
  }

  /// Bytes written so far, the buffered ones included.
  private(set) var bytesWritten = 0

  /// A sink that is not hashed is for a part of a file; its digest means nothing.
  init(_ target: ByteTarget, bytesMax: Int, isHashed: Bool = true) {
    self.target = target
    self.isHashed = isHashed
    self.bytesMax = bytesMax
    buffer.reserveCapacity(2 * ByteSink.bufferBytes)
  }

  func append(_ byte: UInt8) throws(ScrubError) {
    try append(CollectionOfOne(byte))
  }

  func append(_ bytes: some Collection<UInt8>) throws(ScrubError) {
    buffer.append(contentsOf: bytes)
    try added(bytes.count)
  }

  func append(_ bytes: Span<UInt8>) throws(ScrubError) {
    unsafe bytes.withUnsafeBufferPointer { unsafe buffer.append(contentsOf: $0) }
    try added(bytes.count)
  }

  /// Appends what the caller keeps alive during the call.
  func append(_ bytes: UnsafeRawBufferPointer) throws(ScrubError) {
    var start = 0
    while start < bytes.count {
      // In pieces, so that a large stream does not grow the buffer.
      let count = min(ByteSink.bufferBytes, bytes.count - start)
      unsafe buffer.append(
        contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + count)]))
      start += count
      try added(count)
    }
  }

  func append(uint32 value: UInt32) throws(ScrubError) {
    try append([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) })
  }

  /// Writes what is still buffered and returns the SHA-256 of the whole output.
  func finish() throws(ScrubError) -> [UInt8] {
    try flush()
    return hash.finalize().bytes
  }

  private func added(_ count: Int) throws(ScrubError) {
    bytesWritten += count
    guard bytesWritten <= bytesMax else {
      throw ScrubError(.tooLarge, "The scrubbed file has more than \(bytesMax) bytes.")
    }
    if buffer.count >= ByteSink.bufferBytes { try flush() }
  }

  private func flush() throws(ScrubError) {
    if isHashed { hash.update(buffer.span) }
    if keepsStart, kept.count < TypeDetector.sampleBytes {
      kept += buffer.prefix(TypeDetector.sampleBytes - kept.count)
    }
    switch target {
    case .memory: memory.append(contentsOf: buffer)
    case .discard: break
    case .descriptor(let descriptor): try write(to: descriptor)
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private func write(to descriptor: Int32) throws(ScrubError) {
    let offset = bytesWritten - buffer.count
    var done = 0
    while done < buffer.count {
      // `done` stays below the count, so the pointer and the length are inside the buffer.
      let count = unsafe buffer.withUnsafeBytes { bytes in
        unsafe pwrite(
          descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done,
          offset + done)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        throw ScrubError(.inputOutput, "The output cannot be written (errno \(errno)).")
      }
      done += count
    }
  }
}
