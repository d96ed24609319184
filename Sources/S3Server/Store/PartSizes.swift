// Where the parts of a multipart upload lie in the object that they became, for `?partNumber`.

/// The sizes of parts in order, equal ones in a row written once: uploads have one size but for the
/// last part.
package struct PartSizes: Sendable, Hashable {
  private struct Run: Hashable {
    var count: Int
    let size: Int64
  }

  private var runs: [Run] = []
  /// How many parts there are.
  package private(set) var count = 0

  /// Bytes of the longest encoding: 10,000 parts, none as large as its neighbour.
  static let encodedBytesMax = 10_000 * runBytes
  private static let runBytes = 12

  /// Counts parts in their order.
  init(_ sizes: some Sequence<Int64>) {
    for size in sizes {
      if let last = runs.last, last.size == size {
        runs[runs.count - 1].count += 1
      } else {
        runs.append(Run(count: 1, size: size))
      }
      count += 1
    }
  }

  /// Reads an encoding; nothing if it is none.
  init?(encoded bytes: [UInt8]) {
    guard bytes.count % PartSizes.runBytes == 0, bytes.count <= PartSizes.encodedBytesMax else {
      return nil
    }
    for start in stride(from: 0, to: bytes.count, by: PartSizes.runBytes) {
      let number = { (from: Int, to: Int) in
        bytes[(start + from)..<(start + to)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      }
      guard let size = Int64(exactly: number(4, 12)) else { return nil }
      let run = Run(count: Int(number(0, 4)), size: size)
      runs.append(run)
      count += run.count
    }
  }

  /// The runs, each as count (4 bytes) and size (8), big-endian.
  var encoded: [UInt8] {
    var bytes = [UInt8]()
    for run in runs {
      for shift in stride(from: 24, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: run.count >> shift))
      }
      for shift in stride(from: 56, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: run.size >> Int64(shift)))
      }
    }
    return bytes
  }

  /// The bytes of a part, by its place from 1; nothing if there are fewer parts.
  package func range(of number: Int) -> Range<Int64>? {
    guard number >= 1, number <= count else { return nil }
    var (rest, start) = (number - 1, Int64(0))
    for run in runs {
      guard rest >= run.count else {
        let from = start + Int64(rest) * run.size
        return from..<(from + run.size)
      }
      rest -= run.count
      start += Int64(run.count) * run.size
    }
    return nil
  }
}
