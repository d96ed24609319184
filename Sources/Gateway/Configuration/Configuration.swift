// The settings of one server with their types, checked against each other.

package import Delivery
package import HTTPClient
import HTTPMessage
import JSONText
package import S3

/// What `postern serve` runs with.
package struct Configuration: Sendable {
  /// Bounds of connections, requests and rates.
  package struct Limits: Sendable {
    package let connections: Int
    package let connectionsPerAddress: Int
    package let headSeconds: Int
    package let bodySeconds: Int
    package let idleSeconds: Int
    package let uploadSeconds: Int
    package let uploadBytes: Int64
    /// Downloads through the gateway at a time.
    package let downloads: Int
    package let drainSeconds: Int
    /// Below this the disk counts as full.
    package let freeDiskBytes: Int64
    package let tenantRequestsPerMinute: Int64
    package let subjectRequestsPerMinute: Int64
    package let addressRequestsPerMinute: Int64
  }

  /// Where the objects lie.
  package struct ObjectStore: Sendable {
    /// Where the keys come from.
    package enum Credentials: Sendable, Equatable {
      case dataFolder
      case environment
      case file(path: String, profile: String)
      /// The role of `AWS_ROLE_ARN` for the token in `AWS_WEB_IDENTITY_TOKEN_FILE`.
      case webIdentity
      case container
      case instance
      /// The first source that has any, in the order of the AWS tools.
      case chain
    }

    /// The names of `object_store.kind`.
    package static let kinds = StoreProfile.all.map(\.name)

    /// The endpoint for the gateway; nothing means the embedded store.
    package let endpoint: Origin?
    /// The endpoint in presigned URLs; nothing means the same.
    package let publicEndpoint: Origin?
    package let region: String
    package let bucket: String
    package let isPathStyle: Bool
    /// How long the store may be silent.
    package let quietSeconds: Int
    package let credentials: Credentials
    /// The token service for web identities; nothing means AWS.
    package let tokenService: Origin?
    /// What kind of store it is; of no meaning for the embedded one.
    package let profile: StoreProfile
    package let encryption: S3Configuration.ServerSideEncryption
    package let partsInParallel: Int
    /// The embedded store's address.
    package let listen: AddressSetting
    package let writesAccessLog: Bool
    /// The embedded store's certificate; nothing means that it speaks in clear.
    package let tls: TLSFiles?
    /// Whom an https endpoint is trusted by; nothing means the system's authorities.
    package let authorityFile: String?
  }

  /// The pool of scrub workers.
  package struct Scrubbing: Sendable {
    package let workers: Int
    package let queue: Int
    package let seconds: Int
    /// The worker program; empty means beside this program.
    package let program: String
  }

  /// What looks for malware.
  package struct Scanning: Sendable {
    /// The scanner; nothing scans nothing.
    package let clamd: ClamdSettings?
    /// What happens while it is away.
    package let fallback: MalwareGate.Fallback
  }

  /// Where traces go.
  package struct Traces: Sendable {
    /// The collector; nothing exports no traces.
    package let endpoint: Origin?
    /// Of 100 traces that begin here, how many are recorded.
    package let percent: Int
  }

  package let listen: [AddressSetting]
  /// The origin of links; nothing means the first listener's.
  package let publicURL: Origin?
  package let opsListen: AddressSetting?
  /// Addresses where each connection begins with a PROXY header.
  package let proxyListen: [AddressSetting]
  /// The certificate of the gateway's TCP addresses; nothing means that they speak in clear.
  package let tls: TLSFiles?
  /// The certificate of the operations listener.
  package let opsTLS: TLSFiles?
  package let trustedProxies: [String]
  /// Event loops; 0 is one a core.
  package let loops: Int
  /// Whether each request is a line in the log.
  package let logsRequests: Bool
  package let traces: Traces
  package let limits: Limits
  package let objectStore: ObjectStore
  package let scrubbing: Scrubbing
  package let scanning: Scanning
  package let issuers: [IssuerSettings]
  package let acceptsLocalIssuer: Bool
  package let leewaySeconds: Int64
  /// Private networks in which key sets may lie.
  package let keyNetworks: [AddressRange]
  package let auditOrigin: String
  package let sealsItself: Bool
  package let sealMilliseconds: Int64

  /// Gives the merged settings their types.
  /// - Throws: `setting-invalid` or `settings-contradict`.
  package init(_ sources: ConfigurationSources) throws(ConfigurationError) {
    let read = SettingReader(sources: sources)
    listen = try read.texts("listen").map { text throws(ConfigurationError) in
      try read.address("listen", text)
    }
    proxyListen = try read.texts("proxy_listen").map { text throws(ConfigurationError) in
      try read.address("proxy_listen", text)
    }
    guard !(listen + proxyListen).isEmpty else {
      throw ConfigurationError(.contradiction, "listen is empty")
    }
    tls = try read.tls("tls")
    opsTLS = try read.tls("ops_tls")
    publicURL = try read.origin("public_url")
    let ops = read.text("ops_listen")
    opsListen = ops.isEmpty ? nil : try read.address("ops_listen", ops)
    trustedProxies = read.texts("trusted_proxies")
    guard trustedProxies.allSatisfy({ AddressBlock($0) != nil }) else {
      throw ConfigurationError(.invalidSetting, "trusted_proxies must be networks (CIDR)")
    }
    guard proxyListen.allSatisfy(\.isUnix) || !trustedProxies.isEmpty else {
      throw ConfigurationError(.contradiction, "proxy_listen needs trusted_proxies")
    }
    loops = Int(read.integer("loops"))
    logsRequests = read.truth("log.requests")
    traces = Traces(
      endpoint: try read.origin("traces.endpoint"), percent: Int(read.integer("traces.percent")))
    limits = Limits(
      connections: Int(read.integer("limits.connections")),
      connectionsPerAddress: Int(read.integer("limits.connections_per_address")),
      headSeconds: Int(read.integer("limits.head_seconds")),
      bodySeconds: Int(read.integer("limits.body_seconds")),
      idleSeconds: Int(read.integer("limits.idle_seconds")),
      uploadSeconds: Int(read.integer("limits.upload_seconds")),
      uploadBytes: read.integer("limits.upload_bytes"),
      downloads: Int(read.integer("limits.downloads")),
      drainSeconds: Int(read.integer("limits.drain_seconds")),
      freeDiskBytes: read.integer("limits.free_disk_bytes"),
      tenantRequestsPerMinute: read.integer("limits.tenant_requests_per_minute"),
      subjectRequestsPerMinute: read.integer("limits.subject_requests_per_minute"),
      addressRequestsPerMinute: read.integer("limits.address_requests_per_minute"))
    objectStore = try Self.objectStore(read)
    scrubbing = Scrubbing(
      workers: Int(read.integer("scrub.workers")), queue: Int(read.integer("scrub.queue")),
      seconds: Int(read.integer("scrub.seconds")), program: read.text("scrub.program"))
    scanning = try Self.scanning(read)
    issuers = try read.objects("issuers").map { members throws(ConfigurationError) in
      try IssuerSettings(members)
    }
    guard Set(issuers.map(\.issuer)).count == issuers.count else {
      throw ConfigurationError(.contradiction, "issuers names one issuer twice")
    }
    acceptsLocalIssuer = read.truth("local_issuer")
    leewaySeconds = read.integer("token_leeway_seconds")
    keyNetworks = try read.texts("key_networks").map { text throws(ConfigurationError) in
      guard let range = AddressRange(text) else {
        throw ConfigurationError(.invalidSetting, "key_networks must be networks (CIDR)")
      }
      return range
    }
    auditOrigin = read.text("audit.origin")
    guard !auditOrigin.isEmpty, !auditOrigin.contains(where: { $0 == " " || $0 == "+" }) else {
      throw ConfigurationError(.invalidSetting, "audit.origin must have no space and no plus sign")
    }
    sealsItself = read.text("audit.seal") == "embedded"
    sealMilliseconds = read.integer("audit.seal_milliseconds")
  }

  private static func objectStore(
    _ read: SettingReader
  ) throws(ConfigurationError) -> ObjectStore {
    let endpoint = try read.origin("object_store.endpoint")
    let source = read.text("object_store.credentials")
    let path = read.text("object_store.credentials_file")
    guard source != "file" || !path.isEmpty else {
      throw ConfigurationError(.contradiction, "object_store.credentials_file is missing")
    }
    guard endpoint != nil || source == "data" else {
      throw ConfigurationError(
        .contradiction, "object_store.credentials is for a store of your own: set its endpoint")
    }
    let tls = try read.tls("object_store.tls")
    guard endpoint == nil || tls == nil else {
      throw ConfigurationError(
        .contradiction, "object_store.tls is for the embedded store: your endpoint has its own")
    }
    let authorityFile = read.text("object_store.ca_file")
    guard authorityFile.isEmpty || endpoint?.isSecure == true else {
      throw ConfigurationError(
        .contradiction, "object_store.ca_file is for an https endpoint: set object_store.endpoint")
    }
    let credentials: ObjectStore.Credentials =
      switch source {
      case "environment": .environment
      case "file": .file(path: path, profile: read.text("object_store.profile"))
      case "web-identity": .webIdentity
      case "container": .container
      case "instance": .instance
      case "chain": .chain
      default: .dataFolder
      }
    return ObjectStore(
      endpoint: endpoint, publicEndpoint: try read.origin("object_store.public_endpoint"),
      region: read.text("object_store.region"), bucket: read.text("object_store.bucket"),
      isPathStyle: read.text("object_store.style") == "path",
      quietSeconds: Int(read.integer("object_store.quiet_seconds")), credentials: credentials,
      tokenService: try read.origin("object_store.token_service"),
      profile: StoreProfile.named(read.text("object_store.kind")) ?? .generic,
      encryption: try encryption(read), partsInParallel: Int(read.integer("object_store.parts")),
      listen: try read.address("object_store.listen", read.text("object_store.listen")),
      writesAccessLog: read.truth("object_store.access_log"), tls: tls,
      authorityFile: authorityFile.isEmpty ? nil : authorityFile)
  }
}

extension Configuration {
  fileprivate static func scanning(
    _ read: SettingReader
  ) throws(ConfigurationError) -> Scanning {
    let address = read.text("scan.address")
    return Scanning(
      clamd: address.isEmpty
        ? nil
        : ClamdSettings(
          address: try read.address("scan.address", address),
          seconds: Int(read.integer("scan.seconds")), bytesMax: read.integer("scan.bytes")),
      fallback: MalwareGate.Fallback(rawValue: read.text("scan.on_unreachable")) ?? .refuse)
  }

  fileprivate static func encryption(
    _ read: SettingReader
  ) throws(ConfigurationError) -> S3Configuration.ServerSideEncryption {
    let key = read.text("object_store.encryption_key")
    let kind = read.text("object_store.encryption")
    guard key.isEmpty || kind == "key-service" else {
      throw ConfigurationError(
        .contradiction, "object_store.encryption_key needs object_store.encryption key-service")
    }
    return switch kind {
    case "store-keys": .storeKeys
    case "key-service": .keyService(keyID: key.isEmpty ? nil : key)
    default: .unspecified
    }
  }
}

/// Takes values out of the merged settings. Their forms were checked when they came in.
private struct SettingReader {
  let sources: ConfigurationSources

  func text(_ name: String) -> String { sources.value(name).stringValue ?? "" }
  func integer(_ name: String) -> Int64 { sources.value(name).integerValue ?? 0 }
  func truth(_ name: String) -> Bool { sources.value(name).boolValue ?? false }
  func texts(_ name: String) -> [String] { sources.value(name).stringsValue ?? [] }

  func objects(_ name: String) -> [JSONObject] {
    (sources.value(name).arrayValue ?? []).compactMap(\.objectValue)
  }

  func address(_ name: String, _ text: String) throws(ConfigurationError) -> AddressSetting {
    guard let address = AddressSetting(text) else {
      throw ConfigurationError(
        .invalidSetting, "\(name) must be HOST:PORT, [IPV6]:PORT or unix:/PATH")
    }
    return address
  }

  func tls(_ name: String) throws(ConfigurationError) -> TLSFiles? {
    switch (text(name + ".certificate"), text(name + ".key")) {
    case ("", ""): return nil
    case (let certificate, let key) where !certificate.isEmpty && !key.isEmpty:
      return TLSFiles(certificate: certificate, key: key)
    default:
      throw ConfigurationError(.contradiction, "\(name) needs both certificate and key")
    }
  }

  func origin(_ name: String) throws(ConfigurationError) -> Origin? {
    let text = text(name)
    if text.isEmpty { return nil }
    guard let origin = Origin(text) else {
      throw ConfigurationError(
        .invalidSetting, "\(name) must be http:// or https:// with a host and nothing behind it")
    }
    return origin
  }
}
