// Revoked tokens in memory, because every request asks for one. This process is the only one that
// writes the table, so what it read at its start and added since is all of it.

import Base
import Cryptography
import Delivery

/// The tokens that are refused before they expire.
final class RevokedTokens: Sendable {
  /// The most tokens that are kept here, at about 64 bytes each; beyond, the table is asked.
  static let tokensMax = 16_384

  // Nothing once there were too many.
  private let tokens: Lock<[SHA256Digest: Timestamp]?>

  /// Takes the rows of the table, or one more than the most of them.
  init(_ rows: [(token: SHA256Digest, until: Timestamp)]) {
    var tokens: [SHA256Digest: Timestamp]?
    if rows.count <= RevokedTokens.tokensMax {
      tokens = Dictionary(rows.map { ($0.token, $0.until) }, uniquingKeysWith: max)
    }
    self.tokens = Lock(tokens)
  }

  /// Whether a token is revoked; nothing if only the table knows.
  func contains(_ token: SHA256Digest, at moment: Timestamp) -> Bool? {
    tokens.withLock { tokens in
      guard let tokens else { return nil }
      return tokens[token].map { moment < $0 } ?? false
    }
  }

  /// Adds a token whose row is durable; `now` tells which others are over.
  func add(_ token: SHA256Digest, until: Timestamp, now: Timestamp) {
    tokens.withLock { tokens in
      guard var all = tokens else { return }
      // Lets go of the old value, so that the new one is not a copy.
      tokens = nil
      all[token] = max(all[token] ?? until, until)
      if all.count > RevokedTokens.tokensMax { all = all.filter { now < $0.value } }
      if all.count <= RevokedTokens.tokensMax { tokens = all }
    }
  }
}
