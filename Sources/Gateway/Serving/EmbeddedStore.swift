// The embedded object store: the S3 endpoint over a folder on its own listener, so that the same
// code path runs on a laptop and against Ceph or AWS.

package import Base
import Cryptography
import Glibc
import HTTPMessage
package import HTTPServer
import S3Server
package import SigV4

/// A running embedded store.
package struct EmbeddedStore: Sendable {
  /// The server of the endpoint.
  package let server: HTTPServer

  private let handler: S3Endpoint
  private let store: ObjectStore

  /// Where the store listens, as a URL.
  package let endpoint: String

  /// The socket by which the gateway itself reaches a store that speaks TLS, whose certificate names
  /// the public host, or one that does not listen on the loopback, which takes the gateway for a
  /// stranger; nothing for other stores.
  package let socket: String?

  /// The URL for the gateway itself, which goes over `socket` if there is one.
  package var ownEndpoint: String {
    guard socket != nil else { return endpoint }
    return "http" + endpoint.drop { $0 != ":" }
  }

  /// Opens the folder and starts listening.
  /// - Throws: A `StartError`.
  package init(
    _ folder: DataFolder, _ configuration: Configuration, credentials: [Credentials],
    tls: TLSCredentials? = nil, clock: Clock,
    log: Log
  ) throws(StartError) {
    let settings = configuration.objectStore
    guard case .tcp(let host, _) = settings.listen else {
      throw StartError(.settingInvalid, "object_store.listen must be HOST:PORT")
    }
    socket = Self.needsSocket(settings.listen, isTLS: tls != nil) ? folder.storeSocket : nil
    do {
      store = try ObjectStore(path: folder.objects, clock: clock, random: { Random.pair() })
      let handler = S3Endpoint(
        store: store, region: settings.region, credentials: credentials, clock: clock)
      self.handler = handler
      let accessLog = try settings.writesAccessLog ? Self.accessLog(folder) : nil
      var listeners = [try settings.listen.listener()]
      if let socket { listeners.append(.unix(path: socket, mode: 0o600)) }
      var server = handler.configuration(listeners: listeners, log: accessLog)
      server.tls = tls
      server.limits.connectionsMax = configuration.limits.connections
      // Our own for downloads come on top, from the loopback.
      server.limits.connectionsPerAddressMax =
        configuration.limits.connectionsPerAddress + configuration.limits.downloads
      server.requestIDSeed = Random.pair()
      self.server = try HTTPServer(server, handler: handler)
    } catch {
      throw StartError(.storeUnusable, "the embedded object store cannot start: \(error)")
    }
    // Nobody can connect to "every address"; the gateway itself takes the loopback.
    let reachable = host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host
    let name = reachable.contains(":") ? "[\(reachable)]" : reachable
    endpoint = "\(tls == nil ? "http" : "https")://\(name):\(server.port ?? 0)"
  }

  /// Whether the gateway cannot reach a store by the address on which it listens.
  package static func needsSocket(_ listen: AddressSetting, isTLS: Bool) -> Bool {
    if isTLS { return true }
    return !listen.isLoopback && !listen.isAnywhere
  }

  /// Stops listening, finishes the open requests and gives the folder up.
  /// - Throws: A `StartError` if the folder's lock cannot be given back.
  func shutdown() async throws(StartError) {
    await server.shutdown()
    do {
      try store.close()
    } catch {
      throw StartError(.storeUnusable, "the embedded object store cannot stop: \(error)")
    }
  }

  /// Accepts these keys from the next request on.
  package func accept(_ credentials: [Credentials]) { handler.replace(credentials: credentials) }

  /// The access key of the data folder, written as `ID:SECRET`.
  package static func credentials(_ folder: DataFolder) throws(StartError) -> Credentials {
    let path = folder.file(of: .objectStore)
    let secret: Secret
    do throws(ConfigurationError) {
      secret = try SecretFile.read(path)
    } catch {
      throw StartError(.secretUnusable, error.detail)
    }
    guard let pair = credentials(of: secret) else {
      throw StartError(.secretUnusable, "\(path) must hold ID:SECRET")
    }
    return pair
  }

  /// Reads `ID:SECRET`; nothing for other text.
  static func credentials(of secret: Secret) -> Credentials? {
    let text = secret.withBytes { span in
      String(decoding: (0..<span.count).map { span[$0] }, as: UTF8.self)
    }
    let parts = text.split(separator: ":", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    return Credentials(accessKeyID: String(parts[0]), secretAccessKey: String(parts[1]))
  }

  private static func accessLog(
    _ folder: DataFolder
  ) throws(FileError) -> @Sendable ([UInt8]) -> Void {
    let file = try FileDescriptor.open(
      folder.path + "/store-access.log", O_WRONLY | O_CREAT | O_APPEND, mode: 0o640,
      purpose: "open the store's access log")
    return { line in
      // One write a line; a full disk must not stop deliveries.
      _ = unsafe line.withUnsafeBytes { unsafe Glibc.write(file.number, $0.baseAddress, $0.count) }
    }
  }
}
