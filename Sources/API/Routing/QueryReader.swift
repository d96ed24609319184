// Query parameters, read strictly: unknown ones are refused, because a misspelt filter must not
// widen a listing; repeated ones are refused, because two readers may pick different ones.

import Base
import Delivery
import HTTPMessage
import Wire

/// The checked query of one request.
struct QueryReader: Sendable {
  private let values: [String: String]

  /// Reads the query of a request.
  /// - Throws: `parameter-unknown`, `parameter-invalid`.
  init(_ request: HTTPRequest, allowed: [String]) throws(Problem) {
    let parameters: [QueryParameter]
    do throws(HTTPMessageError) {
      parameters = try request.queryParameters()
    } catch {
      throw Problem(.parameterInvalid, error.detail)
    }
    var values = [String: String]()
    for parameter in parameters {
      guard allowed.contains(parameter.name) else {
        throw Problem(
          .parameterUnknown,
          allowed.isEmpty
            ? "This route has no parameters."
            : "Known are: " + allowed.sorted().joined(separator: ", ") + ".")
      }
      guard values[parameter.name] == nil else {
        throw Problem(.parameterInvalid, "\(parameter.name) is given twice.")
      }
      values[parameter.name] = parameter.value
    }
    self.values = values
  }

  /// The text of a parameter; nothing if absent.
  func text(_ name: String) -> String? { values[name] }

  /// A parameter that `read` turns into a value; nothing if absent.
  /// - Throws: `parameter-invalid` where `read` gives nothing.
  func value<Value>(_ name: String, _ read: (String) -> Value?) throws(Problem) -> Value? {
    guard let text = values[name] else { return nil }
    guard let value = read(text) else {
      throw Problem(.parameterInvalid, "\(name) has the wrong form.")
    }
    return value
  }

  /// The page that `limit` and `cursor` ask for; a cursor is the base64url form of the last key.
  func page<Key>(_ read: (String) -> Key?) throws(Problem) -> PageRequest<Key> {
    let after: Key?
    if let cursor = values["cursor"] {
      guard let bytes = Base64.decode(Array(cursor.utf8), .url),
        let text = String(validating: bytes, as: UTF8.self), let key = read(text)
      else { throw Problem(.cursorInvalid) }
      after = key
    } else {
      after = nil
    }
    let limit = try value("limit") { Int($0) } ?? PageLimit.standard
    do throws(DeliveryError) {
      return try PageRequest(after: after, limit: limit)
    } catch {
      throw Problem(error)
    }
  }

  /// The cursor behind `key`.
  static func cursor(_ key: some CustomStringConvertible) -> String {
    Base64.encode(Array(key.description.utf8), .url)
  }
}
