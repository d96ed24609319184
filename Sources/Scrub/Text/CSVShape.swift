// Whether text is a table (RFC 4180): at least two records, all with the same number of fields, at
// least two, between commas or semicolons. Everything else is text, which loses nothing by it.

/// Counts the fields of each record for one separator.
struct CSVShape {
  private let separator: UInt8
  private var fields = 1
  private var fieldsOfFirst: Int?
  private var records = 0
  private var isQuoted = false
  private var isAtFieldStart = true
  private var isBehindQuote = false
  private var isEmptyLine = true
  private var isBroken = false

  init(separator: Unicode.Scalar) { self.separator = UInt8(ascii: separator) }

  /// Whether all of it was a table, now that it has ended.
  var isWhole: Bool {
    var last = self
    if !last.isEmptyLine { last.endRecord() }
    return !last.isBroken && !last.isQuoted && last.records >= 2
  }

  /// Reads one byte; any byte of a character beyond ASCII will do.
  mutating func add(_ byte: UInt8) {
    guard !isBroken else { return }
    let quote = UInt8(ascii: "\"")
    if isQuoted {
      guard byte == quote else { return }
      isQuoted = false
      isBehindQuote = true
      return
    }
    switch byte {
    case quote:
      // A quote starts a field, or a second one stands for itself; anywhere else it is text.
      isQuoted = isAtFieldStart || isBehindQuote
      isEmptyLine = false
    case separator:
      fields += 1
      isEmptyLine = false
      isAtFieldStart = true
      isBehindQuote = false
      return
    case 0x0d: return
    case 0x0a:
      endRecord()
      return
    default: isEmptyLine = false
    }
    isBehindQuote = false
    isAtFieldStart = false
  }

  private mutating func endRecord() {
    // A table ends with its last record, so an empty line is one field too few.
    if fields < 2 || fields != fieldsOfFirst ?? fields { isBroken = true }
    fieldsOfFirst = fields
    records += 1
    fields = 1
    isEmptyLine = true
    isAtFieldStart = true
    isBehindQuote = false
  }
}
