// AssumeRoleWithWebIdentity: the token of a workload, from a file that its platform keeps fresh, for
// credentials of a role. The request needs no signature; the token goes in the body, never in a URL.

import Base
package import HTTPClient
import HTTPMessage
import XMLText

extension CredentialsProvider {
  /// The role of `AWS_ROLE_ARN` for the token in `AWS_WEB_IDENTITY_TOKEN_FILE`, from the token service
  /// at `endpoint`, else at `AWS_ENDPOINT_URL_STS`, else of AWS in `region`.
  package static func webIdentity(
    _ variables: [String: String], region: String, endpoint: String? = nil, http: HTTPClient
  ) -> CredentialsProvider {
    CredentialsProvider(isRemote: true) { () async throws(S3Error) in
      let role = variables["AWS_ROLE_ARN"] ?? ""
      let path = variables["AWS_WEB_IDENTITY_TOKEN_FILE"] ?? ""
      if role.isEmpty, path.isEmpty { return nil }
      guard !role.isEmpty, !path.isEmpty else { throw S3Error(.credentialsInvalid) }
      let url =
        endpoint ?? variables["AWS_ENDPOINT_URL_STS"] ?? "https://sts.\(region).amazonaws.com"
      let named = variables["AWS_ROLE_SESSION_NAME"] ?? ""
      let exchange = IdentityExchange(
        url: url.hasSuffix("/") ? url : url + "/", role: role, http: http,
        session: named.isEmpty ? "postern" : named)
      return try await exchange.credentials(for: try TokenFile.read(path))
    }
  }
}

/// One exchange of a token for credentials.
private struct IdentityExchange {
  let url: String
  let role: String
  let http: HTTPClient
  let session: String

  func credentials(for token: String) async throws(S3Error) -> ExpiringCredentials {
    let form = [
      ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", role),
      ("RoleSessionName", session), ("WebIdentityToken", token),
    ].map { "\($0)=\(PercentCoding.encode($1))" }.joined(separator: "&")
    var request = ClientRequest(
      .post, url, fields: HTTPFields([(.contentType, "application/x-www-form-urlencoded")]),
      body: .bytes(Array(form.utf8)))
    // Asking twice makes two sets of credentials, which does no harm.
    request.isIdempotent = true
    let answer = try await CredentialService.fetch(request, http)
    let values: [String: String]
    do throws(XMLError) {
      values = try IdentityExchange.values(answer.body)
    } catch {
      throw S3Error(.credentialsInvalid)
    }
    let found = try CredentialsProvider.make(
      accessKeyID: values["AccessKeyId"], secretAccessKey: values["SecretAccessKey"],
      sessionToken: values["SessionToken"], expiration: values["Expiration"])
    guard let found, found.expiresAt != nil else { throw S3Error(.credentialsInvalid) }
    return found
  }

  /// The texts below `Credentials` of the answer.
  private static func values(_ document: [UInt8]) throws(XMLError) -> [String: String] {
    let limits = XMLLimits(bytesMax: 64 << 10, depthMax: 8, textBytesMax: 16 << 10)
    let reader = try XMLReader(document, limits: limits)
    try reader.root(named: "AssumeRoleWithWebIdentityResponse")
    var values: [String: String] = [:]
    while let part = try reader.nextChild() {
      guard part.local == "AssumeRoleWithWebIdentityResult" else {
        try reader.skip()
        continue
      }
      while let element = try reader.nextChild() {
        guard element.local == "Credentials" else {
          try reader.skip()
          continue
        }
        while let value = try reader.nextChild() { values[value.local] = try reader.text() }
      }
    }
    try reader.finish()
    return values
  }
}
