// Office documents for the tests: small ones of each kind, with something in every carrier or in none.

import Gateway

/// A document under construction: parts, relationships, content types.
struct OfficeSample {
  static let w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
  static let r = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
  static let main = "application/vnd.openxmlformats-officedocument."

  var parts: [(name: String, type: String, bytes: [UInt8])] = []
  var relations: [String: [(id: String, type: String, target: String)]] = [:]

  mutating func add(_ name: String, _ type: String, _ text: String) {
    parts.append((name, type, Array(text.utf8)))
  }

  mutating func add(_ name: String, _ type: String, bytes: [UInt8]) {
    parts.append((name, type, bytes))
  }

  mutating func relate(_ part: String, _ id: String, _ type: String, _ target: String) {
    let full = type.contains("/") ? type : OfficeSample.r + "/" + type
    relations[part, default: []].append((id, full, target))
  }

  /// The archive.
  var zip: ZipSample {
    var types = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
    types +=
      "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
    for part in parts {
      types += "<Override PartName=\"/\(part.name)\" ContentType=\"\(part.type)\"/>"
    }
    var members: [(String, [UInt8])] = [("[Content_Types].xml", Array((types + "</Types>").utf8))]
    for (part, list) in relations.sorted(by: { $0.key < $1.key }) {
      var text =
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
      for item in list {
        let mode = item.target.contains(":") ? " TargetMode=\"External\"" : ""
        text +=
          "<Relationship Id=\"\(item.id)\" Type=\"\(item.type)\" Target=\"\(item.target)\"\(mode)/>"
      }
      let steps = part.split(separator: "/").map(String.init)
      let name = (steps.dropLast() + ["_rels", "\(steps.last ?? "").rels"]).joined(separator: "/")
      members.append((name, Array((text + "</Relationships>").utf8)))
    }
    members += parts.map { ($0.name, $0.bytes) }
    return ZipSample(members)
  }

  var bytes: [UInt8] { zip.bytes }

  /// A text document with one paragraph.
  static func docx(
    _ body: String = "<w:p><w:r><w:t>Offer</w:t></w:r></w:p>", root: String = "",
    w: String = OfficeSample.w
  ) -> OfficeSample {
    var sample = OfficeSample()
    sample.add(
      "word/document.xml", main + "wordprocessingml.document.main+xml",
      "<?xml version=\"1.0\"?><w:document xmlns:w=\"\(w)\" xmlns:r=\"\(r)\"\(root)><w:body>\(body)</w:body></w:document>"
    )
    sample.relate("", "rId1", "officeDocument", "word/document.xml")
    return sample
  }

  /// A workbook with one sheet.
  static func xlsx(
    _ data: String = "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>", workbook: String = "",
    sheet: String = ""
  ) -> OfficeSample {
    let x = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    var sample = OfficeSample()
    sample.add(
      "xl/workbook.xml", main + "spreadsheetml.sheet.main+xml",
      "<workbook xmlns=\"\(x)\" xmlns:r=\"\(r)\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"rId1\"/></sheets>\(workbook)</workbook>"
    )
    sample.add(
      "xl/worksheets/sheet1.xml", main + "spreadsheetml.worksheet+xml",
      "<worksheet xmlns=\"\(x)\" xmlns:r=\"\(r)\"><sheetData>\(data)</sheetData>\(sheet)</worksheet>"
    )
    sample.relate("", "rId1", "officeDocument", "xl/workbook.xml")
    sample.relate("xl/workbook.xml", "rId1", "worksheet", "worksheets/sheet1.xml")
    return sample
  }

  /// A presentation with one slide.
  static func pptx(_ shapes: String = "", root: String = "", presentation: String = "")
    -> OfficeSample
  {
    let spaces =
      "xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:r=\"\(r)\""
    var sample = OfficeSample()
    sample.add(
      "ppt/presentation.xml", main + "presentationml.presentation.main+xml",
      "<p:presentation \(spaces)><p:sldIdLst><p:sldId id=\"256\" r:id=\"rId1\"/></p:sldIdLst>\(presentation)</p:presentation>"
    )
    sample.add(
      "ppt/slides/slide1.xml", main + "presentationml.slide+xml",
      "<p:sld \(spaces)\(root)><p:cSld><p:spTree>\(shapes)</p:spTree></p:cSld></p:sld>")
    sample.relate("", "rId1", "officeDocument", "ppt/presentation.xml")
    sample.relate("ppt/presentation.xml", "rId1", "slide", "slides/slide1.xml")
    return sample
  }

  static let plantedTexts = [
    "Erika Example", "INV-SECRET", "C:\\Users", "fileserver", "2026-03-04", "00A1B2C3", "planted@",
    "4711",
  ]

  /// A text document with something in every carrier.
  static func planted() -> OfficeSample {
    let body = """
      <!-- planted@example.org -->
      <w:p w:rsidR="00A1B2C3" w14:paraId="00A1B2C3"><w:pPr><w:pPrChange w:author="Erika Example"/></w:pPr>\
      <w:commentRangeStart w:id="0"/><w:ins w:author="Erika Example" w:date="2026-03-04"><w:r><w:t>new</w:t></w:r></w:ins>\
      <w:del w:author="Erika Example"><w:r><w:delText>4711</w:delText></w:r></w:del>\
      <w:r><w:commentReference w:id="0"/></w:r><w:hyperlink r:id="rId9"><w:r><w:t>link</w:t></w:r></w:hyperlink>\
      <w:hyperlink r:id="rId8"><w:r><w:t>site</w:t></w:r></w:hyperlink></w:p>
      <w:p><w:pPr><w:rPr><w:del w:author="Erika Example"/></w:rPr></w:pPr><w:del><w:r><w:delText>INV-SECRET</w:delText></w:r></w:del></w:p>
      """
    var sample = docx(
      body,
      root:
        " xmlns:w14=\"http://schemas.microsoft.com/office/word/2010/wordml\" xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" xmlns:w16=\"urn:INV-SECRET\" mc:Ignorable=\"w14 w16\""
    )
    let document = "word/document.xml"
    sample.add(
      "docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml",
      "<c>Erika Example</c>")
    sample.relate(
      "", "rId2",
      "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties",
      "docProps/core.xml")
    sample.add("docProps/thumbnail.jpeg", "image/jpeg", bytes: DemoPictures.jpeg())
    sample.relate(
      "", "rId3", "http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail",
      "docProps/thumbnail.jpeg")
    sample.add("word/comments.xml", main + "wordprocessingml.comments+xml", "<c>INV-SECRET</c>")
    sample.relate(document, "rId2", "comments", "comments.xml")
    sample.add(
      "word/settings.xml", main + "wordprocessingml.settings+xml",
      "<w:settings xmlns:w=\"\(w)\" xmlns:r=\"\(r)\"><w:attachedTemplate r:id=\"rId1\"/><w:rsids><w:rsid w:val=\"00A1B2C3\"/></w:rsids><w:docVars><w:docVar w:name=\"n\" w:val=\"INV-SECRET\"/></w:docVars><w:zoom w:percent=\"90\"/></w:settings>"
    )
    sample.relate(document, "rId3", "settings", "settings.xml")
    sample.relate(
      "word/settings.xml", "rId1", "attachedTemplate", "file:///C:\\Users\\erika\\t.dotx")
    sample.add("customXml/item1.xml", "application/xml", "<x>INV-SECRET</x>")
    sample.relate(document, "rId4", "customXml", "../customXml/item1.xml")
    sample.relate(document, "rId8", "hyperlink", "https://example.org/")
    sample.relate(document, "rId9", "hyperlink", "file://fileserver/share/4711.docx")
    sample.add("word/media/image1.jpg", "image/jpeg", bytes: DemoPictures.jpeg())
    sample.relate(document, "rId5", "image", "media/image1.jpg")
    sample.add("word/trash.xml", "application/xml", "<x>INV-SECRET</x>")
    return sample
  }

  /// A text document of OpenDocument.
  static func odt(
    _ body: String = "<text:p>Offer</text:p>", settings: String = "",
    more: [(String, [UInt8])] = []
  ) -> ZipSample {
    let o = "urn:oasis:names:tc:opendocument:xmlns:"
    let spaces =
      "xmlns:office=\"\(o)office:1.0\" xmlns:text=\"\(o)text:1.0\" xmlns:draw=\"\(o)drawing:1.0\" xmlns:config=\"\(o)config:1.0\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:officeooo=\"http://openoffice.org/2009/office\" xmlns:script=\"\(o)script:1.0\""
    let kind = Array("application/vnd.oasis.opendocument.text".utf8)
    var sample = ZipSample([("mimetype", kind)])
    sample.members[0].isDeflated = false
    let texts = [
      (
        "content.xml",
        "<office:document-content \(spaces)><office:body><office:text>\(body)</office:text></office:body></office:document-content>"
      ),
      (
        "settings.xml",
        "<office:document-settings \(spaces)><office:settings><config:config-item-set config:name=\"ooo:configuration-settings\">\(settings)</config:config-item-set></office:settings></office:document-settings>"
      ),
      (
        "META-INF/manifest.xml",
        "<manifest:manifest xmlns:manifest=\"\(o)manifest:1.0\"><manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"application/vnd.oasis.opendocument.text\"/></manifest:manifest>"
      ),
    ]
    for (name, text) in texts {
      sample.members.append(.init(name: name, bytes: Array(text.utf8)))
    }
    for (name, bytes) in more { sample.members.append(.init(name: name, bytes: bytes)) }
    return sample
  }

  /// An OpenDocument with something in every carrier.
  static func plantedODT() -> ZipSample {
    odt(
      """
      <text:tracked-changes><text:changed-region><dc:creator>Erika Example</dc:creator></text:changed-region></text:tracked-changes>\
      <text:p>Offer<office:annotation><dc:creator>Erika Example</dc:creator><text:p>INV-SECRET</text:p></office:annotation>\
      <text:span officeooo:rsid="00A1B2C3"> of</text:span> <text:author-name>today</text:author-name>\
      <text:change-start text:change-id="4711"/></text:p><text:p><draw:frame><draw:image xlink:href="Pictures/1.jpg"/></draw:frame>\
      <text:a xlink:href="file:///C:/Users/erika/4711.odt">see</text:a></text:p>
      """,
      settings: """
        <config:config-item config:name="PrinterName" config:type="string">fileserver</config:config-item>\
        <config:config-item config:name="Rsid" config:type="int">4711</config:config-item>\
        <config:config-item config:name="AddParaTableSpacing" config:type="boolean">true</config:config-item>
        """,
      more: [
        ("Pictures/1.jpg", DemoPictures.jpeg()), ("meta.xml", Array("<m>Erika Example</m>".utf8)),
        ("Thumbnails/thumbnail.png", DemoPictures.png()),
        ("Pictures/unused.txt", Array("INV-SECRET".utf8)),
      ])
  }
}
