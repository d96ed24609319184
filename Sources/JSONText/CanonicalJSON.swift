// The JSON Canonicalization Scheme (RFC 8785) for values without fractions: with integers below
// 2^53 it comes down to sorted members, minimal escapes and no white space.

/// RFC 8785 text of values that hold no fractions.
package enum CanonicalJSON {
  /// The largest magnitude of an integer: beyond it, a 64-bit float is not exact.
  package static let integerMax: Int64 = (1 << 53) - 1

  /// The canonical bytes of `value`.
  /// - Throws: `json-not-canonical` for a fraction or an integer beyond `integerMax`.
  package static func encode(_ value: JSONValue) throws(JSONError) -> [UInt8] {
    var writer = JSONWriter()
    try append(value, to: &writer)
    return writer.bytes
  }

  private static func append(_ value: JSONValue, to writer: inout JSONWriter) throws(JSONError) {
    switch value {
    case .null, .bool, .string:
      writer.write(value)
    case .integer(let number):
      guard number.magnitude <= integerMax.magnitude else { throw notCanonical }
      writer.integer(number)
    case .number:
      throw notCanonical
    case .array(let elements):
      writer.beginArray()
      for element in elements { try append(element, to: &writer) }
      writer.endArray()
    case .object(let object):
      writer.beginObject()
      // RFC 8785 section 3.2.3: by UTF-16 code units, not by code points or UTF-8 bytes.
      let sorted = object.members.sorted {
        $0.name.utf16.lexicographicallyPrecedes($1.name.utf16)
      }
      for member in sorted {
        writer.key(member.name)
        try append(member.value, to: &writer)
      }
      writer.endObject()
    }
  }

  private static var notCanonical: JSONError {
    JSONError(.notCanonical, "a fraction or an integer of 2^53 or more has no canonical form here")
  }
}
