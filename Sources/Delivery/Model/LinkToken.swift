// The secret of a link: `pst_`, 30 characters of 48 bits of time and 128 random bits, 6 characters of
// checksum. Secret scanners can match it and a mistyped one is refused without a lookup; the checksum
// protects against nothing else. The time is no secret; it is there so that links made together lie
// together in the store's index. The store knows HMAC-SHA-256(pepper, 22 bytes) and the pepper's id,
// so that who reads the database cannot follow a link and who writes it cannot mint one.

package import Base
package import Cryptography

/// The secret part of a link's URL; its descriptions are redacted.
package struct LinkToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The length of the text form.
  package static let textBytes = 40
  /// How each token begins.
  package static let prefix = "pst_"

  private static let timeBytes = 6
  private static let rawBytes = timeBytes + 16
  private static let rawTextEnd = prefix.utf8.count + 30

  /// The time and the random bits.
  private let raw: [UInt8]

  /// Makes a token from the moment of its making, not before 1970, and 128 random bits.
  package init(at moment: Timestamp, random: (UInt64, UInt64)) {
    var raw = [UInt8]()
    raw.reserveCapacity(LinkToken.rawBytes)
    let time = UInt64(max(0, moment.milliseconds)) << 16
    for (word, count) in [(time, LinkToken.timeBytes), (random.0, 8), (random.1, 8)] {
      for place in 0..<count {
        raw.append(UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * place)))
      }
    }
    self.raw = raw
  }

  /// Parses the text form; nothing unless prefix, length, alphabet and checksum are right.
  package init?(_ text: some Collection<UInt8>) {
    let bytes = Array(text)
    let start = LinkToken.prefix.utf8.count
    guard bytes.count == LinkToken.textBytes, bytes.starts(with: LinkToken.prefix.utf8),
      let raw = Base64.decode(bytes[start..<LinkToken.rawTextEnd], .url),
      raw.count == LinkToken.rawBytes,
      let sum = Base64.decode(bytes[LinkToken.rawTextEnd...], .url), sum == LinkToken.checksum(raw)
    else { return nil }
    self.raw = raw
  }

  /// When it was made; `Link.createdAt` is the same.
  package var issuedAt: Timestamp {
    Timestamp(milliseconds: raw.prefix(LinkToken.timeBytes).reduce(0) { $0 << 8 | Int64($1) })
  }

  /// The text form for the answer to the caller who issues the link. Shown once, kept nowhere.
  package var secretText: String {
    LinkToken.prefix + Base64.encode(raw, .url) + Base64.encode(LinkToken.checksum(raw), .url)
  }

  /// The digest under one pepper.
  package func digest(_ pepper: Pepper) -> TokenDigest {
    TokenDigest(pepper: pepper.id, issuedAt: issuedAt, digest: pepper.key.authenticate(raw))
  }

  package var description: String { "redacted" }
  package var debugDescription: String { "redacted" }
  package var customMirror: Mirror { Mirror(self, children: []) }

  private static func checksum(_ raw: [UInt8]) -> [UInt8] {
    let sum = CRC32.checksum(raw.span)
    return [
      UInt8(truncatingIfNeeded: sum >> 24), UInt8(truncatingIfNeeded: sum >> 16),
      UInt8(truncatingIfNeeded: sum >> 8), UInt8(truncatingIfNeeded: sum),
    ]
  }
}

/// What the store keeps instead of a token.
package struct TokenDigest: Sendable, Hashable {
  /// The id of the pepper under which the digest was made.
  package let pepper: String
  /// The time in the token, which is when its link was issued.
  package let issuedAt: Timestamp
  /// HMAC-SHA-256 of the token's 22 bytes.
  package let digest: SHA256Digest

  /// Takes the values as they are.
  package init(pepper: String, issuedAt: Timestamp, digest: SHA256Digest) {
    self.pepper = pepper
    self.issuedAt = issuedAt
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

/// The pepper for new links and those that older links still need. It is shared: a rotation replaces
/// what is in it while requests ask.
package final class PepperRing: Sendable {
  /// The most keys that a lookup tries.
  package static let peppersMax = 8

  private struct Peppers {
    var current: Pepper
    var previous: [Pepper]
  }

  private let peppers: Lock<Peppers>

  /// The pepper for new links.
  package var current: Pepper { peppers.withLock { $0.current } }

  /// The peppers of older links.
  package var previous: [Pepper] { peppers.withLock { $0.previous } }

  /// Takes the current pepper and up to seven previous ones; nothing for more.
  package init?(current: Pepper, previous: [Pepper] = []) {
    guard previous.count < PepperRing.peppersMax else { return nil }
    peppers = Lock(Peppers(current: current, previous: previous))
  }

  /// Takes other peppers from now on; false, and no change, for more than seven previous ones.
  package func replace(current: Pepper, previous: [Pepper]) -> Bool {
    guard previous.count < PepperRing.peppersMax else { return false }
    peppers.withLock { $0 = Peppers(current: current, previous: previous) }
    return true
  }

  /// Every digest under which `token` may be stored, the likeliest first.
  package func digests(of token: LinkToken) -> [TokenDigest] {
    let known = peppers.withLock { $0 }
    return [token.digest(known.current)] + known.previous.map { token.digest($0) }
  }
}
