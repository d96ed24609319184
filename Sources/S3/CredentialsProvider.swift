// Where the credentials come from: given ones, environment variables, the file that the AWS tools
// share, or a service (see the extension files). Nothing here ever shows a secret.

package import Base
package import SigV4

/// Credentials with the moment at which they stop working.
package struct ExpiringCredentials: Sendable {
  /// What signs.
  package let credentials: Credentials

  /// When the store stops accepting them; nothing for long-lived ones.
  package let expiresAt: Timestamp?

  /// Creates the pair.
  package init(_ credentials: Credentials, expiresAt: Timestamp? = nil) {
    self.credentials = credentials
    self.expiresAt = expiresAt
  }
}

/// A source of credentials, asked again from time to time.
package struct CredentialsProvider: Sendable {
  /// Gives credentials; nothing if this source has none. Throws `credentials-invalid` for a source
  /// that has them in a broken form, and `credentials-unavailable` for one that does not answer.
  package let load: @Sendable () async throws(S3Error) -> ExpiringCredentials?

  /// Whether a service gives them: asked when they are about to end, not every minute.
  let isRemote: Bool

  /// Whether they never change.
  let isFixed: Bool

  /// Creates a provider from a closure.
  package init(
    isRemote: Bool = false,
    load: @escaping @Sendable () async throws(S3Error) -> ExpiringCredentials?
  ) {
    self.init(isRemote: isRemote, isFixed: false, load: load)
  }

  private init(
    isRemote: Bool, isFixed: Bool,
    load: @escaping @Sendable () async throws(S3Error) -> ExpiringCredentials?
  ) {
    (self.isRemote, self.isFixed, self.load) = (isRemote, isFixed, load)
  }

  /// The same credentials always.
  package static func fixed(_ credentials: Credentials) -> CredentialsProvider {
    let value = ExpiringCredentials(credentials)
    return CredentialsProvider(isRemote: false, isFixed: true) { () throws(S3Error) in value }
  }

  /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` and
  /// `AWS_CREDENTIAL_EXPIRATION` of the given environment.
  package static func environment(_ variables: [String: String]) -> CredentialsProvider {
    CredentialsProvider { () throws(S3Error) in
      try make(
        accessKeyID: variables["AWS_ACCESS_KEY_ID"],
        secretAccessKey: variables["AWS_SECRET_ACCESS_KEY"],
        sessionToken: variables["AWS_SESSION_TOKEN"],
        expiration: variables["AWS_CREDENTIAL_EXPIRATION"])
    }
  }

  /// A profile of a shared credentials file, read anew each time so that rotation works.
  package static func sharedFile(
    path: String, profile: String = "default"
  ) -> CredentialsProvider {
    CredentialsProvider { () throws(S3Error) in
      guard let text = try SharedCredentialsFile.read(path) else { return nil }
      let values = SharedCredentialsFile.values(of: profile, in: text)
      return try make(
        accessKeyID: values["aws_access_key_id"],
        secretAccessKey: values["aws_secret_access_key"],
        sessionToken: values["aws_session_token"],
        expiration: values["aws_credential_expiration"] ?? values["x_security_token_expires"])
    }
  }

  /// The first source that has any.
  package static func chain(_ providers: [CredentialsProvider]) -> CredentialsProvider {
    CredentialsProvider(isRemote: providers.contains(where: \.isRemote)) {
      () async throws(S3Error) in
      for provider in providers {
        if let found = try await provider.load() { return found }
      }
      return nil
    }
  }

  /// Puts the parts together; nothing if there are none, `credentials-invalid` for half of a pair.
  static func make(
    accessKeyID: String?, secretAccessKey: String?, sessionToken: String?, expiration: String?
  ) throws(S3Error) -> ExpiringCredentials? {
    let id = accessKeyID ?? ""
    let secret = secretAccessKey ?? ""
    if id.isEmpty, secret.isEmpty { return nil }
    // Half a pair is a mistake to report, not an absent source to pass over.
    guard !id.isEmpty, !secret.isEmpty else { throw S3Error(.credentialsInvalid) }
    let token = sessionToken.flatMap { $0.isEmpty ? nil : $0 }
    var expiresAt: Timestamp?
    if let expiration, !expiration.isEmpty {
      // Some tools write the zone as an offset; only the zero one is understood.
      let text = expiration.hasSuffix("+00:00") ? expiration.dropLast(6) + "Z" : expiration
      guard let moment = Timestamp(text) else { throw S3Error(.credentialsInvalid) }
      expiresAt = moment
    }
    return ExpiringCredentials(
      Credentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token),
      expiresAt: expiresAt)
  }
}
