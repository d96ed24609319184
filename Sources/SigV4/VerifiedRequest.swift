// What a server may rely on after verification.

/// The facts that a valid signature proves.
public struct VerifiedRequest: Sendable {
  /// Where the signature stood.
  public enum Form: String, Sendable {
    /// In the `Authorization` header.
    case header
    /// In the query: a presigned URL.
    case query
  }

  /// Where the signature stood.
  public let form: Form
  /// Whose signature it is.
  public let accessKeyID: String
  /// The names of the signed headers, lower case, in order.
  public let signedHeaders: [String]
  /// What the signature says about the body; the caller checks the body against it.
  public let payload: PayloadHash
  /// When it was signed, in seconds since 1970.
  public let signedAt: Int64
  /// The first second in which a presigned URL is dead; nothing for a header signature.
  public let expiresAt: Int64?
  /// The decoded path, the bytes that were signed.
  public let path: [UInt8]
  /// The decoded query without the parameters of the signature, in order of arrival.
  public let query: [(name: [UInt8], value: [UInt8])]

  /// Checks the chunks of the body; nothing unless `payload` is `signedChunks`.
  public let chunks: ChunkVerifier?
}
