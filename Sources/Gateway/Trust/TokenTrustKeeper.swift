// Keeps the keys of the trusted issuers current: files are read, URLs fetched, the last good set
// stays when that fails. What the API sees is one value that is replaced as a whole.

package import API
package import Base
import Delivery
import Glibc
import HTTPClient
import HTTPMessage
import JOSE

/// Keeps trust in issuers current.
package actor TokenTrustKeeper {
  /// Seconds between two looks at what is due.
  private static let tickSeconds = 5

  private struct Source {
    let settings: IssuerSettings
    let policy: TokenPolicy
    /// Fetches its key set, if that is at a URL.
    let fetchURL: @Sendable (_ url: String) async throws -> [UInt8]
    var cache: KeySetCache
  }

  private var sources: [Source]
  private var local: JWSVerifier?
  private let localPolicy: TokenPolicy?
  private let localRules: IssuerRules?
  private let log: Log
  private let clock: Clock
  private var generation = 0
  private nonisolated let published: Lock<TokenTrust>
  private nonisolated let reads = Counter()
  private nonisolated let failedReads = Counter()
  private nonisolated let issuersCount: Int

  /// Prepares the issuers of a configuration; the local one is trusted from here on.
  /// - Parameter fetchURL: Fetches a key set; over https with bounds unless given.
  /// - Throws: `setting-invalid` for a policy that cannot hold or without a client.
  package init(
    _ configuration: Configuration, keys: KeyRing, log: Log, clock: Clock,
    fetchURL: (@Sendable (_ url: String) async throws -> [UInt8])? = nil
  ) throws(ConfigurationError) {
    self.log = log
    self.clock = clock
    let leeway = Int(configuration.leewaySeconds)
    do {
      let fetchByDefault = try fetchURL ?? Self.overHTTPS(configuration.keyNetworks, nil)
      localPolicy =
        configuration.acceptsLocalIssuer
        ? try TokenPolicy(
          issuer: KeyRing.localIssuer, audiences: [KeyRing.localAudience],
          algorithms: [.edDSA], leewaySeconds: leeway, types: ["at+jwt"])
        : nil
      local = try localPolicy.map { try Self.verifier($0, keys.localSigners) }
      sources = try configuration.issuers.map { settings in
        Source(
          settings: settings,
          policy: try TokenPolicy(
            issuer: settings.issuer, audiences: [settings.audience],
            algorithms: Set(settings.algorithms.compactMap(JWSAlgorithm.init)),
            leewaySeconds: leeway),
          fetchURL: try settings.authorityFile.map {
            try TLSFiles.checkAuthorities($0, setting: "ca_file")
            return try Self.overHTTPS(configuration.keyNetworks, $0)
          } ?? fetchByDefault,
          cache: KeySetCache())
      }
    } catch {
      throw ConfigurationError(.invalidSetting, "issuers: \(error)")
    }
    issuersCount = sources.count
    localRules = local.map { _ in
      IssuerRules(issuer: KeyRing.localIssuer, tenants: nil, isLocal: true)
    }
    published = Lock(Self.trust(generation: 0, local, localRules, sources, now: 0))
  }

  /// Trusts other keys of the local issuer from now on.
  /// - Throws: `secret-unusable` for keys that make no set.
  func replaceLocal(_ signers: [JWSSigner]) throws(ConfigurationError) {
    guard let localPolicy else { return }
    do throws(JOSEError) {
      local = try Self.verifier(localPolicy, signers)
    } catch {
      throw ConfigurationError(.secretUnusable, "the local issuer's keys make no key set")
    }
    publish()
  }

  private static func verifier(
    _ policy: TokenPolicy, _ signers: [JWSSigner]
  ) throws(JOSEError) -> JWSVerifier {
    JWSVerifier(policy: policy, keys: try JWKSet(parsing: JWSSigner.keySet(of: signers)))
  }

  private static func overHTTPS(
    _ networks: [AddressRange], _ authorityFile: String?
  ) throws(HTTPClientError) -> @Sendable (String) async throws -> [UInt8] {
    var configuration = HTTPClientConfiguration.keySets(allowing: networks)
    configuration.certificateAuthorityPath = authorityFile
    let client = try HTTPClient(configuration)
    return { url in
      let answer = try await client.fetch(ClientRequest(.get, url))
      guard answer.status == .ok else {
        throw ConfigurationError(.fileUnreadable, "the key set answers \(answer.status.code)")
      }
      return answer.body
    }
  }

  /// The trust as the API takes it.
  package nonisolated var source: TokenTrustSource {
    TokenTrustSource(
      current: { [published] in published.withLock { $0 } },
      keyUnknown: { issuer in await self.keyUnknown(issuer) })
  }

  /// How many issuers have no keys, so that none of their tokens is accepted.
  package nonisolated var issuersWithoutKeys: Int {
    issuersCount - published.withLock { $0.rules.values.count { !$0.isLocal } }
  }

  /// The families.
  package nonisolated var families: [MetricFamily] {
    [
      MetricFamily("key_set_reads_total", .counter, "Readings of the key sets of issuers.") {
        [
          MetricSample([("outcome", "read")], value: Double(self.reads.count)),
          MetricSample([("outcome", "failed")], value: Double(self.failedReads.count)),
        ]
      },
      .gauge("issuers_without_keys", "Issuers none of whose tokens is accepted for now.") {
        Double(self.issuersWithoutKeys)
      },
    ]
  }

  /// Fetches every set once, then keeps them current until cancelled.
  package func run() async {
    while !Task.isCancelled {
      await refresh()
      do { try await Task.sleep(for: .seconds(Self.tickSeconds)) } catch { return }
    }
  }

  /// Reads or fetches every set that is due, side by side: one silent issuer delays no other.
  package func refresh() async {
    let due = sources.indices.filter { sources[$0].cache.tick(atSeconds: now) == .fetch }
    await withTaskGroup(of: Void.self) { group in
      for index in due { group.addTask { await self.fetch(index) } }
    }
  }

  private var now: Int64 { Int64(clock.monotonicNanoseconds() / 1_000_000_000) }

  private func keyUnknown(_ issuer: String) async {
    guard let index = sources.firstIndex(where: { $0.settings.issuer == issuer }),
      sources[index].cache.keyUnknown(atSeconds: now) == .fetch
    else { return }
    await fetch(index)
  }

  private func fetch(_ index: Int) async {
    let issuer = sources[index].settings.issuer
    do {
      let bytes: [UInt8]
      switch sources[index].settings.keys {
      case .url(let url): bytes = try await sources[index].fetchURL(url)
      case .file(let path): bytes = try Self.read(path)
      }
      _ = try sources[index].cache.fetchFinished(bytes, atSeconds: now)
      reads.add(1)
      log.event(.info, "key-set-read", [("issuer", .text(issuer))])
    } catch {
      sources[index].cache.fetchFailed()
      failedReads.add(1)
      log.event(
        .warning, "key-set-unreadable",
        [("issuer", .text(issuer)), ("reason", .text("\(error)"))])
    }
    publish()
  }

  private func publish() {
    generation += 1
    let trust = Self.trust(
      generation: generation, local, localRules, sources, now: now)
    published.withLock { $0 = trust }
  }

  private static func trust(
    generation: Int, _ local: JWSVerifier?, _ localRules: IssuerRules?, _ sources: [Source],
    now: Int64
  ) -> TokenTrust {
    var directory = IssuerDirectory()
    var rules = [String: IssuerRules]()
    do throws(JOSEError) {
      if let local, let localRules {
        try directory.set(local)
        rules[KeyRing.localIssuer] = localRules
      }
      for source in sources {
        guard let keys = source.cache.keys(atSeconds: now) else { continue }
        try directory.set(JWSVerifier(policy: source.policy, keys: keys))
        rules[source.settings.issuer] = Self.rules(source.settings)
      }
    } catch {
      // Sixteen issuers at most were configured; the directory holds sixty-four.
      preconditionFailure("the configured issuers fit the directory")
    }
    return TokenTrust(generation: generation, directory: directory, rules: rules)
  }

  private static func rules(_ settings: IssuerSettings) -> IssuerRules {
    let tenants: Set<TenantID>?
    switch settings.tenants {
    case .all: tenants = nil
    case .only(let names): tenants = Set(names.compactMap { TenantID($0) })
    }
    return IssuerRules(
      issuer: settings.issuer, tenantClaim: settings.tenantClaim, scopeClaim: settings.scopeClaim,
      rolesClaim: settings.rolesClaim, subjectClaim: settings.subjectClaim, tenants: tenants,
      isLocal: false)
  }

  private static func read(_ path: String) throws(FileError) -> [UInt8] {
    let file = try FileDescriptor.open(path, O_RDONLY, purpose: "open the key set")
    guard let bytes = try file.readAll(bytesMax: 65_536, purpose: "read the key set") else {
      throw FileError("read the key set, which is over 64 KiB", number: EFBIG)
    }
    return bytes
  }
}
