// An access key and its secret. The secret has no text form: descriptions and mirrors hide it.

import Base
import Cryptography

/// What signs a request: a public access key id, its secret and, for temporary ones, a token.
public struct Credentials: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The public half, as it stands in every URL.
  public let accessKeyID: String

  /// The token of temporary credentials; it becomes part of the signed URL.
  public let sessionToken: String?

  let secret: Secret
  /// Tells two secrets of one access key id apart in a cache of signing keys.
  let fingerprint: SHA256Digest

  /// Keeps a copy of the secret, which is wiped with the last copy of this value.
  public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
    self.accessKeyID = accessKeyID
    self.sessionToken = sessionToken
    secret = Secret(secretAccessKey.utf8)
    fingerprint = SHA256.hash(secretAccessKey.utf8)
  }

  public var description: String { "Credentials(\(accessKeyID), secret: redacted)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID]) }
}
