// One key of a key set (RFC 7517, RFC 7518 section 6, RFC 8037). A key that cannot be used for
// verifying, for whatever reason, is nothing: the set that holds it stays usable.

import Base
import JSONText

/// A public key, or a shared secret, with what it may be used for.
struct JSONWebKey: Sendable {
  let keyID: String?
  /// The algorithm that the key is bound to, if it names one.
  let algorithm: JWSAlgorithm?
  let material: KeyMaterial

  /// Reads a key; nothing if it is not for verifying, not understood, weak or wrong.
  init?(_ value: JSONValue) {
    guard let key = value.objectValue, let type = key["kty"]?.stringValue,
      JSONWebKey.isForVerifying(key)
    else { return nil }
    if let identifier = key["kid"] {
      guard let text = identifier.stringValue, text.utf8.count <= TokenHeader.keyIDBytesMax else {
        return nil
      }
      keyID = text
    } else {
      keyID = nil
    }
    guard let material = JSONWebKey.material(type, key) else { return nil }
    self.material = material
    if let name = key["alg"] {
      guard let text = name.stringValue, let algorithm = JWSAlgorithm(exactly: text),
        material.fits(algorithm)
      else { return nil }
      self.algorithm = algorithm
    } else {
      algorithm = nil
    }
  }

  /// Whether the key may verify signatures of this algorithm.
  func fits(_ wanted: JWSAlgorithm) -> Bool {
    (algorithm == nil || algorithm == wanted) && material.fits(wanted)
  }

  private static func isForVerifying(_ key: JSONObject) -> Bool {
    if let use = key["use"], use != "sig" { return false }
    guard let operations = key["key_ops"] else { return true }
    return operations.stringsValue?.contains { $0.hasSameBytes(as: "verify") } ?? false
  }

  private static func material(_ type: String, _ key: JSONObject) -> KeyMaterial? {
    switch Array(type.utf8) {
    case Array("EC".utf8):
      guard let curve = key["crv"]?.stringValue, let x = bytes("x", of: key),
        let y = bytes("y", of: key)
      else { return nil }
      return KeyMaterial(curve: curve, x: x, y: y)
    case Array("RSA".utf8):
      guard let modulus = bytes("n", of: key), let exponent = bytes("e", of: key) else {
        return nil
      }
      return KeyMaterial(modulus: modulus, exponent: exponent)
    case Array("OKP".utf8):
      guard key["crv"] == "Ed25519", let x = bytes("x", of: key) else { return nil }
      return KeyMaterial(ed25519: x)
    case Array("oct".utf8):
      guard let secret = bytes("k", of: key) else { return nil }
      return KeyMaterial(secret: secret)
    default:
      return nil
    }
  }

  private static func bytes(_ name: String, of key: JSONObject) -> [UInt8]? {
    guard let text = key[name]?.stringValue else { return nil }
    return Base64.decode(Array(text.utf8), .url)
  }
}
