// What a scrubber reports: classes and counts of what it removed, and the hashes that tie the report
// to one input and one output. Its JSON form is what the sandboxed workers send.

import Base
package import JSONText

/// The report of one scrubbed file.
public struct ScrubReport: Sendable, Hashable {
  /// The program that made the report, with its version.
  public static let currentTool = "postern-scrub 1.0.0"

  /// The media type that the content has, such as `image/jpeg`.
  public let mediaType: String
  /// The pages of the document; nothing for a picture.
  public let pages: Int?
  /// What was removed, in a fixed order; empty if the file had nothing to remove.
  public let removed: [RemovedCarrier]
  /// What stays although a reader may not expect it, in a fixed order.
  public let staying: [StayingContent]
  /// Whether the file is signed and was kept byte for byte, as the rule `signed=keep` has it.
  public let isKept: Bool
  /// Pieces of what was removed, if the policy asks for them.
  public let excerpts: [CarrierExcerpt]
  /// Bytes of the input.
  public let bytesIn: Int
  /// Bytes of the output.
  public let bytesOut: Int
  /// SHA-256 of the input, 32 bytes.
  public let sha256Before: [UInt8]
  /// SHA-256 of the output, 32 bytes.
  public let sha256After: [UInt8]
  /// The name of the policy.
  public let policy: String
  /// The program and version that did it.
  public let tool: String

  /// Takes the values.
  package init(
    mediaType: String, pages: Int?, removed: [RemovedCarrier], bytesIn: Int, bytesOut: Int,
    sha256Before: [UInt8], sha256After: [UInt8], policy: String, tool: String = Self.currentTool,
    isKept: Bool = false, staying: [StayingContent] = [], excerpts: [CarrierExcerpt] = []
  ) {
    self.mediaType = mediaType
    self.pages = pages
    self.removed = removed
    self.bytesIn = bytesIn
    self.bytesOut = bytesOut
    self.sha256Before = sha256Before
    self.sha256After = sha256After
    self.policy = policy
    self.tool = tool
    self.isKept = isKept
    self.staying = staying
    self.excerpts = excerpts
  }

  /// Writes the members of the report into an open JSON object.
  package func write(to writer: inout JSONWriter) {
    writer.member("media_type", mediaType)
    if let pages { writer.member("pages", pages) }
    writer.key("removed")
    writer.beginObject()
    for entry in removed { writer.member(entry.carrier.rawValue, entry.count) }
    writer.endObject()
    writer.member("bytes_in", bytesIn)
    writer.member("bytes_out", bytesOut)
    writer.member("sha256_before", ScrubReport.hex(sha256Before))
    writer.member("sha256_after", ScrubReport.hex(sha256After))
    writer.member("policy", policy)
    writer.member("tool", tool)
    if isKept { writer.member("kept", true) }
    if !staying.isEmpty {
      writer.key("stays")
      writer.beginObject()
      for entry in staying { writer.member(entry.content.rawValue, entry.count) }
      writer.endObject()
    }
    guard !excerpts.isEmpty else { return }
    writer.key("excerpts")
    writer.beginArray()
    for excerpt in excerpts {
      writer.beginObject()
      writer.member("class", excerpt.carrier.rawValue)
      writer.member("text", excerpt.text)
      writer.endObject()
    }
    writer.endArray()
  }

  private static func hex(_ bytes: [UInt8]) -> String { Hex.encode(bytes) }
}

/// The proof of a second reading: these bytes hold nothing that must not be there, or they are a
/// signed document and the rules keep those.
public struct CleanProof: Sendable, Hashable {
  /// The media type of the proven file.
  public let mediaType: String
  /// The pages that the second reading counted; nothing for a picture.
  public let pages: Int?
  /// The bytes of the proven file.
  public let bytes: Int
  /// SHA-256 of the proven file, 32 bytes.
  public let sha256: [UInt8]
  /// Whether what was proved is that the file is signed, not that it is clean.
  public let isKept: Bool

  /// Takes the values.
  package init(
    mediaType: String, pages: Int?, bytes: Int, sha256: [UInt8], isKept: Bool = false
  ) {
    self.mediaType = mediaType
    self.pages = pages
    self.bytes = bytes
    self.sha256 = sha256
    self.isKept = isKept
  }
}
