// What is asked of the tokens of one issuer. Everything that decides is pinned here, nothing is
// taken from the token.

/// The rules for the tokens of one issuer.
public struct TokenPolicy: Sendable {
  /// The most seconds by which clocks may differ.
  public static let leewaySecondsMax = 60

  /// The `iss` claim, equal byte for byte.
  public let issuer: String

  /// Our names: one of them must be in `aud`. Empty means that `aud` is not looked at.
  public let audiences: [String]

  /// The algorithms that the issuer may use.
  public let algorithms: Set<JWSAlgorithm>

  /// By how many seconds clocks may differ, 0 to 60.
  public let leewaySeconds: Int

  /// The `typ` headers that are taken, such as `at+jwt`; empty means that `typ` is not looked at.
  public let types: [String]

  /// Creates a policy.
  /// - Throws: `policy-invalid` for an empty issuer, no algorithm, a leeway out of bounds, or shared
  ///   secrets beside public keys (RFC 8725 section 3.1: the two must not meet in one issuer).
  public init(
    issuer: String, audiences: [String], algorithms: Set<JWSAlgorithm> = JWSAlgorithm.standard,
    leewaySeconds: Int = 30, types: [String] = []
  ) throws(JOSEError) {
    guard !issuer.isEmpty else {
      throw JOSEError(.policyInvalid, "an issuer has a name")
    }
    guard !algorithms.isEmpty else {
      throw JOSEError(.policyInvalid, "an issuer has at least one algorithm", issuer: issuer)
    }
    let symmetric = algorithms.filter(\.isSymmetric)
    guard symmetric.isEmpty || symmetric.count == algorithms.count else {
      throw JOSEError(
        .policyInvalid, "an issuer uses either shared secrets or public keys", issuer: issuer)
    }
    guard (0...TokenPolicy.leewaySecondsMax).contains(leewaySeconds) else {
      throw JOSEError(
        .policyInvalid, "the leeway is 0 to \(TokenPolicy.leewaySecondsMax) seconds",
        issuer: issuer)
    }
    self.init(
      unchecked: issuer, audiences: audiences, algorithms: algorithms,
      leewaySeconds: leewaySeconds, types: types)
  }

  /// Creates a policy without the checks; for the conformance program, whose vectors put every
  /// algorithm into one list.
  package init(
    unchecked issuer: String, audiences: [String], algorithms: Set<JWSAlgorithm>,
    leewaySeconds: Int, types: [String] = []
  ) {
    self.issuer = issuer
    self.audiences = audiences
    self.algorithms = algorithms
    self.leewaySeconds = leewaySeconds
    self.types = types
  }
}
