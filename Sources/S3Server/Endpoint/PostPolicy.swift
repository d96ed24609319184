// The policy document of a browser upload: what its signer allows a form to hold, and until when.

import Base
import JSONText

/// A policy that was read from its base64 text.
struct PostPolicy {
  private enum Condition {
    case equals(field: String, value: String)
    case startsWith(field: String, value: String)
  }

  /// When the policy ends.
  let expiration: Timestamp
  /// The sizes that the file may have.
  private(set) var sizes: ClosedRange<Int64>?
  private var conditions: [Condition] = []

  /// Conditions in a policy.
  static let conditionsMax = 100

  private static let malformed = S3Error(
    .invalidPolicyDocument, "Invalid Policy: the document is not valid.")

  /// Reads a policy; throws `InvalidPolicyDocument`.
  init(base64: [UInt8]) throws(S3Error) {
    guard let text = Base64.decode(base64, .standard) else { throw PostPolicy.malformed }
    let value: JSONValue
    do {
      value = try JSONValue(
        parsing: text, limits: JSONLimits(bytesMax: FormDecoder.fieldsBytesMax, depthMax: 4))
    } catch {
      throw PostPolicy.malformed
    }
    guard case .object(let document) = value, case .string(let end) = document["expiration"],
      let expiration = Timestamp(end), case .array(let list) = document["conditions"],
      list.count <= PostPolicy.conditionsMax, document.count == 2
    else { throw PostPolicy.malformed }
    self.expiration = expiration
    for condition in list { try add(condition) }
  }

  private mutating func add(_ condition: JSONValue) throws(S3Error) {
    switch condition {
    case .object(let object):
      for member in object.members {
        guard case .string(let value) = member.value else { throw PostPolicy.malformed }
        conditions.append(.equals(field: member.name.lowercased(), value: value))
      }
    case .array(let parts):
      guard parts.count == 3, case .string(let kind) = parts[0] else { throw PostPolicy.malformed }
      switch (kind.lowercased(), parts[1], parts[2]) {
      case ("content-length-range", .integer(let least), .integer(let most))
      where 0 <= least && least <= most && sizes == nil:
        sizes = least...most
      case ("eq", .string(let field), .string(let value)) where field.hasPrefix("$"):
        conditions.append(.equals(field: field.dropFirst().lowercased(), value: value))
      case ("starts-with", .string(let field), .string(let value)) where field.hasPrefix("$"):
        conditions.append(.startsWith(field: field.dropFirst().lowercased(), value: value))
      default: throw PostPolicy.malformed
      }
    default: throw PostPolicy.malformed
    }
  }

  /// Throws `AccessDenied` unless every condition holds and covers every field.
  ///
  /// `fields` are those of the form, names in lower case, and `bucket`.
  func check(_ fields: [String: String], at now: Timestamp) throws(S3Error) {
    guard now < expiration else {
      throw S3Error(.accessDenied, "Invalid according to Policy: Policy expired.")
    }
    var covered = PostPolicy.uncovered
    for condition in conditions {
      let (field, holds) =
        switch condition {
        case .equals(let field, let value):
          (field, Array((fields[field] ?? "").utf8) == Array(value.utf8))
        case .startsWith(let field, let value):
          (field, (fields[field] ?? "").utf8.starts(with: value.utf8))
        }
      guard holds else {
        throw S3Error(
          .accessDenied, "Invalid according to Policy: Policy Condition failed for a field.")
      }
      covered.insert(field)
    }
    for name in fields.keys where !covered.contains(name) && !name.hasPrefix("x-ignore-") {
      throw S3Error(
        .accessDenied, "Invalid according to Policy: Extra input fields are in the form.")
    }
  }

  /// Fields that carry the signature itself, which cannot sign them.
  private static let uncovered: Set<String> = ["policy", "x-amz-signature"]
}
