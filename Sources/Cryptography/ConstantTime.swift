// Comparing secrets without telling by the time taken where they differ, and wiping copies of
// secrets.

import COpenSSL

/// Whether both hold the same bytes; the time depends on the lengths only.
package func constantTimeEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
  guard left.count == right.count else { return false }
  return unsafe left.withUnsafeBufferPointer { left in
    unsafe right.withUnsafeBufferPointer { right in
      unsafe CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
    }
  }
}

/// Whether both hold the same bytes; the time depends on the lengths only.
package func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  constantTimeEqual(left.span, right.span)
}

/// Whether both digests are the same; the time is constant.
package func constantTimeEqual(_ left: SHA256Digest, _ right: SHA256Digest) -> Bool {
  left.withBytes { left in right.withBytes { constantTimeEqual(left, $0) } }
}

/// Overwrites an array that held key bytes.
func wipe(_ bytes: inout [UInt8]) {
  unsafe bytes.withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
}
