// The rules for bucket names, S3's own: with them a name is also a safe name of a folder.

/// Checks bucket names.
package enum BucketName {
  /// Whether a bucket may have this name: 3 to 63 lower-case letters, digits, dots and hyphens, a
  /// letter or digit at both ends, no two dots in a row, not the form of an IPv4 address.
  package static func isValid(_ name: some StringProtocol) -> Bool {
    let bytes = Array(name.utf8)
    guard (3...63).contains(bytes.count), let first = bytes.first, let last = bytes.last,
      isLetterOrDigit(first), isLetterOrDigit(last)
    else { return false }
    var before: UInt8 = 0
    for byte in bytes {
      let isDot = byte == UInt8(ascii: ".")
      guard isLetterOrDigit(byte) || isDot || byte == UInt8(ascii: "-") else { return false }
      guard !(isDot && before == byte) else { return false }
      before = byte
    }
    return !isAddress(bytes)
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: false
    }
  }

  private static func isAddress(_ bytes: [UInt8]) -> Bool {
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        part.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      }
  }
}
