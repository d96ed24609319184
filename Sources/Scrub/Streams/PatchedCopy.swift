// A copy of a file with some ranges replaced by bytes of the same length: how formats are scrubbed
// whose parts name each other by offset, so that nothing has to move.

/// Ranges to be replaced, collected in any order.
struct PatchedCopy {
  private var replaced: [(offset: Int, bytes: [UInt8])] = []
  private var zeroed: [Range<Int>] = []
  private static let zeros = [UInt8](repeating: 0, count: 64 * 1024)

  /// Replaces the bytes at `offset`. Nothing else may touch the same bytes.
  mutating func replace(at offset: Int, with bytes: [UInt8]) {
    if !bytes.isEmpty { replaced.append((offset, bytes)) }
  }

  /// Replaces the bytes in `range` by zeros; ranges of zeros may overlap each other.
  mutating func zero(_ range: Range<Int>) {
    if !range.isEmpty { zeroed.append(range) }
  }

  /// Copies the next `length` bytes of `source`, which stands at the offset 0 of the patches.
  /// - Throws: `malformed-file` if a replaced stretch meets another patch, `truncated` if a patch
  ///   reaches behind `length`, and what reading and writing throw.
  func copy(from source: ByteSource, to sink: ByteSink, length: Int) throws(ScrubError) {
    var place = 0
    for (range, bytes) in try pieces() {
      guard range.upperBound <= length else {
        throw ScrubError(.truncated, "The file ends in the middle of a structure.")
      }
      try copy(range.lowerBound - place, from: source, to: sink)
      try source.forEach(range.count) { _ in }
      if let bytes {
        try sink.append(bytes)
      } else {
        try appendZeros(range.count, to: sink)
      }
      place = range.upperBound
    }
    try copy(length - place, from: source, to: sink)
  }

  private func copy(
    _ count: Int, from source: ByteSource, to sink: ByteSink
  ) throws(ScrubError) {
    try source.forEach(count) { (slice: Span<UInt8>) throws(ScrubError) in
      try sink.append(slice)
    }
  }

  private func appendZeros(_ count: Int, to sink: ByteSink) throws(ScrubError) {
    var left = count
    while left > 0 {
      let size = min(left, PatchedCopy.zeros.count)
      try sink.append(PatchedCopy.zeros[..<size])
      left -= size
    }
  }

  /// The patches in order of their place, zeros that touch each other as one; without bytes where
  /// zeros go.
  private func pieces() throws(ScrubError) -> [(range: Range<Int>, bytes: [UInt8]?)] {
    var result: [(range: Range<Int>, bytes: [UInt8]?)] = []
    let all =
      zeroed.map { (range: $0, bytes: [UInt8]?.none) }
      + replaced.map { (range: $0.offset..<($0.offset + $0.bytes.count), bytes: $0.bytes) }
    for piece in all.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      guard let last = result.last, piece.range.lowerBound < last.range.upperBound else {
        result.append(piece)
        continue
      }
      guard piece.bytes == nil, last.bytes == nil else {
        throw ScrubError(.malformedFile, "Two structures of the file share their bytes.")
      }
      let end = max(last.range.upperBound, piece.range.upperBound)
      result[result.count - 1].range = last.range.lowerBound..<end
    }
    return result
  }
}
