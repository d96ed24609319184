// The read buffer that all connections of a loop share: bytes are received into it, parsed in place
// and copied out only when they must wait.

/// A fixed buffer of uninitialised bytes, used on the loop's thread.
@safe
final class LoopBuffer {
  let capacity: Int
  private let base: UnsafeMutablePointer<UInt8>

  init(capacity: Int) {
    self.capacity = capacity
    unsafe base = .allocate(capacity: capacity)
    // Zeroes, so that no read of a wrong length can ever show foreign memory.
    unsafe base.initialize(repeating: 0, count: capacity)
  }

  deinit { unsafe base.deallocate() }

  /// Puts bytes at the start.
  func load(_ bytes: [UInt8]) {
    precondition(bytes.count <= capacity, "waiting input fits in the buffer")
    unsafe bytes.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { unsafe base.update(from: start, count: source.count) }
    }
  }

  /// Lends the free part after `offset` for a receive call.
  func withFreeBytes<Result>(
    from offset: Int, _ body: (UnsafeMutablePointer<UInt8>, Int) -> Result
  ) -> Result {
    precondition(offset >= 0 && offset < capacity, "there is room to receive")
    return unsafe body(base + offset, capacity - offset)
  }

  /// Lends the bytes of a range.
  func withSpan<Result>(_ range: Range<Int>, _ body: (Span<UInt8>) -> Result) -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= capacity, "the range is inside")
    return unsafe body(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count).span)
  }

  /// A copy of a range.
  func copy(_ range: Range<Int>) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= capacity, "the range is inside")
    return unsafe Array(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// Appends a range to an array.
  func append(_ range: Range<Int>, to array: inout [UInt8]) {
    precondition(range.lowerBound >= 0 && range.upperBound <= capacity, "the range is inside")
    unsafe array.append(
      contentsOf: UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
  }
}
