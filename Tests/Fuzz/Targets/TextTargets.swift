// Text, tables, JSON, drawings and XML.

extension FuzzTarget {
  static let text = FuzzTarget(
    name: "text",
    dictionary: [
      "\u{feff}", "\u{200b}", "\r\n", "\",\"", "\"\"", ";", "{\"", "\":", "[]", "\\u00", "-0.1e+2",
      "true", "<!DOCTYPE", "#!", "Received: ", "Message-ID: ", "{\\rtf",
    ]
  ) { scrub($0) }

  static let drawing = FuzzTarget(
    name: "svg",
    dictionary: [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<!DOCTYPE svg", "<!ENTITY", "<!--", "-->",
      "<svg xmlns=\"http://www.w3.org/2000/svg\">", "</svg>", "<style>", "url(", "@import",
      "xlink:href=\"", "href=\"data:image/png;base64,", "<script", "onload=\"", "<foreignObject",
      "<set attributeName=\"", "<title>", "<metadata>", "xmlns:x=\"",
    ]
  ) { scrub($0) }
}
