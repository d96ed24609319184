// Which items of a HEIF or AVIF file are needed to show its pictures: the pictures that a viewer
// offers, what they are put together from, and their transparency. Metadata, thumbnails, depth maps,
// mattes and gain maps that only their metadata explains are not among them.

/// The items that stay.
struct HEIFSelection {
  private static let coded: Set<BoxType> = ["hvc1", "hev1", "lhv1", "av01", "avc1", "vvc1", "jpeg"]
  private static let derived: Set<BoxType> = ["grid", "iovl", "iden", "tmap"]
  /// References from a kept item that stay.
  private static let references: Set<BoxType> = ["dimg", "auxl", "prem", "base", "tbas"]

  private(set) var kept: Set<Int> = []
  private let items: HEIFItems

  /// - Parameter alphas: The items that are the transparency of others, by their properties.
  init(_ items: HEIFItems, primary: Int, alphas: Set<Int>) throws(ScrubError) {
    self.items = items
    var helpers: Set<Int> = []
    var next: [Int: [Int]] = [:]
    for reference in items.references {
      switch reference.type {
      case "thmb": helpers.insert(reference.from)
      case "auxl":
        helpers.insert(reference.from)
        guard alphas.contains(reference.from) else { continue }
        for target in reference.to { next[target, default: []].append(reference.from) }
      case "dimg", "base", "tbas": next[reference.from, default: []] += reference.to
      default: break
      }
    }
    var waiting = [primary]
    for (id, item) in items.items where !item.isHidden && !helpers.contains(id) {
      if HEIFSelection.isPicture(item.type) { waiting.append(id) }
    }
    while let id = waiting.popLast() {
      guard let item = items.items[id], HEIFSelection.isPicture(item.type) else {
        throw ScrubError(
          .encodingNotSupported, "A picture is missing or of a coding that is not accepted.")
      }
      if kept.insert(id).inserted { waiting += next[id] ?? [] }
    }
  }

  private static func isPicture(_ type: BoxType) -> Bool {
    coded.contains(type) || derived.contains(type)
  }

  /// The reference as it stays; nothing if it goes.
  func kept(_ reference: HEIFReference) -> HEIFReference? {
    guard HEIFSelection.references.contains(reference.type), kept.contains(reference.from) else {
      return nil
    }
    let to = reference.to.filter(kept.contains)
    return to.isEmpty ? nil : HEIFReference(type: reference.type, from: reference.from, to: to)
  }

  /// The class that a dropped item counts as.
  func carrier(of id: Int) -> CarrierClass {
    switch items.items[id]?.type {
    case "Exif": .exif
    case "mime": .xmp
    case "uri ", "jumb": .provenance
    case "grid", "hvc1", "av01", "avc1", "jpeg":
      items.references.contains { $0.type == "thmb" && $0.from == id } ? .thumbnail : .secondImage
    default: .vendor
    }
  }
}
