// What a reader reports: elements with resolved names, text, comments, processing instructions.

/// A name with its namespace resolved.
package struct XMLName: Sendable, Hashable {
  /// The prefix as written; empty without one.
  package let prefix: String

  /// The name behind the prefix.
  package let local: String

  /// The namespace name; empty for none.
  package let namespace: String

  /// Creates a name.
  package init(prefix: String = "", local: String, namespace: String = "") {
    self.prefix = prefix
    self.local = local
    self.namespace = namespace
  }

  /// The name with another part behind the prefix.
  package func renamed(_ local: String) -> XMLName {
    XMLName(prefix: prefix, local: local, namespace: namespace)
  }
}

/// One attribute; namespace declarations appear too, as `xmlns` or `xmlns:prefix`.
package struct XMLAttribute: Sendable, Hashable {
  /// The name of the attribute.
  package let name: XMLName

  /// The value with references resolved.
  package let value: String

  /// Creates an attribute.
  package init(name: XMLName, value: String) {
    self.name = name
    self.value = value
  }
}

/// The start of an element.
package struct XMLElement: Sendable, Hashable {
  /// The name of the element.
  package let name: XMLName

  /// The attributes in document order.
  package let attributes: [XMLAttribute]

  /// The name behind the prefix.
  package var local: String { name.local }

  /// The value of the first attribute with this local name; nothing if there is none.
  package func attribute(_ local: String) -> String? {
    attributes.first { $0.name.local == local && $0.name.prefix != "xmlns" }?.value
  }
}

/// One step through a document.
package enum XMLEvent: Sendable, Hashable {
  /// An element opens; an empty element reports `start`, then `end`.
  case start(XMLElement)
  /// An element closes.
  case end(XMLName)
  /// Text, white space and CDATA; neighbours may come in several pieces.
  case text(String)
  /// A comment.
  case comment(String)
  /// A processing instruction.
  case instruction(target: String, data: String)
}
