// The services that give credentials to programs that run on AWS and in its likes: container
// endpoints, the instance metadata service in version 2, and the token service for web identities.
// Environment variables name them as they do for the AWS tools.

import Base
package import HTTPClient
import HTTPMessage
import JSONText

extension CredentialsProvider {
  /// The container endpoint that `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `..._FULL_URI` names,
  /// with `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE` or `..._TOKEN`.
  package static func container(
    _ variables: [String: String], http: HTTPClient
  ) -> CredentialsProvider {
    CredentialsProvider(isRemote: true) { () async throws(S3Error) in
      guard let url = try ContainerEndpoint.url(variables) else { return nil }
      var fields = HTTPFields()
      if let token = try ContainerEndpoint.token(variables) {
        guard fields.append(name: "Authorization", value: token) else {
          throw S3Error(.credentialsInvalid)
        }
      }
      let answer = try await CredentialService.fetch(ClientRequest(.get, url, fields: fields), http)
      return try CredentialService.credentials(answer.body)
    }
  }

  /// The role of this machine from its metadata service, version 2 only;
  /// `AWS_EC2_METADATA_SERVICE_ENDPOINT` moves it and `AWS_EC2_METADATA_DISABLED` switches it off.
  package static func instance(
    _ variables: [String: String], http: HTTPClient
  ) -> CredentialsProvider {
    CredentialsProvider(isRemote: true) { () async throws(S3Error) in
      guard variables["AWS_EC2_METADATA_DISABLED"]?.lowercased() != "true" else { return nil }
      let endpoint = variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? "http://169.254.169.254"
      return try await InstanceMetadata(
        base: endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint, http: http
      ).credentials()
    }
  }
}

/// What all credential services have in common: one small answer, and what it means.
enum CredentialService {
  /// Sends a request; throws `credentials-unavailable` without an answer or for a failed service,
  /// `credentials-invalid` for one that refuses.
  static func fetch(
    _ request: ClientRequest, _ http: HTTPClient, accepting others: Set<Int> = []
  ) async throws(S3Error) -> BufferedResponse {
    let answer: BufferedResponse
    do throws(HTTPClientError) {
      answer = try await http.fetch(request)
    } catch {
      throw S3Error(
        error.code == .cancelled ? .cancelled : .credentialsUnavailable, cause: error)
    }
    let status = answer.status.code
    guard status == 200 || others.contains(status) else {
      throw S3Error(status >= 500 || status == 429 ? .credentialsUnavailable : .credentialsInvalid)
    }
    return answer
  }

  /// Reads `AccessKeyId`, `SecretAccessKey`, `Token` and `Expiration`.
  static func credentials(_ document: [UInt8]) throws(S3Error) -> ExpiringCredentials {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: document, limits: JSONLimits(bytesMax: 64 << 10, depthMax: 8))
    } catch {
      // The cause would quote the document, so it stays out.
      throw S3Error(.credentialsInvalid)
    }
    // A service that is up but has nothing to give answers with another code.
    if let code = value["Code"]?.stringValue, code != "Success" {
      throw S3Error(.credentialsUnavailable)
    }
    let found = try CredentialsProvider.make(
      accessKeyID: value["AccessKeyId"]?.stringValue,
      secretAccessKey: value["SecretAccessKey"]?.stringValue,
      sessionToken: value["Token"]?.stringValue, expiration: value["Expiration"]?.stringValue)
    guard let found else { throw S3Error(.credentialsInvalid) }
    return found
  }
}

/// Where a container asks for credentials, by the rules of the AWS tools.
enum ContainerEndpoint {
  /// Link-local addresses of the container agents of ECS and EKS; others need TLS or loopback, so that
  /// a variable cannot send the token elsewhere in the clear.
  private static let plainHosts = [
    "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "127.0.0.1", "[::1]", "localhost",
  ]

  static func url(_ variables: [String: String]) throws(S3Error) -> String? {
    if let path = variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"], !path.isEmpty {
      guard path.hasPrefix("/") else { throw S3Error(.credentialsInvalid) }
      return "http://169.254.170.2" + path
    }
    guard let url = variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"], !url.isEmpty else {
      return nil
    }
    if url.hasPrefix("https://") { return url }
    guard url.hasPrefix("http://") else { throw S3Error(.credentialsInvalid) }
    var host = url.dropFirst(7).prefix { $0 != "/" && $0 != "?" }
    if let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") { host = host[..<colon] }
    guard plainHosts.contains(where: { $0 == host }) else { throw S3Error(.credentialsInvalid) }
    return url
  }

  /// The value of `Authorization`; a file is read anew each time, because its token rotates.
  static func token(_ variables: [String: String]) throws(S3Error) -> String? {
    if let path = variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"], !path.isEmpty {
      return try TokenFile.read(path)
    }
    return variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
  }
}

/// A file that holds one token.
enum TokenFile {
  /// The token without the line end behind it; throws `credentials-invalid` for an absent, empty or
  /// unreadable file.
  static func read(_ path: String) throws(S3Error) -> String {
    guard let text = try SharedCredentialsFile.read(path) else {
      throw S3Error(.credentialsInvalid)
    }
    let token = String(text.utf8.prefix { $0 > 0x20 && $0 < 0x7f }) ?? ""
    let rest = text.utf8.dropFirst(token.utf8.count)
    guard !token.isEmpty, rest.allSatisfy({ $0 == 0x0a || $0 == 0x0d }) else {
      throw S3Error(.credentialsInvalid)
    }
    return token
  }
}

/// The instance metadata service, version 2: a session token by PUT first, then the role's keys.
private struct InstanceMetadata {
  private static let rolesPath = "/latest/meta-data/iam/security-credentials/"
  private static let sessionSeconds = "21600"

  let base: String
  let http: HTTPClient

  /// Nothing if the machine has no role.
  func credentials() async throws(S3Error) -> ExpiringCredentials? {
    let session = try await session()
    let roles = try await fetch(InstanceMetadata.rolesPath, session, accepting: [404])
    guard roles.status.code == 200 else { return nil }
    let first = String(decoding: roles.body, as: UTF8.self).split(whereSeparator: \.isNewline).first
    guard let role = first.map(String.init) else { return nil }
    guard InstanceMetadata.isRoleName(role) else { throw S3Error(.credentialsInvalid) }
    let answer = try await fetch(InstanceMetadata.rolesPath + role, session)
    return try CredentialService.credentials(answer.body)
  }

  private func session() async throws(S3Error) -> String {
    var fields = HTTPFields()
    _ = fields.append(
      name: "X-aws-ec2-metadata-token-ttl-seconds", value: InstanceMetadata.sessionSeconds)
    let answer = try await CredentialService.fetch(
      ClientRequest(.put, base + "/latest/api/token", fields: fields), http)
    return String(decoding: answer.body, as: UTF8.self)
  }

  private func fetch(
    _ path: String, _ session: String, accepting others: Set<Int> = []
  ) async throws(S3Error) -> BufferedResponse {
    var fields = HTTPFields()
    guard !session.isEmpty, fields.append(name: "X-aws-ec2-metadata-token", value: session) else {
      throw S3Error(.credentialsInvalid)
    }
    return try await CredentialService.fetch(
      ClientRequest(.get, base + path, fields: fields), http, accepting: others)
  }

  /// The characters of role names (IAM user guide, name requirements).
  private static func isRoleName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        Characters.isLetter(byte) || Characters.isDigit(byte)
          || Array("+=,.@_-".utf8).contains(byte)
      }
  }
}
