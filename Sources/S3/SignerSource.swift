// Keeps the two signers (for our own requests, for presigned URLs) as long as their credentials
// last, and makes new ones before they end: one load at a time, whoever needs it.

import Base
import HTTPClient
import SigV4

/// Hands out signers over current credentials.
final class SignerSource: Sendable {
  struct Signers: Sendable {
    let own: Signer
    let presigning: Signer
    let expiresAt: Timestamp?
    let loadedAt: UInt64
    /// When to look for newer ones: by the monotonic clock, and by the time of day.
    let dueAtTick: UInt64
    let dueAt: Timestamp?
  }

  private typealias Load = Task<Result<Signers, S3Error>, Never>

  private struct State: Sendable {
    var current: Signers?
    var load: Load?
    var restEndsAt: UInt64 = 0
  }

  /// Credentials are renewed this long before they end, or in the last quarter of their life.
  static let renewalSeconds: Int64 = 15 * 60

  /// After a load that failed, valid credentials are used for so long before the next.
  static let restNanoseconds: UInt64 = 10_000_000_000

  private let configuration: S3Configuration
  private let provider: CredentialsProvider
  private let clock: Clock
  private let state = Lock(State())

  init(_ configuration: S3Configuration, _ provider: CredentialsProvider, _ clock: Clock) {
    self.configuration = configuration
    self.provider = provider
    self.clock = clock
  }

  /// When the current credentials end.
  var expiresAt: Timestamp? { state.withLock { $0.current?.expiresAt } }

  /// Signers that work now; throws `credentials-missing`, `credentials-invalid`,
  /// `credentials-unavailable` or `credentials-expired`.
  func signers() async throws(S3Error) -> Signers {
    let (tick, now) = (clock.monotonicNanoseconds(), clock.now())
    let (valid, load): (Signers?, Load?) = state.withLock { state in
      let valid = state.current.flatMap { $0.expiresAt.map { $0 > now } ?? true ? $0 : nil }
      guard let valid else { return (nil, startLoad(&state)) }
      if !isDue(valid, tick, now) || tick < state.restEndsAt { return (valid, nil) }
      let load = startLoad(&state)
      // Credentials with an end stay good until then, so nobody waits for the newer ones; without
      // one, only the source knows whether they still hold.
      return valid.expiresAt == nil || !provider.isRemote ? (valid, load) : (valid, nil)
    }
    guard let load else {
      guard let valid else { throw S3Error(.credentialsMissing) }
      return valid
    }
    do throws(S3Error) {
      return try await load.value.get()
    } catch {
      // A source that cannot be read says nothing against what it gave; one that is empty does.
      guard let valid, error.code != .credentialsMissing else { throw error }
      return valid
    }
  }

  /// Loads anew because the store refuses these; returns whether there are others now.
  func renew(_ refused: Signers) async -> Bool {
    let (isRenewed, load): (Bool, Load?) = state.withLock { state in
      if let current = state.current {
        // Another request may have found out first.
        if SignerSource.differ(current, refused) { return (true, nil) }
        if current.loadedAt != refused.loadedAt { return (false, nil) }
      }
      return (false, provider.isFixed ? nil : startLoad(&state))
    }
    guard let load else { return isRenewed }
    guard case .success(let loaded) = await load.value else { return false }
    return SignerSource.differ(loaded, refused)
  }

  private static func differ(_ one: Signers, _ other: Signers) -> Bool {
    one.own.credentials.accessKeyID != other.own.credentials.accessKeyID
      || one.own.credentials.sessionToken != other.own.credentials.sessionToken
  }

  private func isDue(_ signers: Signers, _ tick: UInt64, _ now: Timestamp) -> Bool {
    if let dueAt = signers.dueAt, now >= dueAt { return true }
    return tick >= signers.dueAtTick
  }

  /// The load under way, or a new one. It is a task of its own because many wait for it, and none of
  /// them may cancel it for the others; the services behind it answer or fail within seconds.
  private func startLoad(_ state: inout State) -> Load {
    if let load = state.load { return load }
    let load = Load { await self.load() }
    state.load = load
    return load
  }

  private func load() async -> Result<Signers, S3Error> {
    let result: Result<Signers, S3Error>
    do throws(S3Error) {
      result = .success(try await loaded())
    } catch {
      result = .failure(error)
    }
    let tick = clock.monotonicNanoseconds()
    state.withLock { state in
      state.load = nil
      switch result {
      case .success(let signers):
        state.current = signers
        state.restEndsAt = 0
      case .failure: state.restEndsAt = tick &+ SignerSource.restNanoseconds
      }
    }
    return result
  }

  private func loaded() async throws(S3Error) -> Signers {
    guard let loaded = try await provider.load() else { throw S3Error(.credentialsMissing) }
    let (tick, now) = (clock.monotonicNanoseconds(), clock.now())
    if let end = loaded.expiresAt, end <= now { throw S3Error(.credentialsExpired) }
    do throws(SigV4Error) {
      return Signers(
        own: try Signer(
          credentials: loaded.credentials, region: configuration.region,
          endpoint: configuration.endpoint),
        presigning: try Signer(
          credentials: loaded.credentials, region: configuration.region,
          endpoint: configuration.publicEndpoint),
        expiresAt: loaded.expiresAt, loadedAt: tick, dueAtTick: dueTick(loaded, tick),
        dueAt: provider.isRemote ? loaded.expiresAt.map { SignerSource.due($0, now) } : nil)
    } catch {
      throw S3Error(error)
    }
  }

  /// What lies on this machine is looked at often; what a service gave lasts as long as it said.
  private func dueTick(_ loaded: ExpiringCredentials, _ tick: UInt64) -> UInt64 {
    if provider.isFixed || provider.isRemote && loaded.expiresAt != nil { return .max }
    return tick &+ configuration.credentialsReuse.nanoseconds
  }

  static func due(_ end: Timestamp, _ now: Timestamp) -> Timestamp {
    let quarter = (end.milliseconds - now.milliseconds) / 4000
    return end.adding(seconds: -min(renewalSeconds, quarter))
  }
}
