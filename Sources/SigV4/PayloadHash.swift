// What a signature says about the body.

/// The last line of a canonical request.
public enum PayloadHash: Sendable, Hashable {
  /// `UNSIGNED-PAYLOAD`: the signature does not cover the body.
  case unsigned
  /// The SHA-256 of the body as 64 lower-case hexadecimal digits.
  case sha256(hex: String)
  /// The body comes in chunks that carry signatures of their own (`aws-chunked`).
  case signedChunks(hasTrailer: Bool)
  /// The body comes in unsigned chunks with a trailer.
  case unsignedChunksWithTrailer

  /// The hash of no bytes.
  public static let empty = PayloadHash.sha256(
    hex: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")

  /// The text in `x-amz-content-sha256`.
  public var text: String {
    switch self {
    case .unsigned: "UNSIGNED-PAYLOAD"
    case .sha256(let hex): hex
    case .signedChunks(hasTrailer: false): "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    case .signedChunks(hasTrailer: true): "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
    case .unsignedChunksWithTrailer: "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    }
  }

  /// Reads `x-amz-content-sha256`; nothing for text that is no payload hash.
  public init?(_ text: String) {
    switch text {
    case "UNSIGNED-PAYLOAD": self = .unsigned
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": self = .signedChunks(hasTrailer: false)
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": self = .signedChunks(hasTrailer: true)
    case "STREAMING-UNSIGNED-PAYLOAD-TRAILER": self = .unsignedChunksWithTrailer
    default:
      let isDigest =
        text.utf8.count == 64
        && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
      guard isDigest else { return nil }
      self = .sha256(hex: text)
    }
  }
}
