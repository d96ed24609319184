// Whether a person's browser asks. Every browser says `Mozilla/` for three decades; programs that
// download say their own name, and resume at the link by themselves. A wrong guess costs nothing but
// the way that the bytes take.

import HTTPMessage

enum BrowserSigns {
  /// Whether a request looks like a browser's.
  static func appear(in request: HTTPRequest) -> Bool {
    request.fields[.userAgent]?.hasPrefix("Mozilla/") ?? false
  }
}
