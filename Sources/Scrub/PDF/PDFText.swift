// Reads the text of one object as libqpdf spells it. libqpdf has read the file by then; this reader
// takes its canonical text apart and refuses whatever it does not know.

/// A reader over the text of one object.
struct PDFText {
  private static let depthMax = 200

  private let bytes: [UInt8]
  private var place = 0

  /// Reads a whole text.
  static func value(of bytes: [UInt8]) throws(ScrubError) -> PDFValue {
    var text = PDFText(bytes: bytes)
    let value = try text.value(depth: 0)
    text.skipSpace()
    guard text.place == bytes.count else { throw PDFText.malformed }
    return value
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private static var malformed: ScrubError {
    ScrubError(.malformedPDF, "An object cannot be read.")
  }

  private var current: UInt8 { place < bytes.count ? bytes[place] : 0 }

  private mutating func skipSpace() {
    while place < bytes.count, bytes[place] == 0x20 || bytes[place] == 0x0a { place += 1 }
  }

  private mutating func value(depth: Int) throws(ScrubError) -> PDFValue {
    guard depth <= PDFText.depthMax else { throw PDFText.malformed }
    skipSpace()
    switch current {
    case 0x2f: return .name(name())
    case 0x28: return .string(try literal())
    case 0x5b: return .array(try array(depth: depth))
    case 0x3c where place + 1 < bytes.count && bytes[place + 1] == 0x3c:
      return .dictionary(try dictionary(depth: depth))
    case 0x3c: return .string(try hexadecimal())
    case 0x2b, 0x2d, 0x2e, 0x30...0x39: return number()
    default: return try word()
    }
  }

  private mutating func name() -> String {
    place += 1
    return token()
  }

  /// Everything up to white space or a delimiter.
  private mutating func token() -> String {
    let start = place
    while place < bytes.count {
      switch bytes[place] {
      case 0x20, 0x0a, 0x28, 0x29, 0x2f, 0x3c, 0x3e, 0x5b, 0x5d:
        return String(decoding: bytes[start..<place], as: UTF8.self)
      default: place += 1
      }
    }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private mutating func word() throws(ScrubError) -> PDFValue {
    switch token() {
    case "null": return .null
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    default: throw PDFText.malformed
    }
  }

  /// A number, or a reference if a generation and an R follow.
  private mutating func number() -> PDFValue {
    guard let first = digits() else {
      let text = token()
      return Int(text).map { .integer($0) } ?? .real(text)
    }
    let back = place
    if current == 0x20 {
      place += 1
      if let second = digits(), current == 0x20, place + 1 < bytes.count, bytes[place + 1] == 0x52,
        let number = Int32(exactly: first), let generation = Int32(exactly: second)
      {
        place += 2
        return .reference(PDFObjectID(number: number, generation: generation))
      }
      place = back
    }
    return .integer(first)
  }

  /// A run of at most 15 digits that ends at a delimiter; the place stays if it is anything else.
  private mutating func digits() -> Int? {
    var value = 0
    var next = place
    while next < bytes.count, bytes[next] >= 0x30, bytes[next] <= 0x39 {
      guard next - place < 15 else { return nil }
      value = value * 10 + Int(bytes[next] - 0x30)
      next += 1
    }
    guard next > place else { return nil }
    if next < bytes.count {
      switch bytes[next] {
      case 0x20, 0x0a, 0x5d, 0x3e, 0x2f: break
      default: return nil
      }
    }
    place = next
    return value
  }

  private mutating func array(depth: Int) throws(ScrubError) -> [PDFValue] {
    place += 1
    var values: [PDFValue] = []
    while true {
      skipSpace()
      if current == 0x5d {
        place += 1
        return values
      }
      values.append(try value(depth: depth + 1))
    }
  }

  private mutating func dictionary(depth: Int) throws(ScrubError) -> PDFDictionary {
    place += 2
    var dictionary = PDFDictionary()
    while true {
      skipSpace()
      if current == 0x3e {
        guard place + 1 < bytes.count, bytes[place + 1] == 0x3e else { throw PDFText.malformed }
        place += 2
        return dictionary
      }
      guard current == 0x2f else { throw PDFText.malformed }
      let key = name()
      dictionary.entries.append((key, try value(depth: depth + 1)))
    }
  }

  private mutating func hexadecimal() throws(ScrubError) -> [UInt8] {
    place += 1
    var value: [UInt8] = []
    while current != 0x3e {
      guard place + 1 < bytes.count, let high = PDFText.nibble(bytes[place]),
        let low = PDFText.nibble(bytes[place + 1])
      else { throw PDFText.malformed }
      value.append(high << 4 | low)
      place += 2
    }
    place += 1
    return value
  }

  static func nibble(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }

  private mutating func literal() throws(ScrubError) -> [UInt8] {
    place += 1
    var value: [UInt8] = []
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if byte == 0x29 { return value }
      value.append(byte == 0x5c ? try escaped() : byte)
    }
    throw PDFText.malformed
  }

  /// The byte that an escape stands for; libqpdf writes letters and three octal digits.
  private mutating func escaped() throws(ScrubError) -> UInt8 {
    let byte = current
    place += 1
    switch byte {
    case 0x6e: return 0x0a
    case 0x72: return 0x0d
    case 0x74: return 0x09
    case 0x62: return 0x08
    case 0x66: return 0x0c
    case 0x28, 0x29, 0x5c: return byte
    case 0x30...0x33:
      guard place + 1 < bytes.count, case 0x30...0x37 = bytes[place],
        case 0x30...0x37 = bytes[place + 1]
      else { throw PDFText.malformed }
      defer { place += 2 }
      return (byte - 0x30) << 6 | (bytes[place] - 0x30) << 3 | (bytes[place + 1] - 0x30)
    default: throw PDFText.malformed
    }
  }
}
