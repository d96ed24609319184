// ECDSA over the NIST curves (FIPS 186-4), with signatures as r and s side by side, the form of
// RFC 7518 section 3.4.

import COpenSSL

/// An ECDSA public key.
package struct ECDSAPublicKey: Sendable {
  /// A curve with the digest that JOSE pairs it with.
  package enum Curve: Sendable, Hashable {
    case p256
    case p384
    case p521

    /// The size of a coordinate, and of r and of s, in bytes.
    package var size: Int {
      switch self {
      case .p256: 32
      case .p384: 48
      case .p521: 66
      }
    }

    /// The digest of ES256, ES384 and ES512.
    package var digest: DigestAlgorithm {
      switch self {
      case .p256: .sha256
      case .p384: .sha384
      case .p521: .sha512
      }
    }

    fileprivate var name: String {
      switch self {
      case .p256: "P-256"
      case .p384: "P-384"
      case .p521: "P-521"
      }
    }
  }

  /// The curve.
  package let curve: Curve

  private let key: KeyObject

  /// Takes the coordinates of a point, each of the curve's exact size, big endian.
  /// - Throws: `key-invalid` for another size or a point that is not on the curve.
  package init(_ curve: Curve, x: [UInt8], y: [UInt8]) throws(CryptographyError) {
    guard x.count == curve.size, y.count == curve.size else {
      throw CryptographyError(.keyInvalid, "a coordinate has the wrong size")
    }
    self.curve = curve
    // SEC 1 section 2.3.3: an uncompressed point starts with 4.
    var point = [4] + x + y
    key = try unsafe KeyObject.taking(postern_ec_public_key(curve.name, &point, point.count))
    guard key.isPublicKeyValid else {
      throw CryptographyError(.keyInvalid, "the point is not on the curve")
    }
  }

  /// Whether `signature`, r and s of exact size, is that of `message`.
  package func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
    guard signature.count == 2 * curve.size else { return false }
    let encoded = Self.sequence(signature[..<curve.size], signature[curve.size...])
    return unsafe key.verify(encoded, over: message, digest: curve.digest)
  }

  /// The DER form (RFC 3279 section 2.2.3) that OpenSSL wants: a sequence of two integers.
  private static func sequence(_ r: ArraySlice<UInt8>, _ s: ArraySlice<UInt8>) -> [UInt8] {
    let body = integer(r) + integer(s)
    // Two integers of P-521 take up to 138 bytes: the long form of the length is needed there.
    let length = body.count < 128 ? [UInt8(body.count)] : [0x81, UInt8(body.count)]
    return [0x30] + length + body
  }

  private static func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var digits = Array(bytes.drop { $0 == 0 })
    if digits.first.map({ $0 >= 0x80 }) ?? true { digits.insert(0, at: 0) }
    return [0x02, UInt8(digits.count)] + digits
  }
}
