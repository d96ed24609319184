// The builder of Content-Disposition against the reader: ten thousand names that nobody would choose.

import API
import HTTPMessage
import Testing

@Suite struct DispositionNameTests {
  /// SplitMix64, so that a failure can be repeated.
  private struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  /// Scalars that break readers stand beside ones from the whole range.
  private static func name(_ numbers: inout Numbers) -> String {
    let hard = Array(
      " .\"\\/%;='*:-_~\r\n\t\0\u{7F}\u{202E}\u{200B}\u{FEFF}äß漢😀e\u{301}".unicodeScalars)
    var scalars = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...60, using: &numbers) {
      switch UInt8.random(in: 0..<4, using: &numbers) {
      case 0: hard.randomElement(using: &numbers).map { scalars.append($0) }
      case 1:
        Unicode.Scalar(UInt32.random(in: 0...0x10_FFFF, using: &numbers)).map { scalars.append($0) }
      default: scalars.append(Unicode.Scalar(UInt8.random(in: 0x20...0x7E, using: &numbers)))
      }
    }
    let ending = ["", ".pdf", ".exe", ".PDF.exe", ".txt"].randomElement(using: &numbers) ?? ""
    return String(scalars) + ending
  }

  @Test(arguments: [
    ("attachment; filename=\"\u{301}a;b.pdf\"", "\u{301}a;b.pdf"),
    ("attachment; filename=\u{301}a.pdf; x=1", "\u{301}a.pdf"),
    ("attachment; filename*=UTF-8''%CC%81a.pdf; filename=b", "\u{301}a.pdf"),
  ])
  func `a name that begins with a combining mark is read`(field: String, name: String) {
    #expect(
      ContentDispositionName.read(field)?.unicodeScalars.elementsEqual(name.unicodeScalars) == true)
  }

  @Test func `ten thousand names are read back as the builder cleaned them`() {
    var numbers = Numbers(state: 5)
    var faults = [String]()
    for index in 0..<10_000 {
      let name = Self.name(&numbers)
      let value = ContentDisposition.value(.attachment, name: name, fileExtension: "pdf")
      let clean = ContentDisposition.cleanName(name, fileExtension: "pdf")
      let read = ContentDispositionName.read(value) ?? ""
      let stem = clean.dropLast(4).lowercased()
      let isRight =
        read.utf8.elementsEqual(clean.utf8) && clean.hasSuffix(".pdf")
        && (5...255).contains(clean.utf8.count)
        && value.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
        && !stem.hasSuffix(".exe") && !stem.hasSuffix(".pdf") && !stem.hasSuffix(".txt")
        && clean == ContentDisposition.cleanName(clean, fileExtension: "pdf")
      if !isRight { faults.append("\(index): \(value)") }
    }
    #expect(faults.isEmpty, "\(faults.prefix(3))")
  }
}
