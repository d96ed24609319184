// The client of the object store that the settings describe, and where its credentials come from.

import Base
import HTTPClient
import S3
import SigV4

extension S3Client {
  /// Bytes of a download that wait for its customer before the store's connection pauses.
  private static let downloadWindowBytes = 256 << 10

  /// Makes the client; nothing is sent before the first operation.
  ///
  /// With `downloads`, one that reads so many objects at a time for customers: a connection for each,
  /// which waits as long as the customer does.
  static func client(
    _ settings: Configuration.ObjectStore, _ embedded: EmbeddedStore?, _ keys: KeyKeeper?,
    downloads: Int? = nil, clock: Clock, environment: [String: String],
    observer: @escaping @Sendable (S3Call) -> Void
  ) throws(StartError) -> S3Client {
    if let file = settings.authorityFile {
      do throws(ConfigurationError) {
        try TLSFiles.checkAuthorities(file, setting: "object_store.ca_file")
      } catch {
        throw StartError(.settingInvalid, error.detail)
      }
    }
    do {
      // The embedded store is reached by address, so that the bucket stands in the path.
      let style: Endpoint.Style =
        settings.isPathStyle || embedded != nil ? .path : .virtualHost
      let address = settings.endpoint?.description ?? embedded?.ownEndpoint ?? ""
      let publicAddress =
        settings.publicEndpoint?.description
        ?? embedded.flatMap { $0.socket == nil ? nil : $0.endpoint }
      var configuration = S3Configuration(
        endpoint: try Endpoint(address, style: style),
        publicEndpoint: try publicAddress.map { try Endpoint($0, style: style) },
        region: settings.region)
      configuration.payloadSigning = .digest
      configuration.profile = embedded == nil ? settings.profile : .embedded
      configuration.serverSideEncryption = settings.encryption
      configuration.multipart.partsInParallel = settings.partsInParallel
      var http = HTTPClientConfiguration()
      http.lowSpeedSeconds = settings.quietSeconds
      http.unixSocketPath = embedded?.socket
      http.certificateAuthorityPath = settings.authorityFile
      if let downloads {
        http.streamWindowBytes = downloadWindowBytes
        http.connectionsMax = downloads
        http.connectionsPerHostMax = downloads
        http.exchangesMax = 2 * downloads
      }
      return S3Client(
        configuration,
        credentials: try credentials(settings, embedded == nil ? nil : keys, environment),
        http: try HTTPClient(http), clock: clock, observer: observer)
    } catch {
      throw StartError(.storeUnusable, "object_store: \(error)")
    }
  }

  private static func credentials(
    _ settings: Configuration.ObjectStore, _ keys: KeyKeeper?,
    _ environment: [String: String]
  ) throws -> CredentialsProvider {
    if let keys {
      return CredentialsProvider { () async throws(S3Error) in
        ExpiringCredentials(keys.current.storeCredentials[0])
      }
    }
    switch settings.credentials {
    case .environment: return .environment(environment)
    case .file(let path, let profile): return .sharedFile(path: path, profile: profile)
    case .webIdentity, .container, .instance, .chain:
      return services(settings, environment, try HTTPClient(.credentialServices()))
    case .dataFolder:
      throw StartError(
        .settingInvalid, "object_store.credentials must name a source for this endpoint")
    }
  }

  /// The sources that need a client of their own, with waits as short as their answers.
  private static func services(
    _ settings: Configuration.ObjectStore, _ environment: [String: String], _ http: HTTPClient
  ) -> CredentialsProvider {
    let identity = CredentialsProvider.webIdentity(
      environment, region: settings.region, endpoint: settings.tokenService?.description,
      http: http)
    let container = CredentialsProvider.container(environment, http: http)
    let instance = CredentialsProvider.instance(environment, http: http)
    switch settings.credentials {
    case .webIdentity: return identity
    case .container: return container
    case .instance: return instance
    default: return .chain([.environment(environment), identity, container, instance])
    }
  }
}
