// A compact JWS (RFC 7515 section 7.1) taken apart: sizes first, then exactly two dots, then strict
// base64url. Nothing of it is trusted yet.

import Base

/// The three decoded segments of a compact JWS.
struct CompactToken {
  /// The most bytes of a whole token.
  static let tokenBytesMax = 16_384
  /// The most bytes of a decoded header.
  static let headerBytesMax = 4096
  /// The most characters of a signature; RSA with 8192 bits needs 1366.
  static let signatureTextMax = 2700

  let header: [UInt8]
  let payload: [UInt8]
  let signature: [UInt8]
  /// The bytes that are signed: header and payload segments with the dot between them.
  let signed: [UInt8]

  /// Takes a JWS apart; `bytesMax` is the most bytes of all of it.
  init(_ token: [UInt8], bytesMax: Int = CompactToken.tokenBytesMax) throws(JOSEError) {
    guard token.count <= bytesMax else {
      throw JOSEError(.tokenTooLarge, "it has at most \(bytesMax) bytes")
    }
    var dots = [Int]()
    for (index, byte) in token.enumerated() where byte == UInt8(ascii: ".") { dots.append(index) }
    guard dots.count == 2 else {
      throw JOSEError(.tokenMalformed, "a token has three segments")
    }
    let headerText = token[..<dots[0]]
    let signatureText = token[(dots[1] + 1)...]
    guard headerText.count <= (CompactToken.headerBytesMax + 2) / 3 * 4,
      signatureText.count <= CompactToken.signatureTextMax
    else {
      throw JOSEError(.tokenTooLarge, "the header or the signature is too large")
    }
    guard let header = Base64.decode(headerText, .url),
      let payload = Base64.decode(token[(dots[0] + 1)..<dots[1]], .url),
      let signature = Base64.decode(signatureText, .url)
    else {
      throw JOSEError(.tokenMalformed, "a segment is not canonical base64url")
    }
    guard header.count <= CompactToken.headerBytesMax else {
      throw JOSEError(.tokenTooLarge, "the header is too large")
    }
    self.header = header
    self.payload = payload
    self.signature = signature
    signed = Array(token[..<dots[1]])
  }
}
