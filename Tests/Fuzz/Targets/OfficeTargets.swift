// Office documents: as whole archives, and as the XML inside one, since a fuzzer guesses no checksums.

import Base
import Scrub

extension FuzzTarget {
  static let zip = FuzzTarget(
    name: "zip",
    dictionary: [
      "PK\u{3}\u{4}", "PK\u{1}\u{2}", "PK\u{5}\u{6}", "PK\u{6}\u{6}", "PK\u{6}\u{7}",
      "PK\u{7}\u{8}", "[Content_Types].xml", "_rels/.rels", "mimetype", "../",
    ]
  ) { scrub($0) }

  /// The input is the main part of a text document, of a workbook and of an OpenDocument.
  static let officeXML = FuzzTarget(
    name: "office-xml",
    dictionary: [
      "<w:p>", "<w:r>", "<w:t>", "<w:ins ", "<w:del ", "<w:tr>", "<w:tbl>", "<w:trPr>", "<w:rPr>",
      "<mc:AlternateContent>", "<mc:Choice Requires=\"w14\">", "mc:Ignorable=\"", "r:id=\"rId1\"",
      "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"", "<![CDATA[",
      "<!--", "<?x ?>", "<!DOCTYPE", "&#10;", "&amp;", "<office:annotation>", "xlink:href=\"",
      "<definedName>", "<f>", "<ext>", "<v:shape>",
    ]
  ) { input in
    let word = "wordprocessingml.document"
    let sheet = "spreadsheetml.sheet"
    for type in [word, sheet] { scrub(archive(ooxml(type, input))) }
    scrub(
      archive([
        ("mimetype", Array("application/vnd.oasis.opendocument.text".utf8)), ("content.xml", input),
      ]))
  }

  /// Where the reader of plain XML comes to an end, libxml2 must come to the same.
  static let plainXML = FuzzTarget(
    name: "plain-xml", dictionary: officeXML.dictionary + ["xml:space=\"preserve\"", " />", "]]>"]
  ) { input in
    comparer.withLock { comparer in
      do throws(ScrubError) {
        let ready = if let comparer { comparer } else { try XMLComparer() }
        comparer = ready
        for rules in XMLComparison.Rules.allCases {
          precondition(ready.compare(input, rules: rules).isSame, "two readers, two ends")
        }
      } catch {
        preconditionFailure("the type database is missing")
      }
    }
  }

  private static let comparer = Lock<XMLComparer?>(nil)

  private static func ooxml(_ type: String, _ part: [UInt8]) -> [(String, [UInt8])] {
    let format = "http://schemas.openxmlformats.org/"
    let types =
      "<Types xmlns=\"\(format)package/2006/content-types\"><Override PartName=\"/a.xml\" "
      + "ContentType=\"application/vnd.openxmlformats-officedocument.\(type).main+xml\"/></Types>"
    let relations =
      "<Relationships xmlns=\"\(format)package/2006/relationships\"><Relationship Id=\"r\" "
      + "Type=\"\(format)officeDocument/2006/relationships/officeDocument\" Target=\"a.xml\"/>"
      + "</Relationships>"
    return [
      ("[Content_Types].xml", Array(types.utf8)), ("_rels/.rels", Array(relations.utf8)),
      ("a.xml", part),
    ]
  }

  /// An archive of stored members.
  private static func archive(_ members: [(String, [UInt8])]) -> [UInt8] {
    func little(_ value: Int, _ width: Int) -> [UInt8] {
      (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for (name, bytes) in members {
      let shared =
        little(20, 2) + little(0, 8) + little(Int(Zlib.crc32(0, bytes.span)), 4)
        + little(bytes.count, 4) + little(bytes.count, 4) + little(name.utf8.count, 2)
      directory += little(0x0201_4b50, 4) + little(20, 2) + shared + little(0, 8) + little(0, 4)
      directory += little(file.count, 4) + Array(name.utf8)
      file += little(0x0403_4b50, 4) + shared + little(0, 2) + Array(name.utf8) + bytes
    }
    return file + directory + little(0x0605_4b50, 4) + little(0, 4) + little(members.count, 2)
      + little(members.count, 2) + little(directory.count, 4) + little(file.count, 4) + little(0, 2)
  }
}
