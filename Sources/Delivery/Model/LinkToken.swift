// The secret of a link: `pst_`, 22 characters of 128 random bits, 6 characters of checksum. Secret
// scanners can match it and a mistyped one is refused without a lookup; the checksum protects
// against nothing else. The store knows HMAC-SHA-256(pepper, 16 bytes) and the pepper's id, so that
// who reads the database cannot follow a link and who writes it cannot mint one.

import Base
package import Cryptography

/// The secret part of a link's URL; its descriptions are redacted.
package struct LinkToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The length of the text form.
  package static let textBytes = 32
  /// How each token begins.
  package static let prefix = "pst_"

  private let high: UInt64
  private let low: UInt64

  /// Makes a token from 128 random bits.
  package init(random: (UInt64, UInt64)) {
    high = random.0
    low = random.1
  }

  /// Parses the text form; nothing unless prefix, length, alphabet and checksum are right.
  package init?(_ text: some Collection<UInt8>) {
    let bytes = Array(text)
    guard bytes.count == LinkToken.textBytes, bytes.starts(with: LinkToken.prefix.utf8),
      let raw = Base64.decode(bytes[4..<26], .url), raw.count == 16,
      let sum = Base64.decode(bytes[26..<32], .url), sum == LinkToken.checksum(raw)
    else { return nil }
    high = raw[..<8].reduce(0) { $0 << 8 | UInt64($1) }
    low = raw[8...].reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The text form for the answer to the caller who issues the link. Shown once, kept nowhere.
  package var secretText: String {
    let raw = raw
    return LinkToken.prefix + Base64.encode(raw, .url)
      + Base64.encode(LinkToken.checksum(raw), .url)
  }

  /// The digest under one pepper.
  package func digest(_ pepper: Pepper) -> TokenDigest {
    TokenDigest(pepper: pepper.id, digest: pepper.key.authenticate(raw))
  }

  package var description: String { "redacted" }
  package var debugDescription: String { "redacted" }
  package var customMirror: Mirror { Mirror(self, children: []) }

  private var raw: [UInt8] {
    [high, low].flatMap { word in
      stride(from: UInt64(56), through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> $0) }
    }
  }

  private static func checksum(_ raw: [UInt8]) -> [UInt8] {
    let sum = CRC32.of(raw)
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> UInt32($0)) }
  }
}

/// What the store keeps instead of a token.
package struct TokenDigest: Sendable, Hashable {
  /// The id of the pepper under which the digest was made.
  package let pepper: String
  /// HMAC-SHA-256 of the token's 16 bytes.
  package let digest: SHA256Digest

  /// Takes the values as they are.
  package init(pepper: String, digest: SHA256Digest) {
    self.pepper = pepper
    self.digest = digest
  }
}

/// One key for token digests.
package struct Pepper: Sendable {
  /// Its id, kept with each digest so that the key can be rotated.
  package let id: String
  /// The keyed authenticator.
  package let key: HMACSHA256

  /// Names a key.
  package init(id: String, key: HMACSHA256) {
    self.id = id
    self.key = key
  }
}

/// The pepper for new links and those that older links still need.
package struct PepperRing: Sendable {
  /// The most keys that a lookup tries.
  package static let peppersMax = 8

  /// The pepper for new links.
  package let current: Pepper
  /// The peppers of older links.
  package let previous: [Pepper]

  /// Takes the current pepper and up to seven previous ones; nothing for more.
  package init?(current: Pepper, previous: [Pepper] = []) {
    guard previous.count < PepperRing.peppersMax else { return nil }
    self.current = current
    self.previous = previous
  }

  /// Every digest under which `token` may be stored, the likeliest first.
  package func digests(of token: LinkToken) -> [TokenDigest] {
    [token.digest(current)] + previous.map { token.digest($0) }
  }
}

/// The checksum of IEEE 802.3 (reflected polynomial 0xEDB88320).
enum CRC32 {
  static func of(_ bytes: [UInt8]) -> UInt32 {
    var sum = UInt32.max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 1 ? 0xedb8_8320 : 0) }
    }
    return ~sum
  }
}
