// Hashes, codes and derived keys against published values (FIPS 180-4, RFC 1321, RFC 4231, RFC
// 5869).

import Base
import Cryptography
import Testing

@Suite struct DigestTests {
  static let abc = Array("abc".utf8)

  @Test func `each hash function gives the published digest of abc`() {
    let digests = [
      SHA256.hash(Self.abc).bytes, SHA384.hash(Self.abc), SHA512.hash(Self.abc),
      SHA1.hash(Self.abc), MD5.hash(Self.abc),
    ]
    let expected = [
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
        + "8086072ba1e7cc2358baeca134c825a7",
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
      "a9993e364706816aba3e25717850c26c9cd0d89d",
      "900150983cd24fb0d6963f7d28e17f72",
    ]
    #expect(digests.map { Hex.encode($0) } == expected)
  }

  @Test func `pieces hash like the whole, whatever holds them`() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let whole = SHA256.hash(bytes)
    for cut in [0, 1, 55, 56, 63, 64, 65, 999, 1000] {
      var hash = SHA256()
      hash.update(bytes[..<cut])
      _ = hash.finalize()
      hash.update(bytes[cut...].lazy.map { $0 })
      #expect(hash.finalize() == whole, "cut at \(cut)")
    }
    #expect(SHA256.hash("".utf8).hex == SHA256.hash([UInt8]()).hex)
  }

  @Test func `a digest takes 32 bytes or 64 lower-case digits and nothing else`() {
    let digest = SHA256.hash(Self.abc)
    #expect(SHA256Digest(digest.bytes) == digest)
    #expect(SHA256Digest(hex: digest.hex) == digest)
    for count in [0, 31, 33] { #expect(SHA256Digest([UInt8](repeating: 1, count: count)) == nil) }
    for text in ["", digest.hex.uppercased(), digest.hex + "00", String(digest.hex.dropLast())] {
      #expect(SHA256Digest(hex: text) == nil)
    }
  }

  // RFC 4231, cases 1 to 3, 6 and 7 (keys shorter and longer than a block).
  @Test(arguments: [
    (
      [UInt8](repeating: 0x0B, count: 20), "Hi There",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      Array("Jefe".utf8), "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      [UInt8](repeating: 0xAA, count: 131),
      "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
    (
      [UInt8](repeating: 0xAA, count: 131),
      "This is a test using a larger than block-size key and a larger than block-size data. "
        + "The key needs to be hashed before being used by the HMAC algorithm.",
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
    ),
  ])
  func `HMAC-SHA-256 gives the published codes`(key: [UInt8], message: String, code: String) {
    let hmac = HMACSHA256(key: key)
    #expect(hmac.authenticate(message.utf8).hex == code)
    #expect(hmac.authenticate(Array(message.utf8).span).hex == code, "the key is reusable")
    let good = hmac.authenticate(message.utf8).bytes
    #expect(hmac.isValid(good, for: message.utf8))
    for index in good.indices {
      var bad = good
      bad[index] ^= 1
      #expect(!hmac.isValid(bad, for: message.utf8))
    }
    #expect(!hmac.isValid(good.dropLast(), for: message.utf8))
  }

  @Test func `HKDF gives the published keys of RFC 5869`() {
    let input = Secret([UInt8](repeating: 0x0B, count: 22))
    let first = HKDF.sha256(
      key: input, salt: Array(0...12), info: Array(0xF0...0xF9), count: 42)
    let third = HKDF.sha256(key: input, info: [], count: 42)
    #expect(
      first.withBytes { $0.hex }
        == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
    #expect(
      third.withBytes { $0.hex }
        == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
    let most = HKDF.sha256(key: input, info: [], count: HKDF.outputBytesMax)
    #expect(most.count == 8160)
  }

  @Test func `checksums give the published check values`() {
    let digits = Array("123456789".utf8)
    #expect(CRC32.checksum(digits.span) == 0xCBF4_3926)
    #expect(CRC32.checksum(digits.span, .castagnoli) == 0xE306_9283)
    let long = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var pieces = CRC32()
    for byte in long { pieces.update([byte].span) }
    #expect(pieces.value == CRC32.checksum(long.span))
  }
}

extension Span<UInt8> {
  var hex: String {
    var bytes = [UInt8]()
    for index in 0..<count { bytes.append(self[index]) }
    return Hex.encode(bytes)
  }
}
