// A SHA-256 digest (or HMAC-SHA-256 code) as a value: 32 bytes, no allocation, usable as a
// dictionary key.

import Base

/// 32 bytes that came out of SHA-256.
package struct SHA256Digest: Sendable, Hashable {
  /// The number of bytes.
  package static let count = 32

  // The bytes in memory order, so that a span over the words is a span over the digest.
  private var words: (UInt64, UInt64, UInt64, UInt64)

  /// 32 zero bytes.
  package init() {
    words = (0, 0, 0, 0)
  }

  /// Takes exactly 32 bytes; nothing for another count.
  package init?(_ bytes: Span<UInt8>) {
    guard bytes.count == SHA256Digest.count else { return nil }
    self.init()
    withMutableBytes { target in
      for index in 0..<SHA256Digest.count { target[index] = bytes[index] }
    }
  }

  /// Takes exactly 32 bytes; nothing for another count.
  package init?(_ bytes: some Collection<UInt8>) {
    self.init(Array(bytes).span)
  }

  /// Takes 64 lower-case hexadecimal digits; nothing for other text.
  package init?(hex: some StringProtocol) {
    guard let bytes = Hex.decode(hex) else { return nil }
    self.init(bytes.span)
  }

  /// Lends the 32 bytes for the time of the call.
  package func withBytes<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var copy = words
    return try unsafe withUnsafeMutableBytes(of: &copy) { (raw) throws(Failure) -> Result in
      try unsafe body(raw.bindMemory(to: UInt8.self).span)
    }
  }

  /// The 32 bytes.
  package var bytes: [UInt8] {
    withBytes { bytes in
      unsafe [UInt8](unsafeUninitializedCapacity: SHA256Digest.count) { buffer, count in
        for index in 0..<SHA256Digest.count { unsafe buffer[index] = bytes[index] }
        count = SHA256Digest.count
      }
    }
  }

  /// The bytes as 64 lower-case hexadecimal digits.
  package var hex: String { withBytes { Hex.encode($0) } }

  /// Appends the bytes as 64 lower-case hexadecimal digits.
  package func appendHex(to text: inout [UInt8]) {
    withBytes { bytes in
      for index in bytes.indices { Hex.append(bytes[index], to: &text) }
    }
  }

  mutating func withMutableBytes<Result>(_ body: (inout MutableSpan<UInt8>) -> Result) -> Result {
    unsafe withUnsafeMutableBytes(of: &words) { raw in
      var span = unsafe raw.bindMemory(to: UInt8.self).mutableSpan
      return body(&span)
    }
  }

  mutating func withPointer(_ body: (UnsafeMutablePointer<UInt8>) -> Void) {
    unsafe withUnsafeMutablePointer(to: &words) { pointer in
      unsafe pointer.withMemoryRebound(to: UInt8.self, capacity: SHA256Digest.count) {
        unsafe body($0)
      }
    }
  }

  package static func == (left: SHA256Digest, right: SHA256Digest) -> Bool {
    left.words == right.words
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
    hasher.combine(words.2)
    hasher.combine(words.3)
  }
}

extension SHA256Digest: CustomStringConvertible {
  /// The 64 hexadecimal digits.
  package var description: String { hex }
}
