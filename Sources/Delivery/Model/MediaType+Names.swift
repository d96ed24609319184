// What people call a file of a type, and what its name ends in: one row for each type that the
// scrubber proves clean.

extension MediaType {
  /// The extension that a delivered name ends in, without the dot; it follows the detected type and
  /// not the wish of the uploader. Nothing for a type that is not delivered.
  package var fileExtension: String? { MediaType.names[text]?.ending }

  /// The kind of file in words for the person who receives it, such as `Picture (JPEG)`.
  package var words: String { MediaType.names[text]?.words ?? "File" }

  private static let office = "application/vnd.openxmlformats-officedocument."
  private static let openDocument = "application/vnd.oasis.opendocument."

  private static let names: [String: (ending: String, words: String)] = [
    "application/pdf": ("pdf", "Document (PDF)"),
    office + "wordprocessingml.document": ("docx", "Document (Word)"),
    office + "spreadsheetml.sheet": ("xlsx", "Spreadsheet (Excel)"),
    office + "presentationml.presentation": ("pptx", "Presentation (PowerPoint)"),
    openDocument + "text": ("odt", "Document (OpenDocument)"),
    openDocument + "spreadsheet": ("ods", "Spreadsheet (OpenDocument)"),
    openDocument + "presentation": ("odp", "Presentation (OpenDocument)"),
    openDocument + "graphics": ("odg", "Drawing (OpenDocument)"),
    "application/json": ("json", "Data (JSON)"),
    "application/xml": ("xml", "Data (XML)"),
    "text/csv": ("csv", "Table (CSV)"),
    "text/plain": ("txt", "Text"),
    "image/jpeg": ("jpg", "Picture (JPEG)"),
    "image/png": ("png", "Picture (PNG)"),
    "image/gif": ("gif", "Picture (GIF)"),
    "image/webp": ("webp", "Picture (WebP)"),
    "image/tiff": ("tif", "Picture (TIFF)"),
    "image/heic": ("heic", "Picture (HEIC)"),
    "image/heif": ("heif", "Picture (HEIF)"),
    "image/avif": ("avif", "Picture (AVIF)"),
    "image/svg+xml": ("svg", "Drawing (SVG)"),
    "video/mp4": ("mp4", "Film (MP4)"),
    "video/quicktime": ("mov", "Film (QuickTime)"),
    "video/3gpp": ("3gp", "Film (3GP)"),
    "audio/mp4": ("m4a", "Sound (M4A)"),
    "audio/mpeg": ("mp3", "Sound (MP3)"),
    "audio/flac": ("flac", "Sound (FLAC)"),
    "audio/ogg": ("ogg", "Sound (Ogg)"),
    "audio/wav": ("wav", "Sound (WAV)"),
  ]
}
