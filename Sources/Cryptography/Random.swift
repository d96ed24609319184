// Random bytes from OpenSSL's generator, which the kernel seeds. Nothing else in the project makes
// randomness.

import Base
import COpenSSL

/// The random source of the program.
package enum Random {
  /// The most bytes of a draw from the reserve; more are generated at once.
  private static let reservedBytesMax = 64

  private static let reserve = Lock(RandomReserve())

  /// `count` unpredictable bytes.
  package static func bytes(_ count: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      unsafe fill(UnsafeMutableRawBufferPointer(buffer))
      filled = count
    }
  }

  /// Two unpredictable words: 128 random bits, as much as a typed id holds.
  package static func pair() -> (UInt64, UInt64) {
    var words: (UInt64, UInt64) = (0, 0)
    unsafe withUnsafeMutableBytes(of: &words) { unsafe fill($0) }
    return words
  }

  private static func fill(_ buffer: UnsafeMutableRawBufferPointer) {
    guard unsafe !buffer.isEmpty else { return }
    guard buffer.count <= reservedBytesMax else { return unsafe generate(buffer) }
    reserve.withLock { reserve in
      if unsafe reserve?.take(into: buffer) == nil { unsafe generate(buffer) }
    }
  }

  /// Fills a buffer from OpenSSL's generator.
  static func generate(_ buffer: UnsafeMutableRawBufferPointer) {
    let code = unsafe RAND_bytes(buffer.baseAddress, Int32(buffer.count))
    // Without randomness every token would be guessable: stopping is the only safe answer.
    precondition(code == 1, "the random generator of OpenSSL is not available")
  }
}
