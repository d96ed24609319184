// The field section of a message: one byte array and a list of offsets into it, so that a parsed
// head costs two allocations whatever it holds. Order and duplicates are kept.

/// Header fields in the order of the message.
package struct HTTPFields: Sendable {
  /// Where one field lies in `storage`; made by the parser of the server.
  package struct Entry: Sendable {
    var nameStart: UInt32
    var valueStart: UInt32
    var valueCount: UInt32
    var nameCount: UInt16
    /// The well-known name, or `other`.
    package var name: FieldName

    /// Creates an entry from offsets into the bytes of the message head.
    package init(name: FieldName, nameStart: Int, nameCount: Int, value: Range<Int>) {
      self.name = name
      self.nameStart = UInt32(truncatingIfNeeded: nameStart)
      self.nameCount = UInt16(truncatingIfNeeded: nameCount)
      valueStart = UInt32(truncatingIfNeeded: value.lowerBound)
      valueCount = UInt32(truncatingIfNeeded: value.count)
    }

    /// Where the value lies.
    package var value: Range<Int> { Int(valueStart)..<Int(valueStart) + Int(valueCount) }

    var nameRange: Range<Int> { Int(nameStart)..<Int(nameStart) + Int(nameCount) }
  }

  private static let usualBytes = 768
  private static let usualCount = 12

  private(set) var storage: [UInt8]
  private(set) var entries: [Entry]
  // True while `storage` is exactly the wire form of the entries.
  private var isWireForm: Bool

  /// Creates an empty section.
  package init() {
    storage = []
    entries = []
    isWireForm = true
  }

  /// Creates a section over the bytes of a parsed head; the entries must lie inside of them.
  package init(head: [UInt8], entries: [Entry]) {
    storage = head
    self.entries = entries
    isWireForm = false
  }

  /// Creates a section from pairs; see `append`.
  package init(_ pairs: [(FieldName, String)]) {
    self.init()
    for (name, value) in pairs { append(name, value) }
  }

  /// The number of field lines.
  package var count: Int { entries.count }

  /// Whether there are no fields.
  package var isEmpty: Bool { entries.isEmpty }

  /// The first value of a well-known field as text; bytes that are not UTF-8 are replaced.
  package subscript(name: FieldName) -> String? { bytes(of: name).map(HTTPFields.text) }

  /// The first value of any field, by its name in any case.
  package subscript(name: String) -> String? {
    let known = FieldName(name)
    if known != .other { return self[known] }
    for entry in entries where entry.name == .other && matches(entry, name.utf8) {
      return HTTPFields.text(storage[entry.value])
    }
    return nil
  }

  /// The bytes of the first value of a well-known field.
  package func bytes(of name: FieldName) -> ArraySlice<UInt8>? {
    for entry in entries where entry.name == name { return storage[entry.value] }
    return nil
  }

  /// Whether a well-known field is there.
  package func contains(_ name: FieldName) -> Bool {
    for entry in entries where entry.name == name { return true }
    return false
  }

  /// All values of a well-known field, in order.
  package func all(_ name: FieldName) -> [String] {
    entries.filter { $0.name == name }.map { HTTPFields.text(storage[$0.value]) }
  }

  /// All values of any field by its name in any case, in order.
  package func all(_ name: String) -> [String] {
    let known = FieldName(name)
    if known != .other { return all(known) }
    return entries.filter { $0.name == .other && matches($0, name.utf8) }
      .map { HTTPFields.text(storage[$0.value]) }
  }

  /// Name and value of the field line at a position, as text; the name as the message spells it.
  package subscript(position: Int) -> (name: String, value: String) {
    let entry = entries[position]
    return (HTTPFields.text(storage[entry.nameRange]), HTTPFields.text(storage[entry.value]))
  }

  /// The well-known name, name and value bytes of the field line at a position.
  package func line(
    at position: Int
  ) -> (known: FieldName, name: ArraySlice<UInt8>, value: ArraySlice<UInt8>) {
    let entry = entries[position]
    return (entry.name, storage[entry.nameRange], storage[entry.value])
  }

  /// All field lines as text pairs, in order.
  package var pairs: [(name: String, value: String)] { (0..<count).map { self[$0] } }

  /// Adds a line; control characters in the value become spaces (RFC 9110 section 5.5).
  package mutating func append(_ name: FieldName, _ value: String) {
    precondition(name != .other, "a field needs a name")
    append(known: name, name.text.utf8, value.utf8)
  }

  /// Adds a line with any name; returns false, adding nothing, if the name is not a token.
  @discardableResult
  package mutating func append(name: String, value: String) -> Bool {
    let bytes = Array(name.utf8)
    guard !bytes.isEmpty, bytes.count <= 256, bytes.allSatisfy(Characters.isToken) else {
      return false
    }
    append(known: FieldName(name), bytes, value.utf8)
    return true
  }

  /// Puts one line in the place of all lines of a field.
  package mutating func set(_ name: FieldName, _ value: String) {
    remove(name)
    append(name, value)
  }

  /// Removes all lines of a well-known field.
  package mutating func remove(_ name: FieldName) {
    guard contains(name) else { return }
    var rest = HTTPFields()
    for entry in entries where entry.name != name {
      rest.append(known: entry.name, storage[entry.nameRange], storage[entry.value])
    }
    self = rest
  }

  /// Appends `Name: value CRLF` for each line that `isKept` lets through.
  package func write(to output: inout [UInt8], where isKept: (FieldName) -> Bool) {
    if isWireForm, entries.allSatisfy({ isKept($0.name) }) {
      output.append(contentsOf: storage)
      return
    }
    for entry in entries where isKept(entry.name) {
      output.append(contentsOf: storage[entry.nameRange])
      output.append(UInt8(ascii: ":"))
      output.append(UInt8(ascii: " "))
      output.append(contentsOf: storage[entry.value])
      output.append(13)
      output.append(10)
    }
  }

  private mutating func append(
    known: FieldName, _ name: some Collection<UInt8>, _ value: some Collection<UInt8>
  ) {
    if entries.isEmpty {
      // Most answers fit: growing step by step would cost more than all the rest.
      storage.reserveCapacity(HTTPFields.usualBytes)
      entries.reserveCapacity(HTTPFields.usualCount)
    }
    let nameStart = storage.count
    storage.append(contentsOf: name)
    let nameCount = storage.count - nameStart
    storage.append(UInt8(ascii: ":"))
    storage.append(UInt8(ascii: " "))
    let valueStart = storage.count
    storage.append(contentsOf: value)
    let valueEnd = storage.count
    for index in valueStart..<valueEnd where !Characters.isFieldValue(storage[index]) {
      storage[index] = UInt8(ascii: " ")
    }
    storage.append(13)
    storage.append(10)
    entries.append(
      Entry(
        name: known, nameStart: nameStart, nameCount: nameCount, value: valueStart..<valueEnd))
  }

  private func matches(_ entry: Entry, _ name: String.UTF8View) -> Bool {
    guard Int(entry.nameCount) == name.count else { return false }
    return Characters.equalIgnoringCase(storage[entry.nameRange], name)
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }
}
