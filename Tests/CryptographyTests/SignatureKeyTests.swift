import Base
import Cryptography
import Testing

@Suite struct SignatureKeyTests {
  private static func bytes(_ hex: String) throws -> [UInt8] { try #require(Hex.decode(hex)) }

  // RFC 8032 section 7.1, tests 1 to 3.
  @Test(arguments: [
    (
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b4"
        + "6bd25bf5f0595bbe24655141438e7a100b"
    ),
    (
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d"
        + "8c387b2eaeb4302aeeb00d291612bb0c00"
    ),
  ])
  func `Ed25519 signs as RFC 8032 says and refuses a changed bit`(
    seed: String, publicKey: String, message: String, signature: String
  ) throws {
    let key = try Ed25519PrivateKey(seed: Secret(try Self.bytes(seed)))
    #expect(Hex.encode(key.publicKey.bytes) == publicKey)
    let message = try Self.bytes(message)
    var signed = try key.sign(message)
    #expect(Hex.encode(signed) == signature)
    #expect(key.publicKey.isValid(signed, for: message))
    #expect(!key.publicKey.isValid(signed, for: message + [0]))
    #expect(!key.publicKey.isValid(signed + [0], for: message))
    signed[40] ^= 1
    #expect(!key.publicKey.isValid(signed, for: message))
  }

  @Test(arguments: [
    "01" + String(repeating: "00", count: 31), String(repeating: "00", count: 32),
    "ec" + String(repeating: "ff", count: 30) + "7f",
    "ec" + String(repeating: "ff", count: 31),
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    String(repeating: "00", count: 31),
  ])
  func `an Ed25519 key of small order or wrong size is refused`(key: String) throws {
    let bytes = try Self.bytes(key)
    #expect(throws: CryptographyError.self) { try Ed25519PublicKey(bytes) }
  }

  // RFC 6979 appendix A.2.5: P-256, SHA-256, message "sample".
  @Test func `ECDSA verifies a published signature and nothing near it`() throws {
    let x = try Self.bytes("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6")
    let y = try Self.bytes("7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299")
    let signature = try Self.bytes(
      "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
        + "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8")
    let key = try ECDSAPublicKey(.p256, x: x, y: y)
    let message = Array("sample".utf8)
    #expect(key.isValid(signature, for: message))
    #expect(!key.isValid(signature, for: message + [1]))
    #expect(!key.isValid([0] + signature, for: message))
    #expect(!key.isValid([UInt8](repeating: 0, count: 64), for: message))
    #expect(throws: CryptographyError.self) { try ECDSAPublicKey(.p256, x: y, y: x) }
    #expect(throws: CryptographyError.self) { try ECDSAPublicKey(.p256, x: [0] + x, y: y) }
    #expect(throws: CryptographyError.self) { try ECDSAPublicKey(.p384, x: x, y: y) }
  }

  @Test func `an RSA key outside of its bounds is refused`() {
    var modulus = [UInt8](repeating: 0xFF, count: 256)
    let cases: [([UInt8], [UInt8])] = [
      (Array(modulus.dropFirst()), [1, 0, 1]), (modulus, [2]), (modulus, [1]), (modulus, [4]),
      (modulus, [1, 0, 0, 0, 1]), ([UInt8](repeating: 0xFF, count: 1025), [1, 0, 1]), ([], [3]),
    ]
    for (modulus, exponent) in cases {
      #expect(throws: CryptographyError.self) {
        try RSAPublicKey(modulus: modulus, exponent: exponent)
      }
    }
    #expect(throws: Never.self) { try RSAPublicKey(modulus: modulus, exponent: [0, 1, 0, 1]) }
    modulus[255] = 0xFE
    #expect(throws: CryptographyError.self) {
      try RSAPublicKey(modulus: modulus, exponent: [1, 0, 1])
    }
  }

  // RFC 4231 section 4.3 (test case 2).
  @Test(arguments: [
    (DigestAlgorithm.sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (
      .sha384,
      "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649"
    ),
    (
      .sha512,
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd"
        + "caeab1a34d4a6b4b636e070a38bce737"
    ),
  ])
  func `HMAC gives the published codes`(digest: DigestAlgorithm, code: String) throws {
    let message = Array("what do ya want for nothing?".utf8)
    let expected = try Self.bytes(code)
    #expect(HMAC.code(of: message, key: Array("Jefe".utf8), digest) == expected)
    #expect(HMAC.isValid(expected, for: message, key: Array("Jefe".utf8), digest))
    #expect(
      !HMAC.isValid(Array(expected.dropLast()), for: message, key: Array("Jefe".utf8), digest))
    if digest == .sha256 {
      #expect(HMACSHA256(key: Array("Jefe".utf8)).authenticate(message).bytes == expected)
    }
  }
}
