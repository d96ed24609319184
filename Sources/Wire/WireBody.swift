// The two directions of a body. Requests are read strictly: an unknown member is an error, because
// a misspelt limit must not be ignored. Answers are read leniently: the contract only grows.

package import JSONText

/// A JSON object of the contract.
public protocol WireBody: Sendable {
  /// Reads the body from JSON text.
  init(json: [UInt8]) throws(WireError)

  /// The body as JSON text.
  func json() -> [UInt8]
}

/// The part of `WireBody` that works on parsed members; conformers implement only this.
package protocol WireObject: WireBody {
  /// Reads the members of one object.
  init(members: JSONObject) throws(JSONError)

  /// Writes the members between the braces that the caller writes.
  func writeMembers(to writer: inout JSONWriter)
}

extension WireObject {
  public init(json: [UInt8]) throws(WireError) {
    do throws(JSONError) {
      let value = try JSONValue(parsing: json, limits: .request)
      guard let members = value.objectValue else {
        throw JSONError(.wrongType, "the body must be an object")
      }
      try self.init(members: members)
    } catch {
      throw WireError(error)
    }
  }

  public func json() -> [UInt8] {
    // Room for the usual answer; glibc keeps blocks up to 1032 bytes at hand, array header included.
    var writer = JSONWriter(capacity: 960)
    write(to: &writer)
    return writer.bytes
  }

  /// Writes the object with its braces.
  package func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writeMembers(to: &writer)
    writer.endObject()
  }
}

extension JSONWriter {
  /// Writes a member that is an object of the contract; nothing is written for nothing.
  mutating func member(_ name: String, _ body: (some WireObject)?) {
    guard let body else { return }
    key(name)
    body.write(to: &self)
  }

  /// Writes a member that is an array of objects.
  mutating func member(_ name: String, _ bodies: [some WireObject]) {
    key(name)
    beginArray()
    for body in bodies { body.write(to: &self) }
    endArray()
  }
}

extension JSONObject {
  /// Reads a member that is an object of the contract; nothing if absent.
  func body<Body: WireObject>(_ name: String, as: Body.Type) throws(JSONError) -> Body? {
    guard let members = try object(name) else { return nil }
    return try Body(members: members)
  }

  /// Reads a member that is an array of objects; an absent one is empty.
  func bodies<Body: WireObject>(_ name: String, as: Body.Type) throws(JSONError) -> [Body] {
    var result = [Body]()
    for element in try array(name) ?? [] {
      guard let members = element.objectValue else {
        throw JSONError(.wrongType, "member \"\(name)\" must be an array of objects")
      }
      result.append(try Body(members: members))
    }
    return result
  }
}

extension JSONObject {
  /// Reads a member that must be an object of the contract.
  func requiredBody<Body: WireObject>(_ name: String, as: Body.Type) throws(JSONError) -> Body {
    guard let body = try body(name, as: Body.self) else {
      throw JSONError(.missingMember, "member \"\(name)\" is missing")
    }
    return body
  }

  /// Reads an array of texts that must be there.
  func requiredStrings(_ name: String) throws(JSONError) -> [String] {
    _ = try required(name)
    return try strings(name) ?? []
  }

  /// Reads a truth member that must be there.
  func requiredBool(_ name: String) throws(JSONError) -> Bool {
    _ = try required(name)
    return try bool(name) ?? false
  }
}
