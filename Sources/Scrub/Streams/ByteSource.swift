// The input of a scrubber: a window of fixed size that slides over a file or an array, with the
// SHA-256 of everything that went through it. Memory does not grow with the file.

import Cryptography
import Glibc

/// Bytes to be read, from the first on.
public enum ScrubInput: Sendable {
  /// An open regular file, read with `pread` from offset 0; its own offset is not used or moved.
  case descriptor(Int32)
  /// Bytes in memory.
  case bytes([UInt8])
}

/// A sliding window over the input.
@safe final class ByteSource {
  static let windowBytes = 256 * 1024

  /// Where the bytes come from; the owner of a buffer keeps it alive while it is read.
  @safe private enum Origin {
    case descriptor(Int32)
    case bytes([UInt8])
    case buffer(UnsafeRawBufferPointer)
  }

  private let origin: Origin
  private let isHashed: Bool
  private let bytesMax: Int
  private var window: [UInt8]
  private var start = 0
  private var end = 0
  private var hash = SHA256()
  private var isAtEnd = false

  /// Bytes taken from the input so far.
  private(set) var bytesRead = 0

  init(_ input: ScrubInput, bytesMax: Int) {
    switch input {
    case .descriptor(let descriptor): origin = .descriptor(descriptor)
    case .bytes(let bytes): origin = .bytes(bytes)
    }
    self.bytesMax = bytesMax
    isHashed = true
    window = [UInt8](repeating: 0, count: ByteSource.windowBytes)
  }

  /// Reads a part of a file, without a digest; the buffer must live as long as the source.
  init(part: UnsafeRawBufferPointer) {
    unsafe origin = .buffer(part)
    bytesMax = part.count
    isHashed = false
    // A file may have very many small parts.
    window = [UInt8](repeating: 0, count: min(max(part.count, 1), ByteSource.windowBytes))
  }

  /// True once `count` bytes lie in the window; false if the input ends before.
  func hasAvailable(_ count: Int) throws(ScrubError) -> Bool {
    precondition(count <= ByteSource.windowBytes, "a window cannot hold more than its size")
    while end - start < count {
      guard try fill() else { return false }
    }
    return true
  }

  func byte() throws(ScrubError) -> UInt8 {
    try require(1)
    start += 1
    return window[start - 1]
  }

  func uint16() throws(ScrubError) -> Int {
    try require(2)
    start += 2
    return Int(window[start - 2]) << 8 | Int(window[start - 1])
  }

  func uint32() throws(ScrubError) -> UInt32 {
    UInt32(try uint16()) << 16 | UInt32(try uint16())
  }

  /// A copy of the next `count` bytes without taking them; fewer at the end of the input.
  func peek(_ count: Int) throws(ScrubError) -> [UInt8] {
    _ = try hasAvailable(count)
    return Array(window[start..<min(end, start + count)])
  }

  /// The next `count` bytes; the caller has checked `count` against a limit.
  func bytes(_ count: Int) throws(ScrubError) -> [UInt8] {
    var result = [UInt8]()
    result.reserveCapacity(count)
    try forEach(count) { (slice: Span<UInt8>) throws(ScrubError) in
      unsafe slice.withUnsafeBufferPointer { unsafe result.append(contentsOf: $0) }
    }
    return result
  }

  /// Takes the next `count` bytes and shows them in slices.
  func forEach(
    _ count: Int, _ body: (Span<UInt8>) throws(ScrubError) -> Void
  ) throws(ScrubError) {
    var left = count
    while left > 0 {
      try require(1)
      let size = min(left, end - start)
      let range = start..<(start + size)
      start += size
      left -= size
      let bytes = window
      try body(bytes.span.extracting(range))
    }
  }

  /// Shows everything in the window (at least `atLeast` bytes) and takes as many as `body` says.
  func advance(
    atLeast count: Int, _ body: (Span<UInt8>) throws(ScrubError) -> Int
  ) throws(ScrubError) {
    try require(count)
    let bytes = window
    let taken = try body(bytes.span.extracting(start..<end))
    precondition(taken >= 0 && taken <= end - start, "only what was shown can be taken")
    start += taken
  }

  /// Shows the next `count` bytes in windows of at least `atLeast` bytes, but for the last.
  /// - Parameter body: Is told how many bytes are left, the window included, and says how many of it
  ///   are done with; the window is the last if it holds all of them.
  func walk(
    _ count: Int, atLeast least: Int,
    _ body: (_ window: Span<UInt8>, _ left: Int) throws(ScrubError) -> Int
  ) throws(ScrubError) {
    var left = count
    while left > 0 {
      var taken = 0
      try advance(atLeast: min(left, least)) { (window: Span<UInt8>) throws(ScrubError) in
        taken = try body(window.extracting(0..<min(window.count, left)), left)
        return taken
      }
      left -= taken
    }
  }

  /// Takes all that is left and shows it in slices.
  func forRest(_ body: (Span<UInt8>) throws(ScrubError) -> Void) throws(ScrubError) {
    while try hasAvailable(1) { try forEach(end - start, body) }
  }

  /// Reads to the end of the input and returns how many bytes were left.
  func drain() throws(ScrubError) -> Int {
    var count = 0
    repeat {
      count += end - start
      start = end
    } while try fill()
    return count
  }

  /// The SHA-256 of the input; only after `drain`.
  func digest() -> [UInt8] {
    precondition(isAtEnd && isHashed, "the digest covers the whole input")
    return hash.finalize().bytes
  }

  private func require(_ count: Int) throws(ScrubError) {
    guard try hasAvailable(count) else {
      throw ScrubError(.truncated, "The file ends in the middle of a structure.")
    }
  }

  private func fill() throws(ScrubError) -> Bool {
    if isAtEnd { return false }
    if start > 0 {
      let left = end - start
      if left > 0 {
        unsafe window.withUnsafeMutableBytes { bytes in
          // Both ranges lie inside the window; they may overlap, which memmove allows.
          guard let base = bytes.baseAddress else { return }
          unsafe memmove(base, base + start, left)
        }
      }
      start = 0
      end = left
    }
    let count = try read()
    isAtEnd = count == 0
    bytesRead += count
    guard bytesRead <= bytesMax else {
      throw ScrubError(.tooLarge, "The file has more than \(bytesMax) bytes.")
    }
    if isHashed { hash.update(window.span.extracting(end..<(end + count))) }
    end += count
    return count > 0
  }

  private func read() throws(ScrubError) -> Int {
    let room = window.count - end
    switch origin {
    case .buffer(let buffer):
      let count = min(room, buffer.count - bytesRead)
      unsafe window.withUnsafeMutableBytes { bytes in
        // Both ranges are inside their buffers: `count` is the smaller of the two rooms.
        guard let target = bytes.baseAddress, let source = buffer.baseAddress else { return }
        unsafe memcpy(target + end, source + bytesRead, count)
      }
      return count
    case .bytes(let bytes):
      let count = min(room, bytes.count - bytesRead)
      window.replaceSubrange(end..<(end + count), with: bytes[bytesRead..<(bytesRead + count)])
      return count
    case .descriptor(let descriptor):
      while true {
        // The kernel writes at most `room` bytes behind `end`, which is inside the window.
        let count = unsafe window.withUnsafeMutableBytes { bytes in
          unsafe pread(descriptor, bytes.baseAddress.map { unsafe $0 + end }, room, bytesRead)
        }
        if count >= 0 { return count }
        guard errno == EINTR else {
          throw ScrubError(.inputOutput, "The input cannot be read (errno \(errno)).")
        }
      }
    }
  }
}
