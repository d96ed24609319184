// File names that people chose, and what a client may see of them.

import HTTPMessage
import Testing

@Suite struct ContentDispositionTests {
  @Test(arguments: [
    ("report.pdf", "attachment; filename=\"report.pdf\""),
    ("a b.pdf", "attachment; filename=\"a b.pdf\""),
    ("Grüße.pdf", "attachment; filename=\"Gr__e.pdf\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.pdf"),
    (
      "say \"hi\".txt",
      "attachment; filename=\"say _hi_.txt\"; filename*=UTF-8''say%20%22hi%22.txt"
    ),
    ("a;b.txt", "attachment; filename=\"a_b.txt\"; filename*=UTF-8''a%3Bb.txt"),
    ("100%41.txt", "attachment; filename=\"100_41.txt\"; filename*=UTF-8''100%2541.txt"),
    ("../../etc/passwd", "attachment; filename=\"_.._etc_passwd\""),
    ("C:\\x.exe", "attachment; filename=\"C__x.exe\""),
    ("", "attachment; filename=\"download\""),
    ("...", "attachment; filename=\"download\""),
    ("x\r\nSet-Cookie: a=b", "attachment; filename=\"xSet-Cookie_ a=b\""),
  ])
  func `a name becomes a value that every client reads alike`(name: String, value: String) {
    #expect(ContentDisposition.value(.attachment, name: name) == value)
  }

  @Test(arguments: [
    ("photo\u{202E}gpj.exe", "photogpj.exe"),
    ("a\u{200B}b\u{FEFF}c\u{2066}d\u{2069}.txt", "abcd.txt"),
    ("x\u{0}\u{7}\u{1B}[31m.txt", "x[31m.txt"),
    ("line\u{2028}break\u{2029}.txt", "linebreak.txt"),
    ("tag\u{E0041}\u{E007F}.txt", "tag.txt"),
    ("dot.\u{3000}", "dot"),
  ])
  func `controls, direction marks and invisible characters are removed`(
    name: String, clean: String
  ) {
    #expect(ContentDisposition.cleanName(name) == clean)
  }

  @Test(arguments: [
    ("photo.jpg", "jpg", "photo.jpg"), ("photo.JPG", "jpg", "photo.jpg"),
    ("photo.exe", "jpg", "photo_exe.jpg"), ("photo", "png", "photo.png"),
    ("a.pdf.EXE", "jpg", "a_pdf_EXE.jpg"), ("a.jpg.jpg", "jpg", "a_jpg.jpg"),
    ("report v2.1", "pdf", "report v2.1.pdf"), ("Dr. No", "pdf", "Dr. No.pdf"),
    ("a.tar.gz", "zip", "a_tar_gz.zip"), ("a.htm..png", "png", "a_htm.png"),
    ("a.html . svg", "png", "a_html _ svg.png"),
    (".jpg", "jpg", "jpg.jpg"),
  ])
  func `the forced extension comes last`(name: String, fileExtension: String, clean: String) {
    #expect(ContentDisposition.cleanName(name, fileExtension: fileExtension) == clean)
  }

  @Test(arguments: [
    ("CON", "_CON.txt"), ("nul.tar", "_nul_tar.txt"), ("com1.a", "_com1.a.txt"),
    ("console", "console.txt"), ("LPT\u{B9}", "_LPT\u{B9}.txt"), ("-rf", "rf.txt"),
  ])
  func `a name is no device and no option`(name: String, clean: String) {
    #expect(ContentDisposition.cleanName(name, fileExtension: "txt") == clean)
  }

  @Test func `a name has at most 255 bytes and keeps its extension and whole characters`() {
    let exact = String(repeating: "a", count: 251) + ".pdf"
    #expect(ContentDisposition.cleanName(exact, fileExtension: "pdf") == exact)
    for character in ["a", "ü", "漢", "😀"] {
      let name = ContentDisposition.cleanName(
        String(repeating: character, count: 400), fileExtension: "pdf")
      #expect(name.utf8.count <= 255 && name.utf8.count > 250 && name.hasSuffix(".pdf"))
    }
  }

  @Test func `no name of any scalar puts a control or a quote into the value`() {
    var bad = 0
    for value in UInt32(0)...0x2_FFFF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let text = ContentDisposition.value(.attachment, name: "a" + String(scalar) + "b")
      let quotes = text.utf8.count { $0 == UInt8(ascii: "\"") }
      if quotes != 2 || !text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { bad += 1 }
    }
    #expect(bad == 0)
  }
}
