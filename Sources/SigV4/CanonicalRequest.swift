// The canonical request and the string to sign, in their general form.

import Cryptography

/// A canonical request; all parts are in canonical form already.
struct CanonicalRequest {
  let method: [UInt8]
  let path: [UInt8]
  let query: [UInt8]
  let headers: CanonicalHeaders
  let payload: [UInt8]

  /// The bytes that are hashed.
  var bytes: [UInt8] {
    let newline = UInt8(ascii: "\n")
    var output = method
    for part in [path, query, headers.lines, headers.names, payload] {
      output.append(newline)
      output += part
    }
    return output
  }

  /// The signature for a time (`YYYYMMDDTHHMMSSZ`) and a scope, made with that scope's key.
  func signature(time: [UInt8], scope: [UInt8], key: HMACSHA256) -> SHA256Digest {
    var text = Array("AWS4-HMAC-SHA256\n".utf8)
    text += time
    text.append(UInt8(ascii: "\n"))
    text += scope
    text.append(UInt8(ascii: "\n"))
    text += Array(SHA256.hash(bytes).hex.utf8)
    return key.authenticate(text)
  }
}
