// Whether text is JSON (RFC 8259), byte by byte and without keeping any of it: an object or array with
// nothing but space around it. The grammar is the strict one that `JSONText` reads too; this one needs
// no memory for what it reads, so that it can follow a file of any size.

/// A reader that knows after each byte whether the text can still become JSON.
struct JSONShape {
  /// Objects and arrays in each other.
  static let depthMax = 512

  private enum State {
    case value, firstValue, firstName, name, colon, afterValue
    case string(isName: Bool)
    case escape(isName: Bool)
    case hex(left: Int, isName: Bool)
    case minus, zero, digits, point, fraction, exponent, sign, power
    case word(rest: ArraySlice<UInt8>)
    case end
  }

  /// The open objects (true) and arrays.
  private var open: [Bool] = []
  private var state = State.value
  private var isBroken = false

  /// Whether all of it was JSON, now that it has ended.
  var isWhole: Bool {
    guard !isBroken, case .end = state else { return false }
    return true
  }

  /// Whether it may still become JSON.
  var isPossible: Bool { !isBroken }

  /// Reads one byte; any byte of a character beyond ASCII will do.
  mutating func add(_ byte: UInt8) {
    guard !isBroken else { return }
    switch state {
    case .string(let isName): addToString(byte, isName)
    case .escape(let isName): addEscape(byte, isName)
    case .hex(let left, let isName):
      let letter = byte | 0x20
      guard (0x30...0x39).contains(byte) || (0x61...0x66).contains(letter) else { return fail() }
      state = left > 1 ? .hex(left: left - 1, isName: isName) : .string(isName: isName)
    case .word(let rest):
      guard byte == rest.first else { return fail() }
      state = rest.count > 1 ? .word(rest: rest.dropFirst()) : .afterValue
    case .minus, .zero, .digits, .point, .fraction, .exponent, .sign, .power: addToNumber(byte)
    default: addBetween(byte)
    }
  }

  private mutating func addToString(_ byte: UInt8, _ isName: Bool) {
    if byte == UInt8(ascii: "\"") {
      state = isName ? .colon : .afterValue
    } else if byte == UInt8(ascii: "\\") {
      state = .escape(isName: isName)
    } else if byte < 0x20 {
      fail()
    }
  }

  private mutating func addEscape(_ byte: UInt8, _ isName: Bool) {
    if byte == UInt8(ascii: "u") {
      state = .hex(left: 4, isName: isName)
    } else if "\"\\/bfnrt".utf8.contains(byte) {
      state = .string(isName: isName)
    } else {
      fail()
    }
  }

  /// A number ends with the byte behind it, which is read again.
  private mutating func addToNumber(_ byte: UInt8) {
    let isDigit = (0x30...0x39).contains(byte)
    switch (state, byte) {
    case (.minus, UInt8(ascii: "0")): state = .zero
    case (.minus, _) where isDigit, (.digits, _) where isDigit: state = .digits
    case (.zero, UInt8(ascii: ".")), (.digits, UInt8(ascii: ".")): state = .point
    case (.point, _) where isDigit, (.fraction, _) where isDigit: state = .fraction
    case (.zero, _) where byte | 0x20 == UInt8(ascii: "e"),
      (.digits, _) where byte | 0x20 == UInt8(ascii: "e"),
      (.fraction, _) where byte | 0x20 == UInt8(ascii: "e"):
      state = .exponent
    case (.exponent, UInt8(ascii: "+")), (.exponent, UInt8(ascii: "-")): state = .sign
    case (.exponent, _) where isDigit, (.sign, _) where isDigit, (.power, _) where isDigit:
      state = .power
    case (.zero, _), (.digits, _), (.fraction, _), (.power, _):
      state = .afterValue
      addBetween(byte)
    default: fail()
    }
  }

  private mutating func addBetween(_ byte: UInt8) {
    if byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { return }
    switch (state, byte) {
    case (.value, _) where open.isEmpty && byte != UInt8(ascii: "{") && byte != UInt8(ascii: "["):
      fail()
    case (.firstValue, UInt8(ascii: "]")), (.firstName, UInt8(ascii: "}")): close()
    case (.value, _), (.firstValue, _): startValue(byte)
    case (.firstName, UInt8(ascii: "\"")), (.name, UInt8(ascii: "\"")):
      state = .string(isName: true)
    case (.colon, UInt8(ascii: ":")): state = .value
    case (.afterValue, UInt8(ascii: ",")): state = open.last == true ? .name : .value
    case (.afterValue, UInt8(ascii: "}")) where open.last == true: close()
    case (.afterValue, UInt8(ascii: "]")) where open.last == false: close()
    default: fail()
    }
  }

  private mutating func startValue(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard open.count < JSONShape.depthMax else { return fail() }
      open.append(byte == UInt8(ascii: "{"))
      state = byte == UInt8(ascii: "{") ? .firstName : .firstValue
    case UInt8(ascii: "\""): state = .string(isName: false)
    case UInt8(ascii: "-"): state = .minus
    case UInt8(ascii: "0"): state = .zero
    case UInt8(ascii: "1")...UInt8(ascii: "9"): state = .digits
    case UInt8(ascii: "t"): state = .word(rest: Array("rue".utf8)[...])
    case UInt8(ascii: "f"): state = .word(rest: Array("alse".utf8)[...])
    case UInt8(ascii: "n"): state = .word(rest: Array("ull".utf8)[...])
    default: fail()
    }
  }

  private mutating func close() {
    open.removeLast()
    state = open.isEmpty ? .end : .afterValue
  }

  private mutating func fail() { isBroken = true }
}
