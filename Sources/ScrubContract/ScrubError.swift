// Why a file was refused. A refusal names the condition by a stable code and never quotes the file.

/// A refusal: nothing may be published, and what was written so far is to be thrown away.
public struct ScrubError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The stable name of the condition.
  @nonexhaustive
  public enum Code: String, Sendable, CaseIterable {
    /// The file has no bytes.
    case emptyFile = "empty-file"
    /// The content is of a type that cannot be cleaned; `ScrubError.detectedType` names it.
    case typeNotSupported = "type-not-supported"
    /// The name, the first bytes and the content contradict each other.
    case typeMismatch = "type-mismatch"
    /// The file ends in the middle of a structure.
    case truncated
    /// The bytes are not a JPEG stream as ITU-T T.81 describes it.
    case malformedJPEG = "malformed-jpeg"
    /// The bytes are not a PNG stream as the PNG specification describes it.
    case malformedPNG = "malformed-png"
    /// The bytes are not a PDF that can be read strictly, without guessing.
    case malformedPDF = "malformed-pdf"
    /// The bytes are not what the specification of their format describes.
    case malformedFile = "malformed-file"
    /// The file is encrypted, so it cannot be rewritten without its password or against its terms.
    case encrypted
    /// The document is signed; the signature would break, and it names its signer.
    case signed
    /// The document has macros or controls, which are programs.
    case macros
    /// The document has something that a rule of the policy refuses, such as comments.
    case refusedByRule = "refused-by-rule"
    /// The PDF is an XFA form, whose pages are made by a program inside it.
    case xfaForm = "xfa-form"
    /// The embedded ICC profile cannot be read, so dropping it could change the colours.
    case malformedProfile = "malformed-profile"
    /// A lossless, hierarchical or otherwise unusual coding that the scrubber does not walk.
    case encodingNotSupported = "encoding-not-supported"
    /// A PNG chunk does not match its checksum.
    case crcMismatch = "crc-mismatch"
    /// A PNG chunk that a decoder must understand and the scrubber does not.
    case unknownCriticalChunk = "unknown-critical-chunk"
    /// The picture has more pixels than `ScrubLimits.pixelsMax`.
    case tooManyPixels = "too-many-pixels"
    /// The file has more segments, chunks, frames or objects than the limits allow.
    case tooManyParts = "too-many-parts"
    /// The file, its header or its profile has more bytes than the limits allow.
    case tooLarge = "too-large"
    /// Streams of the file decompress to more bytes than the limits allow.
    case decompressionBomb = "decompression-bomb"
    /// The second reading found something that must not be in a scrubbed file.
    case residueFound = "residue-found"
    /// Reading the input or writing the output failed.
    case inputOutput = "input-output"
    /// The type database of the machine cannot be loaded.
    case typeDatabase = "type-database"
  }

  /// The stable name of the condition.
  public let code: Code

  /// One sentence for people; it holds structure names and limits, never values from the file.
  public let detail: String

  /// The media type that the content seems to have, if the refusal is about the type.
  public let detectedType: String?

  /// Creates a refusal.
  public init(_ code: Code, _ detail: String, detectedType: String? = nil) {
    self.code = code
    self.detail = detail
    self.detectedType = detectedType
  }

  public var description: String {
    detectedType.map { "\(code.rawValue): \(detail) (\($0))" } ?? "\(code.rawValue): \(detail)"
  }
}
