// A connection to one gateway, as a portal's backend and the `postern` command use it. Here is how a
// request is sent and its answer taken; what can be asked stands in the files beside.

package import Base
package import HTTPClient
package import HTTPMessage
internal import JSONText
package import Wire

/// Calls the HTTP interface of a gateway.
///
/// One client serves any number of tasks; it keeps connections open and closes them when its last copy
/// is gone. The tenant is that of the token; an operator chooses one with ``inTenant(_:)``.
public struct PosternClient: Sendable {
  /// How long a client waits and how much it takes.
  public struct Options: Sendable {
    /// The time for a whole exchange in seconds, 1 to 86400.
    public var timeoutSeconds = 30

    /// Connections at a time, 1 to 1024; further calls wait.
    public var connectionsMax = 8

    /// The most bytes of an answer.
    public var answerBytesMax = 1 << 20

    /// A file of PEM certificates to trust instead of those of the system.
    public var certificateAuthorityPath: String?

    /// The value of `User-Agent`.
    public var userAgent = "postern-client/1"

    /// Creates the usual options.
    public init() {}
  }

  /// A file or bytes to send.
  package typealias Content = ClientBody

  /// An answer with a success status.
  package struct Answer: Sendable {
    /// The status.
    package let status: HTTPStatus
    /// The fields of the head.
    package let fields: HTTPFields
    /// The body.
    package let body: [UInt8]

    /// Reads the body; answers may be larger than requests.
    package func read<Body: WireObject>(_: Body.Type) throws(PosternError) -> Body {
      do throws(JSONError) {
        let value = try JSONValue(parsing: body, limits: .configuration)
        guard let members = value.objectValue else {
          throw JSONError(.wrongType, "an object was expected")
        }
        return try Body(members: members)
      } catch {
        throw PosternError(
          .misunderstood, code: "answer-unexpected", error.detail, status: status.code,
          cause: error)
      }
    }
  }

  private let http: HTTPClient
  private let origin: String
  private let token: Secret?
  private let tenant: String?

  /// Prepares calls to a gateway at a URL; nothing is sent yet.
  /// - Parameters:
  ///   - url: The origin, such as `https://postern.example.com`.
  ///   - token: The bearer token; kept in memory that is wiped.
  /// - Throws: `origin-malformed`, `client-unavailable`.
  public init(url: String, token: String, options: Options = Options()) throws(PosternError) {
    try self.init(origin: url, token: Secret(token.utf8), options: options)
  }

  /// Prepares calls to the admin socket of a data folder; the kernel tells the gateway who calls.
  /// - Throws: `client-unavailable`.
  public init(adminSocket path: String, options: Options = Options()) throws(PosternError) {
    try self.init(origin: "http://postern", token: nil, socket: path, options: options)
  }

  /// Prepares calls with a token that was read as a secret.
  package init(
    origin: String, token: Secret?, socket: String? = nil, options: Options
  ) throws(PosternError) {
    guard Self.isOrigin(origin) else {
      throw PosternError(
        .misused, code: "origin-malformed",
        "The URL is http:// or https:// with a host and nothing behind it.")
    }
    var configuration = HTTPClientConfiguration()
    configuration.lowSpeedSeconds = options.timeoutSeconds
    configuration.totalTimeout = .seconds(options.timeoutSeconds)
    configuration.connectionsMax = options.connectionsMax
    configuration.responseBytesMax = options.answerBytesMax
    configuration.certificateAuthorityPath = options.certificateAuthorityPath
    configuration.userAgent = options.userAgent
    configuration.unixSocketPath = socket
    do throws(HTTPClientError) {
      http = try HTTPClient(configuration)
    } catch {
      throw PosternError(error)
    }
    self.origin = origin
    self.token = token
    tenant = nil
  }

  private init(_ other: PosternClient, tenant: String) {
    (http, origin, token) = (other.http, other.origin, other.token)
    self.tenant = tenant
  }

  /// The same connection for the routes of one tenant, for operators.
  public func inTenant(_ name: String) -> PosternClient { PosternClient(self, tenant: name) }

  /// The path of a route of the tenant.
  func path(_ parts: String...) -> String {
    let start = tenant.map { "/v1/tenants/" + PercentCoding.encode($0) } ?? "/v1"
    return start + parts.map { "/" + PercentCoding.encode($0) }.joined()
  }

  /// Sends a request and takes its answer.
  /// - Throws: The gateway's problem for an error status; see `PosternError.Kind`.
  package func send(
    _ method: HTTPMethod, _ path: String, query: [(String, String?)] = [],
    _ content: Content = .none, fields: [(FieldName, String)] = [],
    totalTimeout: Duration? = nil
  ) async throws(PosternError) -> Answer {
    var fields = HTTPFields(fields)
    if let token {
      let text = token.withBytes { span in
        String(decoding: (0..<span.count).map { span[$0] }, as: UTF8.self)
      }
      fields.append(.authorization, "Bearer " + text)
    }
    let request = ClientRequest(
      method, origin + path + Self.text(of: query), fields: fields, body: content,
      totalTimeout: totalTimeout)
    let response: BufferedResponse
    do throws(HTTPClientError) {
      response = try await http.fetch(request)
    } catch {
      throw PosternError(error)
    }
    guard (200...299).contains(response.status.code) else {
      throw PosternError(
        status: response.status.code, body: response.body,
        retryAfter: response.fields[.retryAfter])
    }
    return Answer(status: response.status, fields: response.fields, body: response.body)
  }

  private static func text(of query: [(String, String?)]) -> String {
    let parts = query.compactMap { name, value in
      value.map { "\(name)=\(PercentCoding.encode($0))" }
    }
    return parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
  }

  /// Whether a text is a scheme, a host and perhaps a port.
  private static func isOrigin(_ text: String) -> Bool {
    for scheme in ["http://", "https://"] where text.utf8.starts(with: scheme.utf8) {
      let host = text.utf8.dropFirst(scheme.utf8.count)
      return !host.isEmpty
        && host.allSatisfy { byte in
          byte > 0x20 && byte < 0x7f && !#"/?#@\"<>"#.utf8.contains(byte)
        }
    }
    return false
  }
}

extension PosternError {
  /// An exchange without an answer.
  package init(_ error: HTTPClientError) {
    self.init(
      .unanswered, code: error.code.rawValue, error.detail,
      isBeforeSending: error.isBeforeConnection, cause: error)
  }
}
