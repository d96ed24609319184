// One signature with one key, without a token around it: the layer that the vectors of the
// signature algorithms test.

import JSONText

/// Signatures over plain messages.
package enum RawSignature {
  /// Whether `signature` is that of `message` under a JWK; false for a key that cannot be used.
  package static func isValid(
    _ signature: [UInt8], over message: [UInt8], algorithm: JWSAlgorithm, jwk: [UInt8]
  ) -> Bool {
    do throws(JSONError) {
      let value = try JSONValue(
        parsing: jwk, limits: JSONLimits(bytesMax: JWKSet.bytesMax, depthMax: 8))
      guard let key = JSONWebKey(value), key.fits(algorithm) else { return false }
      return key.material.isValid(signature, over: message, algorithm: algorithm)
    } catch {
      return false
    }
  }
}
