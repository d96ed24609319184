// Writes bytes into memory of a known size. The hot path of presigning appends about 400 bytes; an
// array's append would check uniqueness and capacity for each of them.

import Cryptography
import Glibc

/// A cursor over memory that the creator keeps alive; every write is checked against its end.
@safe struct ByteWriter: ~Copyable {
  private let buffer: UnsafeMutableBufferPointer<UInt8>
  private let capacity: Int
  private(set) var count = 0

  /// Borrows `buffer` until the writer goes away.
  init(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
    unsafe self.buffer = buffer
    capacity = buffer.count
  }

  mutating func put(_ byte: UInt8) {
    precondition(count < capacity, "the buffer was sized for the longest URL")
    unsafe buffer[count] = byte
    count += 1
  }

  mutating func put(_ bytes: [UInt8]) {
    precondition(bytes.count <= capacity - count, "the buffer was sized for the longest URL")
    guard !bytes.isEmpty else { return }
    unsafe bytes.withUnsafeBufferPointer { source in
      if let target = unsafe buffer.baseAddress, let from = source.baseAddress {
        unsafe memcpy(target + count, from, source.count)
      }
    }
    count += bytes.count
  }

  /// Appends the percent-encoded form, `/` kept.
  mutating func putPath(_ bytes: [UInt8]) {
    precondition(bytes.count <= (capacity - count) / 3, "the buffer is sized for the URL")
    guard let base = unsafe buffer.baseAddress else { return }
    var target = unsafe base + count
    for byte in bytes {
      if Percent.isUnreserved(byte) || byte == UInt8(ascii: "/") {
        unsafe target.pointee = byte
        unsafe target += 1
      } else {
        unsafe target[0] = UInt8(ascii: "%")
        unsafe target[1] = Percent.upperDigit(byte >> 4)
        unsafe target[2] = Percent.upperDigit(byte & 15)
        unsafe target += 3
      }
    }
    count = unsafe target - base
  }

  /// Appends the 64 lower-case digits of a digest.
  mutating func putHex(_ digest: SHA256Digest) {
    precondition(capacity - count >= 64, "the buffer was sized for the longest URL")
    guard let base = unsafe buffer.baseAddress else { return }
    var target = unsafe base + count
    digest.withBytes { bytes in
      for index in bytes.indices {
        let byte = bytes[index]
        unsafe target[0] = ByteWriter.lowerDigit(byte >> 4)
        unsafe target[1] = ByteWriter.lowerDigit(byte & 15)
        unsafe target += 2
      }
    }
    count += 64
  }

  /// Appends a number of two digits.
  mutating func putTwoDigits(_ value: Int64) {
    put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10))
    put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
  }

  /// Appends a number from 0 to 9,999,999 without leading zeros.
  mutating func putNumber(_ value: Int) {
    var divisor = 1
    while value / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
      divisor /= 10
    }
  }

  /// Goes back; the bytes behind are written again.
  mutating func rewind(to position: Int) {
    precondition(position <= count, "a writer only goes back")
    count = position
  }

  /// Lends written bytes.
  func withBytes<Result>(_ range: Range<Int>, _ body: (Span<UInt8>) -> Result) -> Result {
    precondition(range.upperBound <= count, "only written bytes can be read")
    return unsafe body(UnsafeBufferPointer(rebasing: buffer[range]).span)
  }

  @inline(__always)
  private static func lowerDigit(_ value: UInt8) -> UInt8 {
    // 39 lies between "9" and "a"; no branch, because a digest's digits are as good as random.
    value &+ 0x30 &+ ((9 &- value) >> 7 &* 39)
  }
}
