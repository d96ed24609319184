// What lies around the objects of a PDF: the marks of its revisions, and bytes before the header or
// behind the end. Only for the report: the rewrite leaves all of it behind.

import CQPDF

/// The edges of one file.
struct PDFEdges {
  /// How often the file was written: once, and once more for each update.
  let revisions: Int
  /// True if there are bytes before the header or behind the last mark of an end.
  let hasForeignBytes: Bool

  init(_ bytes: UnsafeRawBufferPointer) {
    var marks = 0
    var end = 0
    var place = 0
    // The mark of an end alone would not do: tables of characters carry it too.
    while let found = unsafe PDFEdges.find("startxref", in: bytes, from: place) {
      place = found + 9
      marks += 1
      end = place
    }
    if let found = unsafe PDFEdges.find("%%EOF", in: bytes, from: end) { end = found + 5 }
    let head = unsafe UnsafeRawBufferPointer(rebasing: bytes.prefix(2048))
    // A linearized file has two ends by design.
    let isLinearized = unsafe PDFEdges.find("/Linearized", in: head, from: 0) != nil
    revisions = max(1, isLinearized ? marks - 1 : marks)
    let isAtStart = unsafe PDFEdges.find("%PDF-", in: head, from: 0) == 0
    let tail = unsafe bytes[end...].contains { ![0, 0x0a, 0x0d, 0x20].contains($0) }
    hasForeignBytes = !isAtStart || tail
  }

  static func find(_ text: StaticString, in bytes: UnsafeRawBufferPointer, from: Int) -> Int? {
    guard let base = bytes.baseAddress, from < bytes.count else { return nil }
    // The searched length is what remains behind `from`; the text is a literal.
    guard
      let found = unsafe memmem(
        base + from, bytes.count - from, text.utf8Start, text.utf8CodeUnitCount)
    else { return nil }
    return unsafe UnsafeRawPointer(found) - base
  }
}
