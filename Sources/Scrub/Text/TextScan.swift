// Whether bytes are text, and which: UTF-8 with or without its mark, UTF-16 with its mark, or one byte
// a character as Windows-1252 has them, if most of it is ASCII. Control characters other than line
// ends, tabs and form feeds are no text. What the characters say is content, names as well.

/// Reads text slice by slice.
struct TextScan {
  private enum Coding {
    case unknown, bytes
    case wide(isLittleEndian: Bool)
  }

  /// What the text is.
  enum Kind: String {
    case plain = "text/plain"
    case table = "text/csv"
    case json = "application/json"
  }

  private var coding = Coding.unknown
  private var start: [UInt8] = []
  private var utf8 = UTF8Steps()
  private var half: UInt8?
  private var surrogate: UInt32?
  private var count = 0
  private var highCount = 0
  private var hasMark = false
  private var isOutside1252 = false
  private var previous: UInt32 = 0
  private var json = JSONShape()
  private var tables = [CSVShape(separator: ","), CSVShape(separator: ";")]

  /// Whether a character was read that no text has.
  private(set) var isBroken = false
  /// Whether there are characters that nothing shows and no script needs.
  private(set) var hasHiddenMarks = false

  /// Reads the next bytes.
  mutating func add(_ bytes: Span<UInt8>) {
    for index in 0..<bytes.count where !isBroken {
      let byte = bytes[index]
      switch coding {
      case .unknown: begin(byte)
      case .bytes: addByte(byte)
      case .wide(let isLittleEndian): addHalf(byte, isLittleEndian)
      }
    }
  }

  /// Whether what was read is text so far; at the end of a sample a character may be cut in two.
  var isText: Bool {
    var copy = self
    copy.begin(nil)
    return !copy.isBroken && (!copy.utf8.isBroken || copy.isSingle)
  }

  /// What the text is, now that it has ended; nothing if it is none.
  mutating func finish() -> Kind? {
    begin(nil)
    let isCut = half != nil || surrogate != nil
    let isUnicode = !utf8.isBroken && utf8.isAtStart
    guard !isBroken, !isCut, isUnicode || isSingle else { return nil }
    if json.isWhole, isUnicode, !hasMark { return .json }
    return tables.contains(where: \.isWhole) ? .table : .plain
  }

  /// One byte a character: at most a third beyond ASCII, as in languages written in Latin letters, and
  /// none of the five bytes that Windows-1252 leaves free.
  private var isSingle: Bool { !hasMark && !isOutside1252 && highCount * 3 <= count }

  /// Waits for the mark that the first three bytes may be; nothing stands for the end.
  private mutating func begin(_ byte: UInt8?) {
    guard case .unknown = coding else { return }
    if let byte { start.append(byte) }
    let first = start.prefix(2)
    if first == [0xff, 0xfe] || first == [0xfe, 0xff] {
      coding = .wide(isLittleEndian: first == [0xff, 0xfe])
      hasMark = true
      start.removeFirst(2)
    } else if start.count == 3 || byte == nil {
      coding = .bytes
      if start == [0xef, 0xbb, 0xbf] {
        hasMark = true
        start = []
      }
    } else {
      return
    }
    let rest = start
    start = []
    add(rest.span)
  }

  private mutating func addByte(_ byte: UInt8) {
    count += 1
    if byte < 0x80 {
      if !utf8.isAtStart { utf8.isBroken = true }
      addASCII(byte)
      previous = 0
      return
    }
    highCount += 1
    if [0x81, 0x8d, 0x8f, 0x90, 0x9d].contains(byte) { isOutside1252 = true }
    if let scalar = utf8.add(byte) { addScalar(scalar) }
    addToShapes(0x80)
  }

  private mutating func addHalf(_ byte: UInt8, _ isLittleEndian: Bool) {
    guard let first = half else {
      half = byte
      return
    }
    half = nil
    let unit =
      isLittleEndian ? UInt32(byte) << 8 | UInt32(first) : UInt32(first) << 8 | UInt32(byte)
    if let high = surrogate {
      surrogate = nil
      guard (0xdc00...0xdfff).contains(unit) else {
        isBroken = true
        return
      }
      addScalar(0x1_0000 + (high - 0xd800) << 10 + (unit - 0xdc00))
      addToShapes(0x80)
    } else if (0xd800...0xdbff).contains(unit) {
      surrogate = unit
    } else if (0xdc00...0xdfff).contains(unit) {
      isBroken = true
    } else if unit < 0x80 {
      addASCII(UInt8(unit))
      previous = 0
    } else {
      addScalar(unit)
      addToShapes(0x80)
    }
  }

  private mutating func addASCII(_ byte: UInt8) {
    if byte < 0x20 {
      isBroken = isBroken || ![0x09, 0x0a, 0x0c, 0x0d].contains(byte)
    } else if byte == 0x7f {
      isBroken = true
    }
    addToShapes(byte)
  }

  private mutating func addToShapes(_ byte: UInt8) {
    if json.isPossible { json.add(byte) }
    for index in tables.indices { tables[index].add(byte) }
  }

  /// A character beyond ASCII.
  private mutating func addScalar(_ scalar: UInt32) {
    switch scalar {
    // The second set of controls, but for "next line"; characters that are never assigned.
    case 0x80...0x84, 0x86...0x9f: isBroken = true
    case _ where scalar & 0xfffe == 0xfffe || (0xfdd0...0xfdef).contains(scalar): isBroken = true
    case 0x200b, 0x2060...0x2064, 0xfeff, 0x180e, 0xe0100...0xe01ef: hasHiddenMarks = true
    // Tags spell the name of a flag behind the picture of one; elsewhere they are a hidden text.
    case 0xe0000...0xe007f:
      let isFlag = previous == 0x1_f3f4 || (0xe0020...0xe007f).contains(previous)
      if !isFlag { hasHiddenMarks = true }
    default: break
    }
    // A chain of tags without a flag stays hidden: its first one was noticed.
    previous = scalar
  }
}

/// The steps of decoding UTF-8 strictly (Unicode 3.9, table 3-7).
private struct UTF8Steps {
  private var left = 0
  private var value: UInt32 = 0
  private var allowed: ClosedRange<UInt8> = 0x80...0xbf
  var isBroken = false

  /// Whether no character is cut in two here.
  var isAtStart: Bool { left == 0 }

  /// Takes a byte beyond ASCII and returns the character that it ends.
  mutating func add(_ byte: UInt8) -> UInt32? {
    guard !isBroken else { return nil }
    if left > 0 {
      guard allowed.contains(byte) else {
        isBroken = true
        return nil
      }
      allowed = 0x80...0xbf
      value = value << 6 | UInt32(byte & 0x3f)
      left -= 1
      return left == 0 ? value : nil
    }
    switch byte {
    case 0xc2...0xdf: (left, value) = (1, UInt32(byte & 0x1f))
    case 0xe0...0xef: (left, value) = (2, UInt32(byte & 0x0f))
    case 0xf0...0xf4: (left, value) = (3, UInt32(byte & 0x07))
    default: isBroken = true
    }
    allowed =
      switch byte {
      case 0xe0: 0xa0...0xbf
      case 0xed: 0x80...0x9f
      case 0xf0: 0x90...0xbf
      case 0xf4: 0x80...0x8f
      default: 0x80...0xbf
      }
    return nil
  }
}
