// The formats that can be scrubbed, and the families in which the second votes must agree.

extension TypeDetector {
  /// The types that can be scrubbed, by their media type.
  enum Format: String, CaseIterable {
    case jpeg = "image/jpeg"
    case png = "image/png"
    case gif = "image/gif"
    case webp = "image/webp"
    case tiff = "image/tiff"
    case pdf = "application/pdf"
    case mpeg = "audio/mpeg"
    case flac = "audio/flac"
    case ogg = "audio/ogg"
    case wav = "audio/wav"
    case heic = "image/heic"
    case heif = "image/heif"
    case avif = "image/avif"
    case mp4 = "video/mp4"
    case quickTime = "video/quicktime"
    case m4a = "audio/mp4"
    case threeGP = "video/3gpp"
    case docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    case xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    case pptx = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    case odt = "application/vnd.oasis.opendocument.text"
    case ods = "application/vnd.oasis.opendocument.spreadsheet"
    case odp = "application/vnd.oasis.opendocument.presentation"
    case odg = "application/vnd.oasis.opendocument.graphics"
    case text = "text/plain"
    case csv = "text/csv"
    case json = "application/json"
    case svg = "image/svg+xml"
    case xml = "application/xml"

    /// The formats that are taken for each other without harm, because the content decides.
    var family: Family {
      switch self {
      case .jpeg, .png, .gif, .webp, .tiff, .heic, .heif, .avif: .picture
      case .mp4, .quickTime, .m4a, .threeGP: .film
      case .pdf: .pdf
      case .mpeg, .flac, .ogg, .wav: .sound
      case .text, .csv, .json: .text
      case .svg, .xml: .markup
      case .docx, .xlsx, .pptx, .odt, .ods, .odp, .odg: .office
      }
    }

    /// The format itself if it is one of OpenDocument.
    var openDocument: Format? {
      switch self {
      case .odt, .ods, .odp, .odg: self
      default: nil
      }
    }
  }

  /// Formats whose names and signatures are mixed up by honest people.
  enum Family: CaseIterable {
    case picture
    case film
    case pdf
    case sound
    case office
    case text
    case markup

    /// Extensions of file names that the family has.
    private var endings: Set<String> {
      switch self {
      case .picture:
        [
          "jpg", "jpeg", "jpe", "jfif", "jif", "png", "apng", "gif", "webp", "tif", "tiff", "bmp",
          "heic", "heif", "hif", "avif", "jxl",
        ]
      case .film: ["mp4", "m4v", "m4a", "m4b", "mov", "qt", "3gp", "3g2"]
      case .pdf: ["pdf"]
      case .sound:
        ["mp3", "mp2", "mpga", "flac", "ogg", "oga", "opus", "spx", "wav", "wave", "bwf"]
      case .markup: ["svg", "xml"]
      case .text:
        [
          "txt", "text", "log", "md", "csv", "tsv", "json", "geojson", "ndjson", "jsonl", "yaml",
          "yml", "ini", "toml", "srt", "vtt", "ics", "vcf",
        ]
      case .office:
        [
          "docx", "docm", "dotx", "dotm", "xlsx", "xlsm", "xltx", "xltm", "pptx", "pptm", "ppsx",
          "ppsm", "potx", "potm", "odt", "ods", "odp", "odg",
        ]
      }
    }

    /// Extensions of what is never scrubbed, or not yet.
    private static let otherEndings: Set<String> = [
      "doc", "docx", "docm", "xls", "xlsx", "xlsm", "ppt", "pptx", "pptm", "odt", "ods", "odp",
      "rtf", "txt", "csv", "htm", "html", "xhtml", "xml", "svg", "svgz", "js", "json", "zip", "gz",
      "tar", "7z", "rar", "exe", "dll", "msi",
      "doc", "xls", "ppt", "xlsb", "rtf", "txt", "csv", "htm", "html", "xhtml", "xml", "svg",
      "svgz", "js", "json", "mp3", "mp4",
      "m4a", "mov", "wav", "flac", "ogg", "zip", "gz", "tar", "7z", "rar", "exe", "dll", "msi",
      "rtf", "htm", "html", "xhtml", "svgz", "js", "mp4",
      "m4a", "mov", "zip", "gz", "tar", "7z", "rar", "exe", "dll", "msi",
      "sh", "bat", "ps1", "jar", "eml", "msg", "epub", "dng",
      "nef", "cr2", "cr3", "arw", "orf", "rw2", "pef", "raf",
    ]

    /// What libmagic takes markup for; a title makes it think of a page.
    private static let markupVotes: Set<String> = [
      "image/svg+xml", "image/svg", "text/xml", "application/xml", "text/plain", "text/html",
    ]

    /// What libmagic takes plain text for, by its words. Scripts and pages are not among them.
    private static let textVotes: Set<String> = [
      "text/plain", "text/csv", "application/csv", "application/json", "application/x-ndjson",
      "text/calendar", "text/vcard", "text/x-vcard", "text/vtt", "application/x-subrip",
      "text/x-diff", "text/x-tex", "text/troff", "text/x-c", "text/x-c++", "text/x-java",
      "text/x-makefile", "text/x-asm", "text/x-po", "text/x-m4", "text/x-objective-c",
      "application/x-wine-extension-ini", "text/PGP", "text/x-fortran", "text/x-lisp",
      "text/x-Algol68", "text/x-pascal",
    ]

    /// Whether a vote of libmagic names the family, or nothing at all.
    func agrees(with vote: String) -> Bool {
      if vote == "application/octet-stream" { return true }
      return switch self {
      case .picture: vote.hasPrefix("image/")
      case .film: vote.hasPrefix("video/") || vote.hasPrefix("audio/")
      case .pdf: vote == "application/pdf"
      case .sound: vote.hasPrefix("audio/") || vote == "application/ogg" || vote == "video/ogg"
      // libmagic goes by the order of members and takes many documents for plain archives.
      case .office:
        vote == "application/zip" || vote.hasPrefix("application/vnd.o")
          || vote.hasPrefix("application/vnd.ms-")
      case .markup: Family.markupVotes.contains(vote)
      case .text: Family.textVotes.contains(vote)
      }
    }

    /// Whether the extension of a file name is known and is of another family.
    func contradicts(_ fileName: String) -> Bool {
      guard let dot = fileName.lastIndex(of: ".") else { return false }
      let ending = fileName[fileName.index(after: dot)...].lowercased()
      if endings.contains(ending) { return false }
      return Family.otherEndings.contains(ending)
        || Family.allCases.contains { $0.endings.contains(ending) }
    }
  }
}
