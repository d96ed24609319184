// Calls to the HTTP interface. On the admin socket the tenant stands in the path; with a token it is
// in the token.

import Base
import Gateway
import HTTPClient
import HTTPMessage
import JSONText
import Wire

/// A connection to one server.
struct ServerClient: Sendable {
  /// The largest answer in bytes.
  private static let answerBytesMax = 1 << 20

  /// How long a socket's path may be (`sockaddr_un` has 108 bytes with the final zero).
  private static let socketPathBytesMax = 107

  /// An answer with a success status.
  struct Answer: Sendable {
    let status: HTTPStatus
    let fields: HTTPFields
    let body: [UInt8]

    /// The body as text without a line end, for `--json`.
    var text: String {
      var text = String(decoding: body, as: UTF8.self)
      while text.hasSuffix("\n") { text.removeLast() }
      return text
    }

    /// Reads the body; answers may be larger than requests.
    func read<Body: WireObject>(_: Body.Type) throws(CommandError) -> Body {
      do throws(JSONError) {
        let value = try JSONValue(parsing: body, limits: .configuration)
        guard let members = value.objectValue else {
          throw JSONError(.wrongType, "an object was expected")
        }
        return try Body(members: members)
      } catch {
        throw CommandError(
          .failed, "the answer of the server is not understood: \(error.detail)",
          hint: "is the gateway of another release than this command?", code: "answer-unexpected")
      }
    }
  }

  let location: ServerLocation
  private let client: HTTPClient
  private let origin: String
  private let token: Secret?

  /// Prepares calls; nothing is sent yet.
  /// - Parameter quietSeconds: How long the server may stay silent.
  init(_ location: ServerLocation, quietSeconds: Int = 30) throws(CommandError) {
    var configuration = HTTPClientConfiguration()
    configuration.lowSpeedSeconds = quietSeconds
    configuration.totalTimeout = .seconds(quietSeconds)
    configuration.connectionsMax = 8
    configuration.responseBytesMax = Self.answerBytesMax
    self.location = location
    switch location {
    case .adminSocket(let path):
      let folder = DataFolder(path: path)
      try Self.check(folder)
      configuration.unixSocketPath = folder.adminSocket
      origin = "http://postern"
      token = nil
    case .remote(let url, let tokenFile):
      origin = url
      do throws(ConfigurationError) {
        token = try SecretFile.read(tokenFile)
      } catch {
        throw CommandError(.failed, error.detail, code: error.code.rawValue)
      }
    }
    do throws(HTTPClientError) {
      client = try HTTPClient(configuration)
    } catch {
      throw ServerProblem.error(error, at: location)
    }
  }

  /// Sends a request, with a JSON body if one is given, and takes its answer; an error status is
  /// thrown.
  func call(
    _ method: HTTPMethod, _ path: String, query: [(String, String?)] = [],
    body: [UInt8]? = nil
  ) async throws(CommandError) -> Answer {
    var fields = [(FieldName, String)]()
    var content = ClientBody.none
    if let body {
      fields.append((.contentType, "application/json"))
      content = .bytes(body)
    }
    return try await send(method, path, query: query, content, fields: fields)
  }

  /// Sends a request with any body and takes its answer; an error status is thrown.
  func send(
    _ method: HTTPMethod, _ path: String, query: [(String, String?)] = [], _ body: ClientBody,
    fields: [(FieldName, String)], totalTimeout: Duration? = nil
  ) async throws(CommandError) -> Answer {
    var fields = HTTPFields(fields)
    if let token {
      let text = token.withBytes { span in
        String(decoding: (0..<span.count).map { span[$0] }, as: UTF8.self)
      }
      fields.append(.authorization, "Bearer " + text)
    }
    let request = ClientRequest(
      method, origin + path + Self.text(of: query), fields: fields, body: body,
      totalTimeout: totalTimeout)
    let response: BufferedResponse
    do throws(HTTPClientError) {
      response = try await client.fetch(request)
    } catch {
      throw ServerProblem.error(error, at: location)
    }
    guard (200...299).contains(response.status.code) else {
      throw ServerProblem.error(status: response.status.code, body: response.body)
    }
    return Answer(status: response.status, fields: response.fields, body: response.body)
  }

  private static func text(of query: [(String, String?)]) -> String {
    let parts = query.compactMap { name, value in
      value.map { "\(name)=\(PercentCoding.encode($0))" }
    }
    return parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
  }

  private static func check(_ folder: DataFolder) throws(CommandError) {
    guard folder.adminSocket.utf8.count <= socketPathBytesMax else {
      throw CommandError(
        .failed, "the path of the admin socket is too long for this system",
        hint: "go to the folder's parent and name it relatively: --data \(folder.path)")
    }
    if LocalFile.exists(folder.adminSocket) { return }
    guard LocalFile.exists(folder.path) else {
      throw CommandError(
        .failed, "there is no data folder \(Plain.text(folder.path))",
        hint: "postern init makes one; --data or --server name another place",
        code: "data-folder-missing")
    }
    throw CommandError(
      .failed, "no gateway is running for \(Plain.text(folder.path))",
      hint: "postern serve --data \(Plain.text(folder.path))", code: "server-not-running")
  }
}
