// The beginning of a document of markup, as far as it tells what the document is: declaration,
// comments, instructions, a document type, and the name of the first element.

/// Looks at the beginning of markup.
enum MarkupStart {
  /// The name of the first element without its prefix; nothing if the text is no XML so far.
  static func rootName(_ sample: [UInt8]) -> String? {
    // In UTF-16 every second byte of a name is zero.
    let isWide = sample.starts(with: [0xff, 0xfe]) || sample.starts(with: [0xfe, 0xff])
    let text =
      isWide
      ? sample.dropFirst(2).filter { $0 != 0 }
      : sample.starts(with: [0xef, 0xbb, 0xbf])
        ? Array(sample.dropFirst(3)) : sample
    guard let start = root(text) else { return nil }
    let name = text[(start + 1)...].prefix { byte in
      byte > 0x20 && byte != UInt8(ascii: ">") && byte != UInt8(ascii: "/")
    }
    let local =
      name.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).last ?? name
    return local.isEmpty ? nil : String(decoding: local, as: UTF8.self)
  }

  /// Writes spaces over a document type without a part of its own.
  static func blankDocumentType(_ text: inout [UInt8]) {
    var found: Range<Int>?
    _ = root(text) { range in found = range }
    guard let found, !text[found].contains(UInt8(ascii: "[")) else { return }
    for place in found { text[place] = 0x20 }
  }

  /// Where the first element starts.
  private static func root(_ text: [UInt8], documentType: (Range<Int>) -> Void = { _ in }) -> Int? {
    var place = text.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    while place < text.count {
      let rest = text[place...]
      if [0x20, 0x09, 0x0a, 0x0d].contains(text[place]) {
        place += 1
      } else if rest.starts(with: "<?".utf8) {
        guard let end = index(of: "?>", in: text, from: place + 2) else { return nil }
        place = end
      } else if rest.starts(with: "<!--".utf8) {
        guard let end = index(of: "-->", in: text, from: place + 4) else { return nil }
        place = end
      } else if rest.starts(with: "<!DOCTYPE".utf8) {
        guard let end = index(of: ">", in: text, from: place + 9) else { return nil }
        documentType(place..<end)
        place = end
      } else {
        return rest.first == UInt8(ascii: "<") ? place : nil
      }
    }
    return nil
  }

  /// Behind the first occurrence of a mark.
  private static func index(of mark: String, in text: [UInt8], from start: Int) -> Int? {
    let mark = Array(mark.utf8)
    guard start + mark.count <= text.count else { return nil }
    for place in start...(text.count - mark.count)
    where text[place] == mark[0] && text[place..<(place + mark.count)].elementsEqual(mark) {
      return place + mark.count
    }
    return nil
  }
}
