// What clamd says (clamd(8), COMMANDS). An answer that is not one of these is none.

import Delivery

/// An answer to INSTREAM.
enum ClamdAnswer: Hashable {
  /// Nothing was found.
  case clean
  /// Something was found, with the name of its signature.
  case found(String)
  /// The stream was longer than its `StreamMaxLength`.
  case tooLarge
  /// It could not scan; the text is its own.
  case failed(String)

  /// Reads an answer; nothing for one that is not understood.
  init?(_ text: String) {
    let (front, back) = ("stream: ", " FOUND")
    if text == "stream: OK" {
      self = .clean
    } else if text.hasPrefix(front), text.hasSuffix(back),
      text.utf8.count > front.utf8.count + back.utf8.count
    {
      let name = text.dropFirst(front.count).dropLast(back.count)
      self = .found(String(name.prefix(ScanRecord.textBytesMax)))
    } else if text == "INSTREAM size limit exceeded. ERROR" {
      self = .tooLarge
    } else if text.hasSuffix(" ERROR") {
      self = .failed(text)
    } else {
      return nil
    }
  }
}

/// The answer to VERSION: `ClamAV 1.0.7/27432/Tue Oct 22 08:29:00 2024`, or without signatures of its
/// makers `ClamAV 1.0.7`.
struct ClamdVersion: Hashable {
  let scanner: String
  let database: String?

  /// Reads an answer; nothing for one of another form.
  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard text.hasPrefix("ClamAV "), parts.count <= 3,
      parts.allSatisfy({ (1...ScanRecord.textBytesMax).contains($0.utf8.count) })
    else { return nil }
    scanner = String(parts[0])
    database = parts.count > 1 ? String(parts[1]) : nil
  }
}
