// What people call a file of a type, and what its name ends in: one row for each type that the
// scrubber proves clean.

extension MediaType {
  /// The extension that a delivered name ends in, without the dot; it follows the detected type and
  /// not the wish of the uploader. Nothing for a type that is not delivered.
  package var fileExtension: String? { MediaType.names[text]?.ending }

  /// The extension that every name ends in under which a customer gets a file of the type.
  package var savedExtension: String { fileExtension ?? "bin" }

  /// What kind of file it is, for the person who receives it.
  package var kind: FileKind { MediaType.names[text]?.kind ?? .file }

  /// What the format is called in every language, such as `JPEG`; nothing where the kind says it all.
  package var format: String? { MediaType.names[text]?.format }

  private static let office = "application/vnd.openxmlformats-officedocument."
  private static let openDocument = "application/vnd.oasis.opendocument."

  private static let names: [String: (ending: String, kind: FileKind, format: String?)] = [
    "application/pdf": ("pdf", .document, "PDF"),
    office + "wordprocessingml.document": ("docx", .document, "Word"),
    office + "spreadsheetml.sheet": ("xlsx", .spreadsheet, "Excel"),
    office + "presentationml.presentation": ("pptx", .presentation, "PowerPoint"),
    openDocument + "text": ("odt", .document, "OpenDocument"),
    openDocument + "spreadsheet": ("ods", .spreadsheet, "OpenDocument"),
    openDocument + "presentation": ("odp", .presentation, "OpenDocument"),
    openDocument + "graphics": ("odg", .drawing, "OpenDocument"),
    "application/json": ("json", .data, "JSON"),
    "application/xml": ("xml", .data, "XML"),
    "text/csv": ("csv", .table, "CSV"),
    "text/plain": ("txt", .text, nil),
    "image/jpeg": ("jpg", .picture, "JPEG"),
    "image/png": ("png", .picture, "PNG"),
    "image/gif": ("gif", .picture, "GIF"),
    "image/webp": ("webp", .picture, "WebP"),
    "image/tiff": ("tif", .picture, "TIFF"),
    "image/heic": ("heic", .picture, "HEIC"),
    "image/heif": ("heif", .picture, "HEIF"),
    "image/avif": ("avif", .picture, "AVIF"),
    "image/svg+xml": ("svg", .drawing, "SVG"),
    "video/mp4": ("mp4", .film, "MP4"),
    "video/quicktime": ("mov", .film, "QuickTime"),
    "video/3gpp": ("3gp", .film, "3GP"),
    "audio/mp4": ("m4a", .sound, "M4A"),
    "audio/mpeg": ("mp3", .sound, "MP3"),
    "audio/flac": ("flac", .sound, "FLAC"),
    "audio/ogg": ("ogg", .sound, "Ogg"),
    "audio/wav": ("wav", .sound, "WAV"),
  ]
}

/// What a file is to the person who receives it.
package enum FileKind: Sendable, Hashable, CaseIterable {
  case document, spreadsheet, presentation, drawing, data, table, text, picture, film, sound, file
}
