// How long documents must be kept, and legal holds.

package import JSONText

/// Days of retention, counted from the newest version of a document.
public struct RetentionBody: WireObject, Equatable {
  /// For types that are not named, 0 to 36525; 0 keeps nothing.
  public var days: Int64

  /// For the types that are named.
  public var types: [String: Int64]

  /// Creates a body from its members.
  public init(days: Int64, types: [String: Int64] = [:]) {
    self.days = days
    self.types = types
  }

  package init(members: JSONObject) throws(JSONError) {
    try members.allow(only: "days", "types")
    days = try members.requiredInteger("days")
    types = [:]
    guard let named = try members.object("types") else { return }
    for name in named.names { types[name] = try named.requiredInteger(name) }
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("days", days)
    writer.key("types")
    writer.beginObject()
    for (name, days) in types.sorted(by: { $0.key < $1.key }) { writer.member(name, days) }
    writer.endObject()
  }
}

/// A new legal hold (`POST /v1/documents/{id}/holds`).
public struct HoldRequestBody: WireObject, Equatable {
  /// What people call it, such as the number of a case: 1 to 200 bytes.
  public var name: String

  /// Creates a body from its members.
  public init(name: String) {
    self.name = name
  }

  package init(members: JSONObject) throws(JSONError) {
    try members.allow(only: "name")
    name = try members.requiredString("name")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("name", name)
  }
}

/// A legal hold on a document.
public struct HoldBody: WireObject, Equatable {
  /// The hold's identifier.
  public var id: String

  /// The document that is kept.
  public var documentID: String

  /// What people call it.
  public var name: String

  /// When it was placed.
  public var placedAt: String

  /// Who placed it, as the issuer names that person.
  public var placedBy: String?

  /// Creates a body from its members.
  public init(
    id: String, documentID: String, name: String, placedAt: String, placedBy: String? = nil
  ) {
    self.id = id
    self.documentID = documentID
    self.name = name
    self.placedAt = placedAt
    self.placedBy = placedBy
  }

  package init(members: JSONObject) throws(JSONError) {
    id = try members.requiredString("id")
    documentID = try members.requiredString("document_id")
    name = try members.requiredString("name")
    placedAt = try members.requiredString("placed_at")
    placedBy = try members.string("placed_by")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("id", id)
    writer.member("document_id", documentID)
    writer.member("name", name)
    writer.member("placed_at", placedAt)
    writer.member("placed_by", placedBy)
  }
}
