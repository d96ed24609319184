// The rules for a JOSE header (RFC 7515 section 4, RFC 8725). Embedded keys and key addresses (`jwk`,
// `jku`, `x5c`, `x5u`, `x5t`) are never looked at: keys come from configuration only.

import JSONText

/// A JOSE header that broke no rule.
struct TokenHeader {
  /// The most bytes of a key id.
  static let keyIDBytesMax = 256
  static let limits = JSONLimits(
    bytesMax: CompactToken.headerBytesMax, depthMax: 8, entriesMax: 64)

  let algorithm: JWSAlgorithm
  let keyID: String?
  /// The `typ` as written.
  let type: String?

  init(_ bytes: [UInt8], allowed: Set<JWSAlgorithm>) throws(JOSEError) {
    let header = try TokenHeader.object(bytes)
    guard let name = header["alg"]?.stringValue, let algorithm = JWSAlgorithm(exactly: name),
      allowed.contains(algorithm)
    else {
      throw JOSEError(.algorithmRefused, "the algorithm is not allowed for this issuer")
    }
    self.algorithm = algorithm
    // RFC 7515 section 4.1.11: an extension that must be understood. None is.
    guard header["crit"] == nil else {
      throw JOSEError(.headerRefused, "the header has critical extensions")
    }
    guard header["b64"] == nil || header["b64"] == true, header["zip"] == nil else {
      throw JOSEError(.headerRefused, "the payload is neither base64url nor plain")
    }
    type = try TokenHeader.text("typ", of: header)
    if let content = try TokenHeader.text("cty", of: header), MediaType.isSame(content, "jwt") {
      throw JOSEError(.headerRefused, "nested tokens are not read")
    }
    keyID = try TokenHeader.text("kid", of: header)
    if let keyID, keyID.utf8.count > TokenHeader.keyIDBytesMax {
      throw JOSEError(.headerRefused, "the key id is too long")
    }
  }

  private static func object(_ bytes: [UInt8]) throws(JOSEError) -> JSONObject {
    do throws(JSONError) {
      let value = try JSONValue(parsing: bytes, limits: limits)
      if let object = value.objectValue { return object }
    } catch {
      throw JOSEError(.tokenMalformed, "the header is not strict JSON: \(error.code.rawValue)")
    }
    throw JOSEError(.tokenMalformed, "the header is not an object")
  }

  private static func text(_ name: String, of header: JSONObject) throws(JOSEError) -> String? {
    guard let value = header[name] else { return nil }
    guard let text = value.stringValue else {
      throw JOSEError(.headerRefused, "\"\(name)\" is not a string")
    }
    return text
  }
}

extension JWSAlgorithm {
  /// The algorithm of exactly this name, compared by bytes.
  init?(exactly name: String) {
    guard let found = JWSAlgorithm.allCases.first(where: { $0.rawValue.hasSameBytes(as: name) })
    else { return nil }
    self = found
  }
}

/// Media types as `typ` and `cty` spell them (RFC 7515 section 4.1.9): any case, and
/// `application/` may be left out.
enum MediaType {
  static func isSame(_ one: String, _ other: String) -> Bool {
    short(one) == short(other)
  }

  private static func short(_ type: String) -> [UInt8] {
    let lower = type.utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
    let prefix = Array("application/".utf8)
    return lower.starts(with: prefix) ? Array(lower.dropFirst(prefix.count)) : lower
  }
}
