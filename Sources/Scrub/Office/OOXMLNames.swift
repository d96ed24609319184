// The vocabularies of Office Open XML (ECMA-376, ISO/IEC 29500, MS-DOCX, MS-XLSX, MS-PPTX, MS-ODRAWXML)
// whose elements make up what is shown. Elements and attributes of any other namespace go: revision
// identifiers, co-authoring, comments, source addresses of pictures.

/// Namespaces by the short names that the specifications use.
enum OOXMLNames {
  static let relationships = "r"

  /// The short name of a vocabulary that is kept; `+` for those about which nothing more is said.
  static func vocabulary(_ namespace: String) -> String? { all[namespace] }

  private static let all: [String: String] = {
    var all: [String: String] = [
      "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
      "http://www.w3.org/XML/1998/namespace": "xml",
      "urn:schemas-microsoft-com:vml": "v",
      "urn:schemas-microsoft-com:office:office": "o",
      "urn:schemas-microsoft-com:office:word": "+",
      "urn:schemas-microsoft-com:office:excel": "vx",
      "urn:schemas-microsoft-com:office:powerpoint": "+",
    ]
    for (short, part) in both {
      all["http://schemas.openxmlformats.org/\(part.transitional)"] = short
      all["http://purl.oclc.org/ooxml/\(part.strict)"] = short
    }
    for (short, names) in microsoft {
      for name in names.split(separator: " ") {
        all["http://schemas.microsoft.com/office/\(name)"] = short
      }
    }
    return all
  }()

  /// Each vocabulary of the standard has a transitional and a strict namespace.
  private static let both: [(String, (transitional: String, strict: String))] =
    [
      ("r", ("officeDocument/2006/relationships", "officeDocument/relationships")),
      ("+", ("officeDocument/2006/math", "officeDocument/math")),
      ("+", ("officeDocument/2006/sharedTypes", "officeDocument/sharedTypes")),
      ("w", ("wordprocessingml/2006/main", "wordprocessingml/main")),
      ("x", ("spreadsheetml/2006/main", "spreadsheetml/main")),
      ("p", ("presentationml/2006/main", "presentationml/main")),
      ("a", ("drawingml/2006/main", "drawingml/main")),
      ("c", ("drawingml/2006/chart", "drawingml/chart")),
    ]
    + [
      "diagram", "wordprocessingDrawing", "spreadsheetDrawing", "chartDrawing", "picture",
      "lockedCanvas", "compatibility",
    ].map { ("+", ("drawingml/2006/\($0)", "drawingml/\($0)")) }

  private static let microsoft = [
    "w14": "word/2010/wordml",
    "w15": "word/2012/wordml",
    "p14": "powerpoint/2010/main",
    "x14": "spreadsheetml/2009/9/main",
    "x15": "spreadsheetml/2010/11/main",
    "a14": "drawing/2010/main",
    "+": """
    word/2010/wordprocessingDrawing word/2010/wordprocessingShape word/2010/wordprocessingGroup \
    word/2010/wordprocessingInk word/2010/wordprocessingCanvas word/2015/wordml/symex \
    powerpoint/2012/main powerpoint/2015/09/main powerpoint/2015/10/main powerpoint/2015/main \
    powerpoint/2016/sectionzoom powerpoint/2016/slidezoom powerpoint/2016/summaryzoom \
    spreadsheetml/2009/9/ac spreadsheetml/2015/02/main spreadsheetml/2016/pivotdefaultlayout \
    spreadsheetml/2017/dynamicarray spreadsheetml/2018/calcfeatures excel/2006/main \
    drawing/2008/diagram drawing/2010/diagram drawing/2016/12/diagram drawing/2007/8/2/chart \
    drawing/2012/chart drawing/2012/chartStyle drawing/2014/chart drawing/2014/chartex \
    drawing/2015/9/8/chartex drawing/2015/10/21/chartex drawing/2016/5/9/chartex \
    drawing/2016/5/10/chartex drawing/2016/5/11/chartex drawing/2016/5/12/chartex \
    drawing/2016/5/13/chartex drawing/2016/5/14/chartex drawing/2010/chartDrawing \
    drawing/2010/compatibility drawing/2010/picture drawing/2012/main drawing/2016/SVG/main \
    drawing/2016/ink drawing/2017/decorative drawing/2018/hyperlinkcolor \
    drawing/2018/sketchyshapes mac/drawingml/2011/main
    """,
  ]
}
