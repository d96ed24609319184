// Percent-encoding (RFC 3986 section 2.1) and query parameters. Decoders are strict: what is not
// well-formed is an error, never passed through, and `+` is a plus sign.

/// Encodes and decodes `%XX`.
package enum PercentCoding {
  /// The bytes behind `text`; `malformed-escape` for a `%` without two hexadecimal digits.
  package static func decode(
    _ text: some Collection<UInt8>
  ) throws(HTTPMessageError) -> [UInt8] {
    var result = [UInt8]()
    result.reserveCapacity(text.count)
    var index = text.startIndex
    while index != text.endIndex {
      let byte = text[index]
      text.formIndex(after: &index)
      guard byte == UInt8(ascii: "%") else {
        result.append(byte)
        continue
      }
      guard let high = digit(text, &index), let low = digit(text, &index) else {
        throw HTTPMessageError(.malformedEscape, "an escape needs two hexadecimal digits")
      }
      result.append(high << 4 | low)
    }
    return result
  }

  /// The text behind `text`; also `malformed-text` if it is not UTF-8 or has control characters.
  package static func decodeText(
    _ text: some Collection<UInt8>
  ) throws(HTTPMessageError) -> String {
    let bytes = try decode(text)
    guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7f }),
      let result = String(validating: bytes, as: UTF8.self)
    else { throw HTTPMessageError(.malformedText, "decoded text must be UTF-8 without controls") }
    return result
  }

  /// Appends `bytes` with everything but unreserved characters (and `keep`) as upper-case escapes.
  package static func encode(
    _ bytes: some Sequence<UInt8>, to output: inout [UInt8], keeping keep: UInt8? = nil
  ) {
    for byte in bytes {
      if Characters.isUnreserved(byte) || byte == keep {
        output.append(byte)
      } else {
        output.append(UInt8(ascii: "%"))
        output.append(upperDigit(byte >> 4))
        output.append(upperDigit(byte & 15))
      }
    }
  }

  /// `text` with everything but unreserved characters escaped.
  package static func encode(_ text: String) -> String {
    var output = [UInt8]()
    encode(text.utf8, to: &output)
    return String(decoding: output, as: UTF8.self)
  }

  static func upperDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : 0x41 + value - 10
  }

  private static func digit<Text: Collection<UInt8>>(
    _ text: Text, _ index: inout Text.Index
  ) -> UInt8? {
    guard index != text.endIndex, let value = Characters.hexValue(text[index]) else { return nil }
    text.formIndex(after: &index)
    return value
  }
}

/// One `name=value` of a query; a name without `=` has the empty value.
package struct QueryParameter: Sendable, Hashable {
  /// The decoded name.
  package let name: String
  /// The decoded value.
  package let value: String

  /// Creates a parameter from decoded text.
  package init(name: String, value: String) {
    self.name = name
    self.value = value
  }

  /// The most parameters in one query.
  package static let countMax = 100

  /// Parses a raw query into its parameters in order, duplicates included; empty pieces between
  /// two `&` are skipped.
  ///
  /// Throws `malformed-escape`, `malformed-text` and, above `countMax`, `too-many-parameters`.
  package static func parse(
    _ query: some Collection<UInt8>
  ) throws(HTTPMessageError) -> [QueryParameter] {
    var result = [QueryParameter]()
    for piece in query.split(separator: UInt8(ascii: "&")) {
      guard result.count < countMax else {
        throw HTTPMessageError(.tooManyParameters, "the query has over \(countMax) parameters")
      }
      let parts = piece.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      let name = try PercentCoding.decodeText(parts[0])
      let value = parts.count > 1 ? try PercentCoding.decodeText(parts[1]) : ""
      result.append(QueryParameter(name: name, value: value))
    }
    return result
  }
}
