// Does a text name a place in somebody's file system? Such paths hold the names of people, machines and
// projects: `C:\Users\erika`, `\\server\share`, `file:///home/erika`.

/// Recognises local paths.
enum LocalPath {
  private static let roots = ["/Users/", "/home/"].map { Array($0.utf8) }

  /// Whether the text holds a path with a drive, a server, a home folder or the scheme `file`.
  static func isIn(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count >= 4 else { return false }
    for index in 0..<(text.count - 2) {
      switch unsafe text[index] {
      case UInt8(ascii: ":"):
        if unsafe isDrive(text, colon: index) || isFile(text, colon: index) { return true }
      case UInt8(ascii: "\\"):
        if unsafe text[index + 1] == UInt8(ascii: "\\") && isWord(text[index + 2]) { return true }
      case UInt8(ascii: "/"):
        if roots.contains(where: { unsafe text[index...].starts(with: $0) }) { return true }
      default: break
      }
    }
    return false
  }

  /// Whether the text holds a path.
  static func isIn(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { unsafe isIn($0) }
  }

  /// Where a link outside the document may lead: what a person would click.
  static func isPublic(_ target: String) -> Bool {
    let schemes = ["http:", "https:", "mailto:", "ftp:", "ftps:", "tel:", "sms:", "sip:"]
    let lower = target.lowercased()
    return (schemes.contains { lower.hasPrefix($0) } || lower.hasPrefix("#")) && !isIn(target)
  }

  /// `C:\` or `C:/x`, but not the `p://` of a web address.
  private static func isDrive(_ text: UnsafeBufferPointer<UInt8>, colon: Int) -> Bool {
    guard colon >= 1, unsafe isLetter(text[colon - 1]), colon + 2 < text.count else { return false }
    if colon >= 2, unsafe isWord(text[colon - 2]) { return false }
    return unsafe text[colon + 1] == UInt8(ascii: "\\")
      || (text[colon + 1] == UInt8(ascii: "/") && text[colon + 2] != UInt8(ascii: "/"))
  }

  private static func isFile(_ text: UnsafeBufferPointer<UInt8>, colon: Int) -> Bool {
    guard colon >= 4 else { return false }
    let word = unsafe text[(colon - 4)..<colon].map { $0 | 0x20 }
    guard word.elementsEqual("file".utf8) else { return false }
    if colon > 4, unsafe isWord(text[colon - 5]) { return false }
    let next = unsafe text[colon + 1]
    return next == UInt8(ascii: "/") || next == UInt8(ascii: "\\")
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }

  private static func isWord(_ byte: UInt8) -> Bool {
    isLetter(byte) || (0x30...0x39).contains(byte) || byte == 0x5f || byte >= 0x80
  }
}
