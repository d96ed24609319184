// What can be wrong with XML that comes in, or with text that should go out.

/// A refusal to read or write XML.
package struct XMLError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The condition; stable forever.
  package enum Code: String, Sendable, Hashable, CaseIterable {
    /// The document is longer than the limit.
    case tooLarge = "xml-too-large"
    /// Elements are nested deeper than the limit.
    case tooDeep = "xml-too-deep"
    /// A tag has more attributes than the limit.
    case tooManyAttributes = "xml-too-many-attributes"
    /// A run of text or an attribute value is longer than the limit.
    case textTooLong = "xml-text-too-long"
    /// A document type declaration; none is ever accepted.
    case doctypeRefused = "xml-doctype-refused"
    /// An entity beyond the five that XML predefines.
    case entityRefused = "xml-entity-refused"
    /// Not UTF-8, or declared as something else.
    case encodingRefused = "xml-encoding-refused"
    /// Not well-formed, which includes a document that ends half-way.
    case malformed = "xml-malformed"
    /// Well-formed, but another element than the caller asked for.
    case unexpectedElement = "xml-unexpected-element"
    /// Well-formed, but text where only elements belong.
    case unexpectedText = "xml-unexpected-text"
    /// A character that XML 1.0 cannot carry (section 2.2), given to the writer.
    case characterRefused = "xml-character-refused"
    /// The writer was given a name that is not an XML name.
    case nameRefused = "xml-name-refused"
    /// The library could not make a parser.
    case unavailable = "xml-unavailable"
  }

  /// The condition.
  package let code: Code

  /// A sentence without content of the document; safe for clients.
  package let detail: String

  /// Creates an error.
  package init(_ code: Code, _ detail: String) {
    self.code = code
    self.detail = detail
  }

  package var description: String { "\(code.rawValue): \(detail)" }
}
