// A set of keys as an issuer publishes it (RFC 7517 section 5).

import JSONText

/// The keys of one issuer that can verify signatures.
public struct JWKSet: Sendable {
  /// The most bytes of a set.
  public static let bytesMax = 65_536

  /// The most keys of a set, usable or not.
  public static let keysMax = 32

  /// How many keys were left out because they cannot be used here.
  public let skippedCount: Int

  let keys: [JSONWebKey]

  /// Reads a set; keys that cannot be used are left out.
  /// - Throws: `key-set-invalid` if it is not strict JSON with an array `keys`, or exceeds 64 KiB or
  ///   32 keys.
  public init(parsing bytes: [UInt8]) throws(JOSEError) {
    let limits = JSONLimits(bytesMax: JWKSet.bytesMax, depthMax: 8, entriesMax: 64)
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: bytes, limits: limits)
    } catch {
      throw JOSEError(.keySetInvalid, "the key set is not strict JSON: \(error.code.rawValue)")
    }
    guard let listed = value["keys"]?.arrayValue else {
      throw JOSEError(.keySetInvalid, "the key set has no array \"keys\"")
    }
    guard listed.count <= JWKSet.keysMax else {
      throw JOSEError(.keySetInvalid, "the key set has more than \(JWKSet.keysMax) keys")
    }
    keys = listed.compactMap { JSONWebKey($0) }
    skippedCount = listed.count - keys.count
  }

  /// How many keys can be used.
  public var count: Int { keys.count }

  /// The ids of the usable keys that have one.
  public var keyIDs: [String] { keys.compactMap(\.keyID) }

  /// The one key for a header: by key id if it has one, else the only key of its algorithm.
  func key(for header: TokenHeader) throws(JOSEError) -> JSONWebKey {
    let fitting = keys.filter { $0.fits(header.algorithm) }
    guard let wanted = header.keyID else {
      guard fitting.count == 1 else {
        throw JOSEError(.keyAmbiguous, "the token names no key, and there is not exactly one")
      }
      return fitting[0]
    }
    let named = fitting.filter { $0.keyID?.hasSameBytes(as: wanted) ?? false }
    guard let key = named.first else {
      throw JOSEError(.keyUnknown, "no usable key has the key id of the token")
    }
    guard named.count == 1 else {
      throw JOSEError(.keyAmbiguous, "several keys share the key id of the token")
    }
    return key
  }
}
