// Keeps the two signers (for our own requests, for presigned URLs) as long as their credentials
// last, and makes new ones when the provider has new credentials.

import Base
import SigV4

/// Hands out signers over current credentials.
final class SignerSource: Sendable {
  struct Signers: Sendable {
    let own: Signer
    let presigning: Signer
    let expiresAt: Timestamp?
    let loadedAt: UInt64
  }

  private let configuration: S3Configuration
  private let provider: CredentialsProvider
  private let clock: Clock
  private let current = Lock<Signers?>(nil)

  init(_ configuration: S3Configuration, _ provider: CredentialsProvider, _ clock: Clock) {
    self.configuration = configuration
    self.provider = provider
    self.clock = clock
  }

  /// Signers that work now; throws `credentials-missing`, `credentials-invalid` or
  /// `credentials-expired`.
  func signers() throws(S3Error) -> Signers {
    let tick = clock.monotonicNanoseconds()
    if let known = current.withLock({ $0 }), isFresh(known, tick) { return known }
    guard let loaded = try provider.load() else { throw S3Error(.credentialsMissing) }
    if let end = loaded.expiresAt, end <= clock.now() { throw S3Error(.credentialsExpired) }
    do throws(SigV4Error) {
      let credentials = loaded.credentials
      let signers = Signers(
        own: try Signer(
          credentials: credentials, region: configuration.region,
          endpoint: configuration.endpoint),
        presigning: try Signer(
          credentials: credentials, region: configuration.region,
          endpoint: configuration.publicEndpoint),
        expiresAt: loaded.expiresAt, loadedAt: tick)
      current.withLock { $0 = signers }
      return signers
    } catch {
      throw S3Error(error)
    }
  }

  private func isFresh(_ signers: Signers, _ tick: UInt64) -> Bool {
    if let end = signers.expiresAt, end <= clock.now() { return false }
    let (seconds, attoseconds) = configuration.credentialsReuse.components
    let reuse =
      UInt64(max(0, seconds)) * 1_000_000_000 + UInt64(max(0, attoseconds)) / 1_000_000_000
    return tick &- signers.loadedAt < reuse
  }
}
