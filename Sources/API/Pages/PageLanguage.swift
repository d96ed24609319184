// Which language a reader gets: the lookup of RFC 4647 section 3.4 over Accept-Language (RFC 9110
// section 12.5.4). Who names none of ours gets English.

extension PageTexts {
  /// The most ranges of one field that are looked at; browsers send fewer than ten.
  static let rangesMax = 32

  /// The languages that there are; the first is the default.
  static let all = [english, german]

  /// The texts for the values of Accept-Language.
  static func chosen(by fields: [String]) -> PageTexts {
    var wanted = [(range: String, weight: Int)]()
    for range in fields.joined(separator: ",").split(separator: ",").prefix(rangesMax) {
      let parts = range.split(separator: ";", maxSplits: 1).map { $0.trimmingSpaces() }
      guard let name = parts.first, !name.isEmpty, name.utf8.count <= 64 else { continue }
      guard let weight = weight(parts.count > 1 ? parts[1] : "q=1"), weight > 0 else { continue }
      wanted.append((name.lowercased(), weight))
    }
    // A stable order: of equal weights the first named wins.
    let order = wanted.enumerated().sorted {
      ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset)
    }
    for (_, (range, _)) in order {
      var subtags = range.split(separator: "-")
      while !subtags.isEmpty {
        let tag = subtags.joined(separator: "-")
        if let texts = all.first(where: { $0.tag.utf8.elementsEqual(tag.utf8) }) { return texts }
        subtags.removeLast()
        // A single letter or digit introduces what follows it and does not stand at the end.
        if let last = subtags.last, last.utf8.count == 1 { subtags.removeLast() }
      }
    }
    return english
  }

  /// Thousandths of `q=0.8`; nothing for what is no weight (RFC 9110 section 12.4.2).
  private static func weight(_ parameter: String) -> Int? {
    guard parameter.hasPrefix("q=") || parameter.hasPrefix("Q=") else { return nil }
    let digits = Array(parameter.utf8.dropFirst(2))
    guard let first = digits.first, digits.count <= 5,
      first == UInt8(ascii: "0") || first == UInt8(ascii: "1"),
      digits.count == 1 || digits[1] == UInt8(ascii: ".")
    else { return nil }
    var value = Int(first - UInt8(ascii: "0")) * 1000
    for (digit, unit) in zip(digits.dropFirst(2), [100, 10, 1]) {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      value += Int(digit - UInt8(ascii: "0")) * unit
    }
    return value <= 1000 ? value : nil
  }
}
