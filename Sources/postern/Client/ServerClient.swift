// Calls to the HTTP interface. On the admin socket the tenant stands in the path; with a token it is
// in the token.

import Base
import Gateway
import HTTPClient
import HTTPMessage
import JSONText
import PosternClient
import Wire

/// A connection to one server.
struct ServerClient: Sendable {
  /// The largest answer in bytes.
  private static let answerBytesMax = 1 << 20

  /// How long a socket's path may be (`sockaddr_un` has 108 bytes with the final zero).
  private static let socketPathBytesMax = 107

  /// An answer with a success status.
  struct Answer: Sendable {
    private let answer: PosternClient.Answer

    init(_ answer: PosternClient.Answer) { self.answer = answer }

    var status: HTTPStatus { answer.status }
    var fields: HTTPFields { answer.fields }
    var body: [UInt8] { answer.body }

    /// The body as text without a line end, for `--json`.
    var text: String {
      var text = String(decoding: body, as: UTF8.self)
      while text.hasSuffix("\n") { text.removeLast() }
      return text
    }

    /// Reads the body; answers may be larger than requests.
    func read<Body: WireObject>(_: Body.Type) throws(CommandError) -> Body {
      do throws(PosternError) {
        return try answer.read(Body.self)
      } catch {
        throw CommandError(
          .failed, "the answer of the server is not understood: \(error.detail)",
          hint: "is the gateway of another release than this command?", code: "answer-unexpected")
      }
    }
  }

  let location: ServerLocation
  private let client: PosternClient

  /// Prepares calls; nothing is sent yet.
  /// - Parameter quietSeconds: How long the server may stay silent.
  init(_ location: ServerLocation, quietSeconds: Int = 30) throws(CommandError) {
    var options = PosternClient.Options()
    options.timeoutSeconds = quietSeconds
    options.answerBytesMax = Self.answerBytesMax
    options.userAgent = "postern/1"
    self.location = location
    let (origin, token, socket) = try Self.address(of: location)
    do throws(PosternError) {
      client = try PosternClient(origin: origin, token: token, socket: socket, options: options)
    } catch {
      throw ServerProblem.error(error, at: location)
    }
  }

  /// The URL, the token and the socket of a location; what is not needed is nothing.
  private static func address(
    of location: ServerLocation
  ) throws(CommandError) -> (origin: String, token: Secret?, socket: String?) {
    switch location {
    case .adminSocket(let path):
      let folder = DataFolder(path: path)
      try check(folder)
      return ("http://postern", nil, folder.adminSocket)
    case .remote(let url, let tokenFile):
      do throws(ConfigurationError) {
        return (url, try SecretFile.read(tokenFile), nil)
      } catch {
        throw CommandError(.failed, error.detail, code: error.code.rawValue)
      }
    }
  }

  /// Sends a request, with a JSON body if one is given, and takes its answer; an error status is
  /// thrown.
  func call(
    _ method: HTTPMethod, _ path: String, query: [(String, String?)] = [],
    body: [UInt8]? = nil
  ) async throws(CommandError) -> Answer {
    var fields = [(FieldName, String)]()
    var content = PosternClient.Content.none
    if let body {
      fields.append((.contentType, "application/json"))
      content = .bytes(body)
    }
    return try await send(method, path, query: query, content, fields: fields)
  }

  /// Sends a request with any body and takes its answer; an error status is thrown.
  func send(
    _ method: HTTPMethod, _ path: String, query: [(String, String?)] = [],
    _ body: PosternClient.Content,
    fields: [(FieldName, String)], totalTimeout: Duration? = nil
  ) async throws(CommandError) -> Answer {
    do throws(PosternError) {
      return Answer(
        try await client.send(
          method, path, query: query, body, fields: fields, totalTimeout: totalTimeout))
    } catch {
      throw ServerProblem.error(error, at: location)
    }
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
