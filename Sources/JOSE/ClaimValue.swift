// A claim as this library's callers see it: JSON without the type of our JSON reader.

import JSONText

/// The value of a claim.
public enum ClaimValue: Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// An integer that fits 64 bits.
  case integer(Int64)
  /// Any other number; finite.
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([ClaimValue])
  /// An object, in the order of the token; names differ by bytes.
  case object([ClaimMember])
}

/// A named claim.
public struct ClaimMember: Sendable {
  /// The claim's name.
  public let name: String
  /// The claim's value.
  public let value: ClaimValue

  /// Creates a named claim.
  public init(_ name: String, _ value: ClaimValue) {
    self.name = name
    self.value = value
  }
}

extension ClaimValue {
  init(_ value: JSONValue) {
    switch value {
    case .null: self = .null
    case .bool(let truth): self = .bool(truth)
    case .integer(let number): self = .integer(number)
    case .number(let number): self = .number(number)
    case .string(let text): self = .string(text)
    case .array(let elements): self = .array(elements.map { ClaimValue($0) })
    case .object(let object):
      self = .object(object.members.map { ClaimMember($0.name, ClaimValue($0.value)) })
    }
  }

  func write(to writer: inout JSONWriter) {
    switch self {
    case .null: writer.null()
    case .bool(let truth): writer.bool(truth)
    case .integer(let number): writer.integer(number)
    case .number(let number): writer.number(number)
    case .string(let text): writer.string(text)
    case .array(let elements):
      writer.beginArray()
      for element in elements { element.write(to: &writer) }
      writer.endArray()
    case .object(let members):
      ClaimMember.write(members, to: &writer)
    }
  }
}

extension ClaimMember {
  static func write(_ members: [ClaimMember], to writer: inout JSONWriter) {
    writer.beginObject()
    for member in members {
      writer.key(member.name)
      member.value.write(to: &writer)
    }
    writer.endObject()
  }
}
