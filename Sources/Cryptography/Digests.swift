// The other hash functions: SHA-384 and SHA-512 for signatures, MD5 and SHA-1 only where the S3
// protocol names them (ETag, Content-MD5, x-amz-checksum-sha1), never for security.

import COpenSSL

/// An incremental SHA-384 (FIPS 180-4).
package struct SHA384: HashFunction {
  private var state = SHA512_CTX()

  /// Starts an empty hash.
  package init() { unsafe SHA384_Init(&state) }

  /// Adds bytes.
  package mutating func update(_ bytes: Span<UInt8>) {
    _ = unsafe bytes.withUnsafeBufferPointer {
      unsafe SHA384_Update(&state, $0.baseAddress, $0.count)
    }
  }

  /// The 48 bytes of the digest so far.
  package func finalize() -> [UInt8] {
    var copy = state
    return unsafe digest(of: 48) { unsafe SHA384_Final($0, &copy) }
  }
}

/// An incremental SHA-512 (FIPS 180-4).
package struct SHA512: HashFunction {
  private var state = SHA512_CTX()

  /// Starts an empty hash.
  package init() { unsafe SHA512_Init(&state) }

  /// Adds bytes.
  package mutating func update(_ bytes: Span<UInt8>) {
    _ = unsafe bytes.withUnsafeBufferPointer {
      unsafe SHA512_Update(&state, $0.baseAddress, $0.count)
    }
  }

  /// The 64 bytes of the digest so far.
  package func finalize() -> [UInt8] {
    var copy = state
    return unsafe digest(of: 64) { unsafe SHA512_Final($0, &copy) }
  }
}

/// An incremental SHA-1 (FIPS 180-4); broken, for protocol fields only.
package struct SHA1: HashFunction {
  private var state = SHA_CTX()

  /// Starts an empty hash.
  package init() { unsafe SHA1_Init(&state) }

  /// Adds bytes.
  package mutating func update(_ bytes: Span<UInt8>) {
    _ = unsafe bytes.withUnsafeBufferPointer {
      unsafe SHA1_Update(&state, $0.baseAddress, $0.count)
    }
  }

  /// The 20 bytes of the digest so far.
  package func finalize() -> [UInt8] {
    var copy = state
    return unsafe digest(of: 20) { unsafe SHA1_Final($0, &copy) }
  }
}

/// An incremental MD5 (RFC 1321); broken, for protocol fields only.
package struct MD5: HashFunction {
  private var state = MD5_CTX()

  /// Starts an empty hash.
  package init() { unsafe MD5_Init(&state) }

  /// Adds bytes.
  package mutating func update(_ bytes: Span<UInt8>) {
    _ = unsafe bytes.withUnsafeBufferPointer { unsafe MD5_Update(&state, $0.baseAddress, $0.count) }
  }

  /// The 16 bytes of the digest so far.
  package func finalize() -> [UInt8] {
    var copy = state
    return unsafe digest(of: 16) { unsafe MD5_Final($0, &copy) }
  }
}

private func digest(of count: Int, _ finish: (UnsafeMutablePointer<UInt8>) -> Int32) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: count)
  unsafe bytes.withUnsafeMutableBufferPointer { buffer in
    if let base = buffer.baseAddress { _ = unsafe finish(base) }
  }
  return bytes
}
