// When to fetch an issuer's key set, and which set counts meanwhile. No I/O and no clock: events go
// in with their time, an action comes out; whoever owns the cache does the fetching.

/// The key set of one issuer over time: single flight, cool-down, last good set.
public struct KeySetCache: Sendable {
  /// What the owner must do now.
  public enum Action: Sendable, Equatable {
    /// Nothing.
    case none
    /// Fetch the set once and report `fetchFinished` or `fetchFailed`.
    case fetch
  }

  /// How long and how often; all in seconds.
  public struct Timing: Sendable {
    /// After this age a set is fetched again. Default 600.
    public var refreshSeconds: Int64 = 600
    /// At least this long between two fetches, whatever tokens arrive. Default 30.
    public var cooldownSeconds: Int64 = 30
    /// After this age without a successful fetch a set is trusted no more. Default 86400.
    public var staleSecondsMax: Int64 = 86_400
    /// A fetch that was not reported after this time counts as failed. Default 10.
    public var fetchSecondsMax: Int64 = 10

    /// Creates the default timing.
    public init() {}
  }

  private let timing: Timing
  private var held: (keys: JWKSet, at: Int64)?
  // The start of the last fetch, and whether its end was not reported yet.
  private var lastFetch: Int64?
  private var isFetching = false

  /// Creates an empty cache; it asks for a fetch at the first event.
  public init(timing: Timing = Timing()) {
    self.timing = timing
  }

  /// The last good set; nothing before the first one, and nothing when it is too old.
  public func keys(atSeconds now: Int64) -> JWKSet? {
    guard let held, now - held.at <= timing.staleSecondsMax else { return nil }
    return held.keys
  }

  /// Time has passed; call it at start and then every few seconds.
  public mutating func tick(atSeconds now: Int64) -> Action {
    if let held, now - held.at < timing.refreshSeconds { return .none }
    return fetchIfAllowed(now)
  }

  /// A token named a key that the set does not have.
  public mutating func keyUnknown(atSeconds now: Int64) -> Action {
    fetchIfAllowed(now)
  }

  /// A fetch brought bytes. Yields the new set, which the owner hands to its verifiers.
  /// - Throws: `key-set-invalid` if they are no set or hold no usable key; the last good set stays.
  public mutating func fetchFinished(_ bytes: [UInt8], atSeconds now: Int64) throws(JOSEError)
    -> JWKSet
  {
    isFetching = false
    let keys = try JWKSet(parsing: bytes)
    guard keys.count > 0 else {
      throw JOSEError(.keySetInvalid, "the key set holds no usable key")
    }
    held = (keys, now)
    return keys
  }

  /// A fetch failed; the last good set stays.
  public mutating func fetchFailed() {
    isFetching = false
  }

  private mutating func fetchIfAllowed(_ now: Int64) -> Action {
    if let lastFetch {
      if isFetching, now - lastFetch < timing.fetchSecondsMax { return .none }
      guard now - lastFetch >= timing.cooldownSeconds else { return .none }
    }
    lastFetch = now
    isFetching = true
    return .fetch
  }
}
