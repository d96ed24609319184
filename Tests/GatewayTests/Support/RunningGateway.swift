// A whole gateway on free ports over a throw-away folder, and a client that speaks with it.

import Base
import Delivery
import Foundation
import Gateway
import Glibc
import HTTPClient
import HTTPMessage
import JSONText
import TestSupport
import Testing

/// An answer with its JSON.
struct Answer: Sendable {
  let status: Int
  let fields: HTTPFields
  let body: [UInt8]

  /// The body as JSON; `null` for another body.
  var json: JSONValue {
    switch Result(catching: { try JSONValue(parsing: body, limits: .configuration) }) {
    case .success(let value): value
    case .failure: .null
    }
  }

  var text: String { String(decoding: body, as: UTF8.self) }

  func string(_ path: String...) -> String {
    path.reduce(json) { $0[$1] ?? .null }.stringValue ?? ""
  }
}

/// A gateway that runs.
struct RunningGateway: Sendable {
  let folder: DataFolder
  let lines: LogLines
  let origin: String
  let ops: String
  let storePort: UInt16
  private let client: HTTPClient
  private let admin: HTTPClient

  init(
    folder: DataFolder, ports: [UInt16], _ lines: LogLines, authorityFile: String? = nil
  ) throws {
    let scheme = authorityFile == nil ? "http" : "https"
    self.folder = folder
    self.lines = lines
    origin = "\(scheme)://127.0.0.1:\(ports[0])"
    ops = "\(scheme)://127.0.0.1:\(ports[1])"
    storePort = ports[2]
    var outside = HTTPClientConfiguration()
    outside.certificateAuthorityPath = authorityFile
    client = try HTTPClient(outside)
    var configuration = HTTPClientConfiguration()
    configuration.unixSocketPath = folder.adminSocket
    admin = try HTTPClient(configuration)
  }

  /// Sends a request to a URL as it is.
  func send(
    _ method: HTTPMethod, _ url: String, token: String? = nil, body: ClientBody = .none,
    fields: [(FieldName, String)] = [], admin: Bool = false
  ) async throws -> Answer {
    var all = fields
    if let token { all.append((.authorization, "Bearer " + token)) }
    let request = ClientRequest(method, url, fields: HTTPFields(all), body: body)
    let answer = try await (admin ? self.admin : client).fetch(request, attemptsMax: 1)
    return Answer(status: Int(answer.status.code), fields: answer.fields, body: answer.body)
  }

  /// A call with a token, in JSON.
  func call(
    _ method: HTTPMethod, _ path: String, _ token: String, _ json: String? = nil
  ) async throws -> Answer {
    try await send(
      method, origin + path, token: token, body: json.map { .bytes(Array($0.utf8)) } ?? .none,
      fields: json == nil ? [] : [(.contentType, "application/json")])
  }

  /// A call of the operator on the admin socket, in JSON.
  func operate(_ method: HTTPMethod, _ path: String, _ json: String? = nil) async throws -> Answer {
    try await send(
      method, "http://postern" + path, body: json.map { .bytes(Array($0.utf8)) } ?? .none,
      fields: json == nil ? [] : [(.contentType, "application/json")], admin: true)
  }

  /// Uploads a version.
  func upload(
    _ document: String, _ token: String, _ bytes: ClientBody, name: String = "photo.jpg"
  ) async throws -> Answer {
    try await send(
      .post, origin + "/v1/documents/\(document)/versions", token: token, body: bytes,
      fields: [
        (.contentType, "image/jpeg"),
        (.contentDisposition, "attachment; filename=\"\(name)\""),
      ])
  }

  /// A tenant with a backend that may do everything; returns the backend's token.
  func makeTenant(_ name: String) async throws -> String {
    let tenant = try await operate(.post, "/v1/tenants", #"{"id":"\#(name)"}"#)
    #expect(tenant.status == 201, "\(tenant.text)")
    let grant = try await operate(
      .post, "/v1/tenants/\(name)/grants",
      #"{"subject":"everyone","documents":"all","actions":["read","issue","write"]}"#)
    #expect(grant.status == 201, "\(grant.text)")
    let token = try await operate(
      .post, "/v1/tenants/\(name)/tokens",
      #"{"subject":"bff","scopes":["documents:read","documents:write","links:create","#
        + #""links:revoke","presigned:create","audit:read"]}"#)
    #expect(token.status == 201, "\(token.text)")
    return token.string("token")
  }

  /// A document of the tenant of the token; returns its id.
  func makeDocument(_ token: String) async throws -> String {
    let answer = try await call(.post, "/v1/documents", token, #"{"title":"North wall"}"#)
    #expect(answer.status == 201, "\(answer.text)")
    return answer.string("id")
  }
}

/// What a gateway of a test starts with; the folder stays for a second start.
struct GatewaySetup: Sendable {
  let root: TemporaryFolder
  let folder: DataFolder
  let ports: [UInt16]
  var settings: [(String, String)]
  var environment: [String: String] = [:]
  /// The authority of a gateway that speaks TLS everywhere.
  var authorityFile: String?
  var clock = Clock.system
  /// What `postern.json` says.
  var file = ""

  init(_ settings: [(String, String)] = []) throws {
    root = try TemporaryFolder()
    folder = DataFolder(path: root.path)
    ports = try freePorts(3)
    _ = try folder.create()
    self.settings = settings
  }

  /// A folder that is there already.
  init(root: TemporaryFolder, folder: DataFolder) throws {
    self.root = root
    self.folder = folder
    ports = try freePorts(3)
    settings = []
  }

  /// The settings for TLS on all listeners, with the files in the folder.
  mutating func useTLS(_ authority: TestAuthority, _ identity: TestAuthority.Identity) throws {
    authorityFile = try root.write("ca.pem", authority.pem)
    let certificate = try root.write("tls.pem", identity.chain)
    let key = try root.write("tls.key", identity.key)
    for group in ["tls", "ops-tls", "object-store-tls"] {
      settings += [(group + "-certificate", certificate), (group + "-key", key)]
    }
  }

  /// The settings for a store that a test plays.
  mutating func use(store endpoint: String, quietSeconds: Int = 20) {
    settings += [
      ("object-store-endpoint", endpoint), ("object-store-credentials", "environment"),
      ("object-store-quiet-seconds", String(quietSeconds)),
    ]
    environment = ["AWS_ACCESS_KEY_ID": "AKTEST", "AWS_SECRET_ACCESS_KEY": "planted-store-secret"]
  }

  func options(_ lines: LogLines) throws -> GatewayServer.Options {
    var sources = ConfigurationSources()
    if !file.isEmpty { try sources.merge(file: Array(file.utf8)) }
    let addresses = [
      ("listen", "127.0.0.1:\(ports[0])"), ("ops-listen", "127.0.0.1:\(ports[1])"),
      ("object-store-listen", "127.0.0.1:\(ports[2])"), ("audit-seal-milliseconds", "100"),
      ("loops", "2"), ("scrub-workers", "1"),
    ]
    for (flag, text) in addresses + settings { try sources.merge(flag: flag, text: text) }
    return GatewayServer.Options(
      folder: folder, configuration: try Configuration(sources), clock: clock, log: lines.log(),
      environment: environment)
  }

  /// Starts the gateway, runs the body, stops the gateway.
  func run(_ body: (RunningGateway) async throws -> Void) async throws {
    let lines = LogLines()
    let server = try await GatewayServer(try options(lines))
    let running = Task { await server.run() }
    let result: Result<Void, any Error>
    do {
      let gateway = try RunningGateway(
        folder: folder, ports: ports, lines, authorityFile: authorityFile)
      result = .success(try await body(gateway))
    } catch {
      result = .failure(error)
    }
    running.cancel()
    await running.value
    try result.get()
  }
}

/// Ports that were free a moment ago, below those that the kernel gives to outgoing connections: one
/// of these would take them before the gateway listens.
func freePorts(_ count: Int) throws -> [UInt16] {
  var sockets = [Int32]()
  defer { for socket in sockets { close(socket) } }
  var ports = [UInt16]()
  for _ in 0..<1000 where ports.count < count {
    let port = UInt16.random(in: 10_240..<32_768)
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    sockets.append(number)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    if code == 0 { ports.append(port) }
  }
  try #require(ports.count == count)
  return ports
}
