// The strict reader: one pass over the bytes, one call per level of nesting, and never deeper than
// the limit. Strings and numbers are in their own files.

/// A position in a JSON text, and the rules it is read by.
struct JSONParser {
  let bytes: [UInt8]
  let limits: JSONLimits
  let allowComments: Bool
  var index = 0
  var depth = 0

  static func parse(_ bytes: [UInt8], limits: JSONLimits, allowComments: Bool)
    throws(JSONError) -> JSONValue
  {
    guard bytes.count <= limits.bytesMax else {
      throw JSONError(.tooLarge, "the text is larger than \(limits.bytesMax) bytes")
    }
    var parser = JSONParser(bytes: bytes, limits: limits, allowComments: allowComments)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw parser.failure(.byteOrderMark, "the text starts with a byte order mark")
    }
    try parser.skipSpace()
    let value = try parser.value()
    try parser.skipSpace()
    guard parser.index == bytes.count else {
      throw parser.failure(.trailingBytes, "the text goes on after its value")
    }
    return value
  }

  /// The byte at the position; zero, which no rule accepts, at the end.
  var next: UInt8 { index < bytes.count ? bytes[index] : 0 }

  func failure(_ code: JSONError.Code, _ detail: String, at offset: Int? = nil) -> JSONError {
    JSONError(code, detail, in: bytes, at: offset ?? index)
  }

  func expected(_ what: String) -> JSONError {
    index < bytes.count
      ? failure(.syntax, "expected \(what)")
      : failure(.unexpectedEnd, "the text ends where \(what) must follow")
  }

  mutating func value() throws(JSONError) -> JSONValue {
    switch next {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: throw expected("a value")
    }
  }

  private mutating func object() throws(JSONError) -> JSONObject {
    try enter()
    defer { depth -= 1 }
    var members = [JSONObject.Member]()
    var names = NameSet()
    if next == UInt8(ascii: "}") {
      index += 1
      return JSONObject()
    }
    members.reserveCapacity(8)
    repeat {
      guard next == UInt8(ascii: "\"") else { throw expected("a member name in quotes") }
      let start = index
      guard members.count < limits.entriesMax else { throw tooManyEntries }
      let name = try string()
      guard names.insert(name, after: members) else {
        throw failure(.duplicateMember, "an object names a member twice", at: start)
      }
      try skipSpace()
      guard next == UInt8(ascii: ":") else { throw expected("\":\"") }
      index += 1
      try skipSpace()
      members.append(JSONObject.Member(name: name, value: try value()))
    } while try goesOn(until: UInt8(ascii: "}"), "\",\" or \"}\"")
    return JSONObject(unchecked: members)
  }

  private mutating func array() throws(JSONError) -> [JSONValue] {
    try enter()
    defer { depth -= 1 }
    var elements = [JSONValue]()
    if next == UInt8(ascii: "]") {
      index += 1
      return elements
    }
    repeat {
      guard elements.count < limits.entriesMax else { throw tooManyEntries }
      elements.append(try value())
    } while try goesOn(until: UInt8(ascii: "]"), "\",\" or \"]\"")
    return elements
  }

  private var tooManyEntries: JSONError {
    failure(.tooManyEntries, "more than \(limits.entriesMax) entries in one object or array")
  }

  // Steps over the opening bracket and the space behind it.
  private mutating func enter() throws(JSONError) {
    guard depth < limits.depthMax else {
      throw failure(.tooDeep, "nested deeper than \(limits.depthMax) levels")
    }
    depth += 1
    index += 1
    try skipSpace()
  }

  // After an entry: a comma goes on, the closing bracket ends.
  private mutating func goesOn(until end: UInt8, _ what: String) throws(JSONError) -> Bool {
    try skipSpace()
    switch next {
    case UInt8(ascii: ","):
      index += 1
      try skipSpace()
      return true
    case end:
      index += 1
      return false
    default:
      throw expected(what)
    }
  }

  private mutating func literal(_ word: StaticString, _ value: JSONValue)
    throws(JSONError) -> JSONValue
  {
    let text = word.description.utf8
    guard bytes[index...].starts(with: text) else { throw expected("a value") }
    index += text.count
    return value
  }

  @inline(__always)
  mutating func skipSpace() throws(JSONError) {
    if next > UInt8(ascii: "/") { return }
    try skipSpaceSlowly()
  }

  private mutating func skipSpaceSlowly() throws(JSONError) {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      case UInt8(ascii: "/") where allowComments: try skipComment()
      default: return
      }
    }
  }

  private mutating func skipComment() throws(JSONError) {
    let start = index
    let isBlock: Bool
    switch index + 1 < bytes.count ? bytes[index + 1] : 0 {
    case UInt8(ascii: "/"): isBlock = false
    case UInt8(ascii: "*"): isBlock = true
    default: throw expected("a value or a comment")
    }
    index += 2
    while index < bytes.count {
      if !isBlock, bytes[index] == UInt8(ascii: "\n") { break }
      if isBlock, bytes[index] == UInt8(ascii: "*"), index + 1 < bytes.count,
        bytes[index + 1] == UInt8(ascii: "/")
      {
        index += 2
        return try checkComment(from: start)
      }
      index += 1
    }
    guard !isBlock else {
      throw failure(.unexpectedEnd, "a comment is not closed", at: start)
    }
    try checkComment(from: start)
  }

  private func checkComment(from start: Int) throws(JSONError) {
    guard String(validating: bytes[start..<index], as: UTF8.self) != nil else {
      throw failure(.invalidUTF8, "a comment is not UTF-8", at: start)
    }
  }
}

/// The names of one object so far: a list while there are few, a hash set after that, so that an
/// object of many members costs no quadratic time.
private struct NameSet {
  private static let listMax = 16
  private var hashed: Set<[UInt8]> = []

  /// Says whether `name` is new beside the names of `members`.
  mutating func insert(_ name: String, after members: [JSONObject.Member]) -> Bool {
    if members.count < NameSet.listMax {
      for member in members where member.name.hasSameBytes(as: name) { return false }
      return true
    }
    if hashed.isEmpty { hashed = Set(members.map { Array($0.name.utf8) }) }
    return hashed.insert(Array(name.utf8)).inserted
  }
}
