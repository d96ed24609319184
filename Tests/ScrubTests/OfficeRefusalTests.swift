// Office documents and archives that are refused, each with its code, and residue that the second reading
// must find.

import Gateway
import Scrub
import Testing

@Suite struct OfficeRefusalTests {
  typealias Case = RefusalTests.Case

  private static func docx(_ edit: (inout ZipSample) -> Void) -> [UInt8] {
    var zip = OfficeSample.docx().zip
    edit(&zip)
    return zip.bytes
  }

  private static func body(_ text: String) -> [UInt8] { OfficeSample.docx(text).bytes }

  private static func part(_ text: String) -> [UInt8] {
    var sample = OfficeSample.docx()
    sample.parts[0].bytes = Array(text.utf8)
    return sample.bytes
  }

  static let cases: [Case] = [
    Case("whole", nil, docx { _ in }),
    Case("a name twice", .malformedFile, docx { $0.members.append($0.members[2]) }),
    Case(
      "a name twice in other letters", .malformedFile,
      docx {
        $0.members.append($0.members[2])
        $0.members[3].name = "WORD/document.xml"
      }),
    Case("a way out", .malformedFile, docx { $0.members[2].name = "word/../../x" }),
    Case("an absolute name", .malformedFile, docx { $0.members[2].name = "/word/document.xml" }),
    Case(
      "another local name", .malformedFile, docx { $0.members[2].localName = "word/documenX.xml" }),
    Case("an encrypted member", .encrypted, docx { $0.members[2].flags = 1 }),
    Case("trailing bytes", nil, docx { $0.trailer = [1, 2, 3] }),
    Case(
      "a document type", .encodingNotSupported, part("<!DOCTYPE w [<!ENTITY a \"b\">]><w>&a;</w>")),
    Case("an undeclared entity", .malformedFile, body("<w:p>&nbsp;</w:p>")),
    Case(
      "an unusual encoding", .encodingNotSupported,
      part("<?xml version=\"1.0\" encoding=\"windows-1252\"?><w/>")),
    Case("an unknown root", .encodingNotSupported, part("<x xmlns=\"urn:x\"/>")),
    Case("not well-formed", .malformedFile, body("<w:p>")),
    Case("an undeclared prefix", .malformedFile, body("<q:p/>")),
    Case("nested too deep", .malformedFile, body(String(repeating: "<w:sdt>", count: 400))),
    Case(
      "endless attributes", .tooManyParts,
      body("<w:p" + (0..<70_000).map { " a\($0)=\"\"" }.joined() + "/>")),
    Case("a shown part of unknown kind", .encodingNotSupported, unknown(isShown: true)),
    Case("an unknown part that nothing shows", nil, unknown(isShown: false)),
    Case("a plain archive", .typeNotSupported, ZipSample(texts: [("a.txt", "a")]).bytes),
    Case("RTF", .typeNotSupported, Array("{\\rtf1 x}".utf8)),
    Case("an old document", .typeNotSupported, compound("WordDocument")),
    Case("an encrypted document", .encrypted, compound("EncryptedPackage")),
    Case(
      "an encrypted OpenDocument", .encrypted,
      OfficeSample.odt().bytes(
        replacing: "</manifest:manifest>",
        with: "<manifest:encryption-data/></manifest:manifest>")),
    Case(
      "an OpenDocument with macros", .macros,
      OfficeSample.odt(more: [("Basic/Standard/M.xml", [65])]).bytes),
    Case(
      "a signed OpenDocument", .signed,
      OfficeSample.odt(more: [("META-INF/documentsignatures.xml", [65])]).bytes),
    Case("a bomb", .decompressionBomb, OfficeRefusalTests.bomb),
    Case("a gigabyte of text", .decompressionBomb, docx { $0.members[2].sizeError = 1 << 30 }),
    Case("a quarter of a gigabyte", .malformedFile, docx { $0.members[2].sizeError = 255 << 20 }),
    Case("files in files in files", .tooManyParts, nest(levels: 5)),
    Case(
      "too many names", .tooManyParts,
      body((0..<20_100).map { "<w:n\($0)/>" }.joined())),
    Case(
      "too many namespaces", .malformedFile,
      body((0..<60_000).map { "<w:r xmlns:p=\"urn:a-name-that-is-not-short-\($0)\"/>" }.joined())),
  ]

  /// A document with two documents in it, and so on.
  private static func nest(levels: Int) -> [UInt8] {
    var bytes = OfficeSample.docx().bytes
    for _ in 0..<levels {
      var sample = OfficeSample.docx("<w:p/>")
      for index in 0..<2 {
        sample.add("word/e\(index).docx", "x/y", bytes: bytes)
        sample.relate("word/document.xml", "e\(index)", "package", "e\(index).docx")
      }
      bytes = sample.bytes
    }
    return bytes
  }

  private static func unknown(isShown: Bool) -> [UInt8] {
    var sample = OfficeSample.docx(isShown ? "<w:p r:id=\"rId5\"/>" : "<w:p/>")
    sample.add("word/odd.bin", "x/y", "INV-SECRET")
    sample.relate("word/document.xml", "rId5", "http://example.org/relationships/odd", "odd.bin")
    return sample.bytes
  }

  private static func compound(_ stream: String) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 2048)
    bytes.replaceSubrange(0..<8, with: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])
    bytes[30] = 9
    let name = stream.utf16.flatMap { little(Int($0), 2) }
    bytes.replaceSubrange(512..<(512 + name.count), with: name)
    return bytes
  }

  /// The directory promises more than all parts may unpack to.
  private static var bomb: [UInt8] {
    var sample = OfficeSample.docx()
    for index in 0..<3 {
      sample.add("word/m\(index).jpg", "image/jpeg", bytes: [1])
      sample.relate("word/document.xml", "m\(index)", "image", "m\(index).jpg")
    }
    return sample.bytes
  }

  @Test(arguments: cases)
  func `each fault has its code`(item: Case) throws {
    var limits = ScrubLimits()
    if item.name == "a bomb" { limits.unpackedBytesMax = 500 }
    #expect(try refusal(item.bytes, limits: limits) == item.code)
  }

  @Test func `the name of another kind of file refuses`() throws {
    #expect(try refusal(OfficeSample.docx().bytes, fileName: "a.pdf") == .typeMismatch)
    #expect(try refusal(OfficeSample.docx().bytes, fileName: "a.docx") == nil)
  }

  static let residues: [Case] = {
    func clean(_ edit: (inout [(name: String, bytes: [UInt8])]) -> Void) -> [UInt8] {
      guard case .success(let result)? = try? scrubbed(OfficeSample.planted().bytes) else {
        return []
      }
      var members = ZipSample.unpacked(result.bytes)
      edit(&members)
      var zip = ZipSample(members.map { ($0.name, $0.bytes) })
      for index in zip.members.indices { zip.members[index].time = 0x0021_0000 }
      return zip.canonical
    }
    func text(_ old: String, _ new: String) -> [UInt8] {
      clean { members in
        for index in members.indices {
          members[index].bytes = members[index].bytes.replacing(
            Array(old.utf8), with: Array(new.utf8))
        }
      }
    }
    return [
      Case("clean", nil, clean { _ in }),
      Case("a part that nothing leads to", .residueFound, clean { $0.append(("a.xml", [65])) }),
      Case("a revision", .residueFound, text("<w:p>", "<w:p w:rsidR=\"1\">")),
      Case("a change", .residueFound, text("<w:t>new", "<w:ins/><w:t>new")),
      Case("a comment", .residueFound, text("<w:t>new", "<!-- x --><w:t>new")),
      Case("a path", .residueFound, text("<w:zoom", "<w:zoom w:x=\"C:\\Users\\e\"")),
      Case("a reference to nowhere", .residueFound, text("r:id=\"rId8\"", "r:id=\"rId77\"")),
      Case("a private link", .residueFound, text("https://example.org/", "file:///x")),
      Case(
        "another relationship", .residueFound, text("relationships/image", "relationships/comments")
      ),
      Case("a foreign vocabulary", .residueFound, text("<w:zoom", "<x xmlns=\"urn:x\"/><w:zoom")),
    ]
  }()

  @Test(arguments: residues)
  func `residue is found`(item: Case) {
    #expect(residue(item.bytes) == item.code)
  }

  @Test func `times, gaps and comments of an archive are residue`() throws {
    let bytes = try scrubbed(OfficeSample.docx().bytes).get().bytes
    var dated = bytes
    dated[10] = 1
    for changed in [dated, bytes + [0], [0x50, 0x4b, 3, 4] + bytes, OfficeSample.docx().bytes] {
      #expect(throws: ScrubError.self) { try ResidueVerifier().verify(.bytes(changed)) }
    }
  }
}

extension ZipSample {
  /// The archive in the form of the scrubber: no attributes, made by nobody in particular.
  var canonical: [UInt8] {
    var bytes = bytes
    var place = bytes.count - 22
    let start = (0..<4).reduce(0) { $0 | Int(bytes[place + 16 + $1]) << (8 * $1) }
    place = start
    while place + 46 <= bytes.count, bytes[place..<(place + 4)] == [0x50, 0x4b, 1, 2] {
      bytes.replaceSubrange((place + 4)..<(place + 6), with: [20, 0])
      bytes.replaceSubrange((place + 38)..<(place + 42), with: [0, 0, 0, 0])
      place += 46 + Int(bytes[place + 28]) + Int(bytes[place + 29]) << 8
    }
    return bytes
  }

  /// The archive with a text in one of its members replaced.
  func bytes(replacing old: String, with new: String) -> [UInt8] {
    var copy = self
    for index in copy.members.indices {
      copy.members[index].bytes = copy.members[index].bytes.replacing(
        Array(old.utf8), with: Array(new.utf8))
    }
    return copy.bytes
  }
}
