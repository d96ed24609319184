// The first pass over a PDF: which pages there are, what they inherit, and which annotations of
// theirs are kept. What only deleted pages reach is found by no page of this list and so goes.

import ScrubContract

/// The pages of a PDF in their order.
struct PDFPages {
  /// Attributes that a page takes from its ancestors (ISO 32000-2 table 31).
  static let inheritable = ["CropBox", "MediaBox", "Resources", "Rotate"]

  private static let depthMax = 64
  private static let rememberedMax = 4096
  private static let embedded: Set<String> = [
    "3D", "FileAttachment", "Movie", "RichMedia", "Screen", "Sound",
  ]

  /// An inherited value and the node that it stands in.
  struct Inherited {
    let node: PDFObjectID
    let value: PDFValue
  }

  private(set) var pages: [PDFObjectID] = []
  /// What each page takes from its ancestors if it has none of its own.
  private(set) var inherited: [PDFObjectID: [String: Inherited]] = [:]
  /// The one slot of an object that must be written once, however it is reached.
  private(set) var slots: [PDFObjectID: PDFSlot] = [:]
  private(set) var tally = CarrierTally()

  /// The first pages as they were read, so that most documents are read once.
  private(set) var dictionaries: [PDFObjectID: PDFDictionary] = [:]

  private let file: PDFFile
  private let partsMax: Int
  private var nodes: Set<PDFObjectID> = []
  private var lists: Set<PDFObjectID> = []

  init(_ file: PDFFile, root: PDFObjectID, partsMax: Int) throws(ScrubError) {
    self.file = file
    self.partsMax = partsMax
    try walk(root, inherited: [:], depth: 0)
  }

  /// Takes a page out of those that are remembered.
  mutating func take(_ id: PDFObjectID) -> PDFDictionary? { dictionaries.removeValue(forKey: id) }

  /// Fixes the slot of an object.
  mutating func fix(_ id: PDFObjectID, _ slot: PDFSlot) { slots[id] = slot }

  private mutating func walk(
    _ id: PDFObjectID, inherited: [String: Inherited], depth: Int
  ) throws(ScrubError) {
    guard depth <= PDFPages.depthMax else { throw PDFPages.malformed("too deep") }
    guard let node = try file.object(id).value.dictionary else {
      throw PDFPages.malformed("not a tree of dictionaries")
    }
    guard nodes.insert(id).inserted else { throw PDFPages.malformed("no tree") }
    guard nodes.count <= partsMax else { throw PDFWalk.tooMany(partsMax) }
    guard let kids = node["Kids"] else { return try add(id, node, inherited: inherited) }
    var inherited = inherited
    for key in PDFPages.inheritable {
      if let value = node[key] { inherited[key] = Inherited(node: id, value: value) }
    }
    for kid in try PDFPages.resolved(kids, file).array ?? [] {
      guard let kid = kid.reference else { throw PDFPages.malformed("not made of objects") }
      try walk(kid, inherited: inherited, depth: depth + 1)
    }
  }

  private static func malformed(_ what: String) -> ScrubError {
    ScrubError(.malformedPDF, "The page tree is \(what).")
  }

  private mutating func add(
    _ id: PDFObjectID, _ page: PDFDictionary, inherited: [String: Inherited]
  ) throws(ScrubError) {
    pages.append(id)
    self.inherited[id] = inherited
    if dictionaries.count < PDFPages.rememberedMax { dictionaries[id] = page }
    slots[id] = .page
    guard let list = page["Annots"] else { return }
    // A list that several pages name is looked at once.
    if let id = list.reference, !lists.insert(id).inserted { return }
    for annotation in try PDFPages.resolved(list, file).array ?? [] {
      guard let dictionary = try PDFPages.resolved(annotation, file).dictionary else { continue }
      if let slot = PDFPages.slot(of: dictionary) {
        if let id = annotation.reference { slots[id] = slot }
      } else {
        let subtype = dictionary["Subtype"]?.name ?? ""
        tally.add(PDFPages.embedded.contains(subtype) ? .attachment : .annotation)
      }
    }
  }

  /// The slot of an annotation that is kept.
  static func slot(of annotation: PDFDictionary) -> PDFSlot? {
    switch annotation["Subtype"]?.name {
    case "Link": .link
    case "Widget": .field
    case "Watermark": .watermark
    default: nil
    }
  }

  /// The value that a reference leads to; a reference to a reference leads nowhere.
  static func resolved(_ value: PDFValue, _ file: PDFFile) throws(ScrubError) -> PDFValue {
    guard let id = value.reference else { return value }
    let object = try file.object(id)
    return object.isStream || object.value.reference != nil ? .null : object.value
  }
}
