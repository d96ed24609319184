// How files begin that are made of text but are no plain text: pages that a browser renders, scripts
// that a shell runs, letters with their whole way in front, formats with commands. They are refused
// by their first lines, whatever else is in them.

/// Looks at the beginning of a text.
enum TextStart {
  /// Header fields that programs write and people do not.
  private static let mailFields = [
    "received", "return-path", "message-id", "mime-version", "dkim-signature", "delivered-to",
    "x-originating-ip", "x-mailer", "authentication-results",
  ]

  /// The media type of what the text really is; nothing for plain text.
  static func otherType(_ sample: [UInt8]) -> String? {
    let text = narrowed(sample)
    let start = text.drop { [0x20, 0x09, 0x0a, 0x0c, 0x0d].contains($0) }
    func begins(_ name: String) -> Bool {
      start.prefix(name.utf8.count).elementsEqual(name.utf8) { $0 == $1 || $0 | 0x20 == $1 }
    }
    if start.first == UInt8(ascii: "<"), let next = start.dropFirst().first,
      next | 0x20 >= 0x61 && next | 0x20 <= 0x7a || "!?/".utf8.contains(next)
    {
      return begins("<?php") ? "text/x-php" : begins("<?xml") ? "text/xml" : "text/html"
    }
    if text.starts(with: "#!".utf8) { return "text/x-shellscript" }
    if begins("@echo off") { return "text/x-msdos-batch" }
    if begins("{\\rtf") { return "text/rtf" }
    if begins("%!ps") { return "application/postscript" }
    return isMail(text) ? "message/rfc822" : nil
  }

  /// Lines of `Name: value` or what goes on from them, one of which a mail program wrote.
  private static func isMail(_ text: [UInt8]) -> Bool {
    // The first line of a folder of mail says only when it came.
    let isFolder = text.starts(with: "From ".utf8)
    let fields = isFolder ? text.drop { $0 != 0x0a }.dropFirst() : text[...]
    var isWritten = false
    for line in fields.split(separator: 0x0a, maxSplits: 200, omittingEmptySubsequences: false) {
      guard let first = line.first, first != 0x0d else { break }
      if first == 0x20 || first == 0x09 { continue }
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { break }
      let name = line[..<colon]
      guard name.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { break }
      isWritten =
        isWritten
        || mailFields.contains { field in
          name.count == field.utf8.count
            && name.elementsEqual(field.utf8) { $0 | 0x20 == $1 | 0x20 }
        }
    }
    return isWritten
  }

  /// The ASCII characters of the sample, without the marks of UTF-8 and UTF-16.
  private static func narrowed(_ sample: [UInt8]) -> [UInt8] {
    if sample.starts(with: [0xef, 0xbb, 0xbf]) { return Array(sample.dropFirst(3)) }
    let isWide = sample.starts(with: [0xff, 0xfe]) || sample.starts(with: [0xfe, 0xff])
    return isWide ? sample.dropFirst(2).filter { $0 != 0 } : sample
  }
}
