// Revoked tokens in memory, because every request asks for one. This process is the only one that
// writes the tables, so what it read at its start and added since is all of them.

import Base
import Cryptography
import Delivery

/// The tokens that are refused before they expire.
final class RevokedTokens: Sendable {
  /// The most tokens, and the most cutoffs, that are kept here, at about 64 and 200 bytes each;
  /// beyond, the table is asked.
  static let entriesMax = 16_384

  // Nothing once there were too many.
  private let tokens: Lock<[SHA256Digest: Timestamp]?>
  private let cutoffs: Lock<[TokenHolders: TokenCutoff]?>

  /// Takes the rows of the tables, or one more than the most of them.
  init(_ rows: [(token: SHA256Digest, until: Timestamp)], _ cutoffRows: [TokenCutoff] = []) {
    var tokens: [SHA256Digest: Timestamp]?
    if rows.count <= RevokedTokens.entriesMax {
      tokens = Dictionary(rows.map { ($0.token, $0.until) }, uniquingKeysWith: max)
    }
    self.tokens = Lock(tokens)
    var cutoffs: [TokenHolders: TokenCutoff]?
    if cutoffRows.count <= RevokedTokens.entriesMax {
      cutoffs = Dictionary(
        cutoffRows.map { ($0.holders, $0) }, uniquingKeysWith: RevokedTokens.later)
    }
    self.cutoffs = Lock(cutoffs)
  }

  /// Whether a token is revoked; nothing if only the table knows.
  func contains(_ token: SHA256Digest, at moment: Timestamp) -> Bool? {
    tokens.withLock { tokens in
      guard let tokens else { return nil }
      return tokens[token].map { moment < $0 } ?? false
    }
  }

  /// Whether a cutoff refuses a token; nothing if only the table knows.
  func cutsOff(_ token: TokenFacts) -> Bool? {
    cutoffs.withLock { cutoffs in
      guard let cutoffs else { return nil }
      // Most gateways have none, and then nothing is hashed.
      guard !cutoffs.isEmpty else { return false }
      return TokenHolders.including(token).contains { holders in
        cutoffs[holders]?.refuses(issuedAt: token.issuedAt) ?? false
      }
    }
  }

  /// Adds a token whose row is durable; `now` tells which others are over.
  func add(_ token: SHA256Digest, until: Timestamp, now: Timestamp) {
    tokens.withLock { tokens in
      guard var all = tokens else { return }
      // Lets go of the old value, so that the new one is not a copy.
      tokens = nil
      all[token] = max(all[token] ?? until, until)
      if all.count > RevokedTokens.entriesMax { all = all.filter { now < $0.value } }
      if all.count <= RevokedTokens.entriesMax { tokens = all }
    }
  }

  /// Adds a cutoff whose row is durable.
  func add(_ cutoff: TokenCutoff) {
    cutoffs.withLock { cutoffs in
      guard var all = cutoffs else { return }
      cutoffs = nil
      all[cutoff.holders] = RevokedTokens.later(all[cutoff.holders] ?? cutoff, cutoff)
      if all.count <= RevokedTokens.entriesMax { cutoffs = all }
    }
  }

  private static func later(_ left: TokenCutoff, _ right: TokenCutoff) -> TokenCutoff {
    left.before < right.before ? right : left
  }
}
