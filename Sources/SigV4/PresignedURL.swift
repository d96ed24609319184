// A URL that carries its own authority. It has no text form by accident: only `reveal` shows it
// whole.

/// A presigned URL; its query is hidden from descriptions, mirrors and logs.
public struct PresignedURL: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The first second, since 1970, in which the URL is dead.
  public let expiresAt: Int64

  private let bytes: [UInt8]

  init(bytes: [UInt8], expiresAt: Int64) {
    self.bytes = bytes
    self.expiresAt = expiresAt
  }

  /// The whole URL, for the one response or request that needs it.
  public func reveal() -> String { String(decoding: bytes, as: UTF8.self) }

  /// The whole URL as ASCII bytes.
  public func revealBytes() -> [UInt8] { bytes }

  public var description: String {
    let head = bytes.prefix { $0 != UInt8(ascii: "?") }
    return String(decoding: head, as: UTF8.self) + "?redacted"
  }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: ["expiresAt": expiresAt]) }
}
