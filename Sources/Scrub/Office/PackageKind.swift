// What is inside a ZIP or a compound file? Decided by the main part and its declared type, never by the
// order of members, which is all that other detectors look at.

import ScrubContract

/// Tells office documents from other archives.
enum PackageKind {
  private static let main: [String: TypeDetector.Format] = {
    let word = "vnd.openxmlformats-officedocument.wordprocessingml."
    let sheet = "vnd.openxmlformats-officedocument.spreadsheetml."
    let slide = "vnd.openxmlformats-officedocument.presentationml."
    return [
      word + "document.main+xml": .docx, word + "template.main+xml": .docx,
      "vnd.ms-word.document.macroenabled.main+xml": .docx,
      "vnd.ms-word.template.macroenabledtemplate.main+xml": .docx,
      sheet + "sheet.main+xml": .xlsx, sheet + "template.main+xml": .xlsx,
      "vnd.ms-excel.sheet.macroenabled.main+xml": .xlsx,
      "vnd.ms-excel.template.macroenabled.main+xml": .xlsx,
      slide + "presentation.main+xml": .pptx, slide + "slideshow.main+xml": .pptx,
      slide + "template.main+xml": .pptx,
      "vnd.ms-powerpoint.presentation.macroenabled.main+xml": .pptx,
      "vnd.ms-powerpoint.slideshow.macroenabled.main+xml": .pptx,
      "vnd.ms-powerpoint.template.macroenabled.main+xml": .pptx,
    ]
  }()

  /// The format of an archive; nothing if it is none that can be scrubbed.
  static func format(
    _ zip: ZipReader, _ context: ScrubContext
  ) throws(ScrubError) -> TypeDetector.Format? {
    if let member = zip.member("mimetype") {
      let bytes = try zip.bytes(of: member, bytesMax: 4096, budget: context.budget)
      let text = String(decoding: bytes, as: UTF8.self)
      return TypeDetector.Format(rawValue: text.filter { !$0.isWhitespace })?.openDocument
    }
    guard zip.member(OOXMLPackage.typesName) != nil else { return nil }
    let package = try OOXMLPackage(zip, context)
    let relations = try package.relations(of: "")
    guard let relation = relations.first(where: { $0.kind == "officeDocument" && !$0.isExternal }),
      let member = package.member(relation, from: "")
    else { return nil }
    let type = package.type(of: member.name)
    return main[String(type.dropFirst("application/".count))]
  }

  /// The content type that the main part of a document without macros has.
  static func mainType(_ type: String) -> String {
    let known = main[String(type.dropFirst("application/".count))]
    let isTemplate = type.contains("template")
    let base = "application/vnd.openxmlformats-officedocument."
    return switch known {
    case .docx: base + "wordprocessingml.\(isTemplate ? "template" : "document").main+xml"
    case .xlsx: base + "spreadsheetml.\(isTemplate ? "template" : "sheet").main+xml"
    default:
      base + "presentationml."
        + (isTemplate ? "template" : type.contains("slideshow") ? "slideshow" : "presentation")
        + ".main+xml"
    }
  }
}

/// Compound files (MS-CFB): old office documents, and the wrapping of encrypted new ones.
enum CompoundFile {
  static let signature: [UInt8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]
  private static let package: [UInt8] = Array("EncryptedPackage".utf16).flatMap {
    [UInt8(truncatingIfNeeded: $0), 0]
  }

  /// Why such a file is refused.
  static func refusal(_ file: FileBytes) throws(ScrubError) -> ScrubError {
    // Section 2.2: the size of sectors as a power of two, the first sector of the directory.
    let shift = try file.number(at: 30, width: 2, isLittleEndian: true)
    let sector = try file.number(at: 48, width: 4, isLittleEndian: true)
    if shift == 9 || shift == 12 {
      let start = Int(sector + 1) << Int(shift)
      let directory = start < file.count ? try file.copy(start..<min(start + 4096, file.count)) : []
      if directory.firstRange(of: package) != nil {
        return ScrubError(.encrypted, "The document is encrypted.")
      }
    }
    return ScrubError(
      .typeNotSupported, "Files of this type cannot be scrubbed.",
      detectedType: "application/x-ole-storage")
  }
}
