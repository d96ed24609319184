// Keys of the installation (`/v1/system/keys`): ids and times, never a secret.

package import JSONText

/// A key that counts.
public struct KeyBody: WireObject, Equatable {
  /// `pepper`, `local-issuer`, `audit` or `object-store`.
  public var key: String

  /// Its id; absent if its file cannot be read.
  public var id: String?

  /// `present` or `former`.
  public var state: String

  /// Since when its file is there.
  public var since: String

  /// Until when a former key counts.
  public var until: String?

  /// Creates a body from its members.
  public init(key: String, id: String?, state: String, since: String, until: String?) {
    self.key = key
    self.id = id
    self.state = state
    self.since = since
    self.until = until
  }

  package init(members: JSONObject) throws(JSONError) {
    key = try members.requiredString("key")
    id = try members.string("id")
    state = try members.requiredString("state")
    since = try members.requiredString("since")
    until = try members.string("until")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("key", key)
    writer.member("id", id)
    writer.member("state", state)
    writer.member("since", since)
    writer.member("until", until)
  }
}

/// A change of a key that is about to be made.
public struct KeyChangeBody: WireObject, Equatable {
  /// `pepper`, `local-issuer`, `audit` or `object-store`.
  public var key: String

  /// `rotate` or `retire`.
  public var action: String

  /// The id of the new key, or of the one that is retired.
  public var id: String

  /// The id of the key that a rotation replaces.
  public var formerID: String?

  /// Until when that one counts.
  public var until: String?

  /// Creates a body from its members.
  public init(
    key: String, action: String, id: String, formerID: String? = nil, until: String? = nil
  ) {
    self.key = key
    self.action = action
    self.id = id
    self.formerID = formerID
    self.until = until
  }

  package init(members: JSONObject) throws(JSONError) {
    try members.allow(only: "key", "action", "id", "former_id", "until")
    key = try members.requiredString("key")
    action = try members.requiredString("action")
    id = try members.requiredString("id")
    formerID = try members.string("former_id")
    until = try members.string("until")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("key", key)
    writer.member("action", action)
    writer.member("id", id)
    writer.member("former_id", formerID)
    writer.member("until", until)
  }
}
