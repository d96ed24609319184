// Keys and kinds that must not be in a scrubbed PDF. The scrubber works by a list of what is kept;
// this is a list of what is known to carry something, so that neither list stands alone.

/// Checks one dictionary.
enum PDFKeysProof {
  /// Forbidden wherever they stand, unless they name something of the document's own.
  private static let keys: Set<String> = [
    "ByteRange", "Collection", "DSS", "EmbeddedFiles", "JavaScript", "LastModified", "Metadata",
    "OPI", "OpenAction", "Perms", "PieceInfo", "SpiderInfo", "Thumb", "XFA",
  ]
  /// Short keys, which fonts and layers may be called as well: forbidden in typed dictionaries.
  private static let shortKeys: Set<String> = ["AA", "AF", "EF", "JS", "M", "NM", "UF"]
  private static let typedByName: Set<String> = ["FT", "S", "Subtype", "Type"]
  private static let typedByArray: Set<String> = ["MediaBox", "Rect"]
  /// Entries whose value is a dictionary with names of the document's own.
  static let maps: Set<String> = [
    "CharProcs", "ClassMap", "ColorSpace", "Colorants", "Dests", "ExtGState", "Font", "Pattern",
    "Properties", "RoleMap", "Shading", "XObject",
  ]
  /// Forbidden with a string as the value.
  private static let texts: Set<String> = [
    "Author", "CreationDate", "Creator", "Keywords", "ModDate", "Producer", "Subject",
  ]
  private static let types: Set<String> = [
    "3DView", "EmbeddedFile", "Filespec", "Metadata", "Sig", "SigRef",
  ]
  private static let annotations: Set<String> = ["Link", "Watermark", "Widget"]
  private static let actions: Set<String> = [
    "GoTo3DView", "GoToE", "GoToR", "Hide", "ImportData", "JavaScript", "Launch", "Movie",
    "Rendition", "RichMediaExecute", "SetOCGState", "Sound", "SubmitForm", "Thread", "Trans",
  ]

  /// Passes if nothing of the kind is there.
  static func check(_ entries: [(key: String, value: PDFScan.Value)]) throws(ScrubError) {
    let isTyped = entries.contains { entry in
      switch entry.value {
      case .name: typedByName.contains(entry.key)
      case .string, .other: typedByArray.contains(entry.key)
      }
    }
    let isAnnotation = entries.contains { $0.key == "Rect" }
    let isElement = entries.contains { $0.key == "P" }
    for (key, value) in entries {
      switch value {
      case .name(let name):
        let isForbidden =
          key == "Type" && types.contains(name)
          || key == "Subtype" && isAnnotation && !annotations.contains(name)
          || key == "S" && !isElement && actions.contains(name)
        if isForbidden { throw ResidueVerifier.residue("a forbidden kind of object") }
      case .string where texts.contains(key), .string where key.hasPrefix("PTEX"):
        throw ResidueVerifier.residue("a text about the document")
      case .string, .other:
        if keys.contains(key) || isTyped && shortKeys.contains(key) {
          throw ResidueVerifier.residue("a forbidden entry")
        }
      }
    }
  }
}
