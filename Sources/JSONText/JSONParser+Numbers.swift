// Numbers: the grammar of RFC 8259 section 6; integers that fit 64 bits stay exact.

extension JSONParser {
  /// Reads a number; the position is at its minus sign or first digit.
  mutating func number() throws(JSONError) -> JSONValue {
    let start = index
    let isNegative = next == UInt8(ascii: "-")
    if isNegative { index += 1 }
    let firstDigit = index
    // The sum grows downwards, because Int64 reaches one further there.
    var sum: Int64 = 0
    var isExact = true
    while let digit = digit {
      let (product, overflowed) = sum.multipliedReportingOverflow(by: 10)
      let (difference, underflowed) = product.subtractingReportingOverflow(Int64(digit))
      isExact = isExact && !overflowed && !underflowed
      sum = difference
      index += 1
    }
    guard index > firstDigit else { throw expected("a digit") }
    guard index == firstDigit + 1 || bytes[firstDigit] != UInt8(ascii: "0") else {
      throw failure(.syntax, "a number starts with a zero", at: firstDigit)
    }
    let isInteger = try !skipFraction()
    guard index - start <= limits.numberBytesMax else {
      throw failure(
        .numberTooLong, "a number is longer than \(limits.numberBytesMax) characters", at: start)
    }
    if isInteger, isExact, isNegative || sum != .min {
      return .integer(isNegative ? sum : -sum)
    }
    guard let value = Double(String(decoding: bytes[start..<index], as: UTF8.self)),
      value.isFinite
    else { throw failure(.numberOutOfRange, "a number is too large", at: start) }
    return .number(value)
  }

  private var digit: UInt8? {
    let byte = next
    return byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : nil
  }

  // Steps over fraction and exponent; says whether there was one of them.
  private mutating func skipFraction() throws(JSONError) -> Bool {
    let start = index
    if next == UInt8(ascii: ".") {
      index += 1
      try skipDigits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      index += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { index += 1 }
      try skipDigits()
    }
    return index > start
  }

  private mutating func skipDigits() throws(JSONError) {
    guard digit != nil else { throw expected("a digit") }
    while digit != nil { index += 1 }
  }
}
