// What a dropped key counts as in the report.

import ScrubContract

extension PDFWalk {
  /// Keys that are written anew or mean nothing once their neighbours are gone.
  private static let structural: Set<String> = [
    "Count", "DL", "DecodeParms", "Filter", "First", "IDTree", "Kids", "Length", "Limits", "Name",
    "Parent", "ParentTree", "ParentTreeNextKey", "Popup", "SigFlags", "Size", "Type",
  ]

  private static let classes: [String: CarrierClass] = [
    "AA": .action, "AF": .attachment, "CO": .action, "CreationDate": .time, "EF": .attachment,
    "ID": .identifier, "JS": .action, "LastModified": .time, "M": .time, "Metadata": .xmp,
    "OpenAction": .action, "Thumb": .thumbnail,
  ]

  private static let details: Set<String> = ["CreationDate", "M", "NM", "PA", "RC", "Subj", "T"]

  /// Counts a key that no rule names.
  func note(_ key: String, _ slot: PDFSlot) {
    if PDFWalk.structural.contains(key) { return }
    if PDFWalk.details.contains(key), slot == .link || slot == .field || slot == .watermark {
      return tally.add(.annotationDetails)
    }
    tally.add(PDFWalk.classes[key] ?? .vendor)
  }
}
