// One byte range of a Range field (RFC 9110 section 14). More than one range, another unit or a
// malformed value means that the whole content is sent, as section 14.2 allows: it also ends the
// denial of service by many overlapping ranges.

/// What a Range field asks of content with a known size.
package enum ByteRange: Sendable, Hashable {
  /// Send everything: no range, or one that is ignored.
  case whole
  /// Send this part: answer 206.
  case part(Range<Int64>)
  /// Nothing lies in the range: answer 416.
  case unsatisfiable

  /// Reads a Range value for content of `size` bytes.
  package init(_ value: String?, size: Int64) {
    self = ByteRange.read(value, size: size)
  }

  /// The Content-Range value for a part, or for a 416 answer; nothing for `whole`.
  package func contentRange(size: Int64) -> String? {
    switch self {
    case .whole: nil
    case .part(let range): "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
    case .unsatisfiable: "bytes */\(size)"
    }
  }

  private static func read(_ value: String?, size: Int64) -> ByteRange {
    guard let value, value.utf8.count <= 64 else { return .whole }
    let bytes = Array(value.utf8)
    guard bytes.count > 6, Characters.equalIgnoringCase(bytes[..<6], "bytes=".utf8) else {
      return .whole
    }
    let parts = bytes[6...].split(
      separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.count == 2 else { return .whole }
    let (first, last) = (number(parts[0]), number(parts[1]))
    switch (parts[0].isEmpty, first, parts[1].isEmpty, last) {
    case (true, _, false, .some(let count)):
      return count > 0 && size > 0 ? .part(max(0, size - count)..<size) : .unsatisfiable
    case (false, .some(let first), true, _):
      return first < size ? .part(first..<size) : .unsatisfiable
    case (false, .some(let first), false, .some(let last)) where first <= last:
      return first < size ? .part(first..<min(last, size - 1) + 1) : .unsatisfiable
    default:
      return .whole
    }
  }

  // Digits only; a number too large for 64 bits is as good as the largest one.
  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    guard !digits.isEmpty, digits.allSatisfy(Characters.isDigit) else { return nil }
    var value: Int64 = 0
    for digit in digits {
      let (product, over) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int64(digit - 0x30))
      if over || carry { return Int64.max - 1 }
      value = sum
    }
    return min(value, Int64.max - 1)
  }
}
