// The one JSON document of a command that makes its own, not the server's.

import JSONText

extension JSONWriter {
  /// One object as text; `body` writes its members.
  static func object(_ body: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    body(&writer)
    writer.endObject()
    return writer.text
  }

  /// A member that is an array of objects; `body` writes the members of one.
  mutating func objects<Item>(
    _ name: String, _ items: [Item], _ body: (Item, inout JSONWriter) -> Void
  ) {
    key(name)
    beginArray()
    for item in items {
      beginObject()
      body(item, &self)
      endObject()
    }
    endArray()
  }
}
