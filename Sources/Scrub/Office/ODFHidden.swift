// What an OpenDocument holds without showing it: hidden sheets, rows, columns, slides, layers, sections
// and text, and the parts of pictures that are cut off.

import XMLText

/// Looks at one tag.
enum ODFHidden {
  /// Elements that are looked at, by vocabulary and name.
  static let elements = ["text:hidden-text", "text:hidden-paragraph"]

  /// Attributes for the sake of which a tag is looked at, with the values that hide something.
  private static let values: [String: Set<String>] = [
    "table:visibility": ["collapse", "filter"], "table:display": ["false"],
    "text:display": ["none", "condition"], "presentation:visibility": ["hidden"],
    "draw:display": ["none"],
  ]
  private static let clip = "fo:clip"

  static var attributes: [String] { values.keys + [clip] }

  /// Whether what the tag stands for is not shown, or not always.
  static func hides(_ tag: XMLTag) -> Bool {
    if let name = name(tag.name), elements.contains(name) { return true }
    return tag.attributes.contains { attribute in
      name(attribute.name).flatMap { values[$0] }?.contains(attribute.value) == true
    }
  }

  /// Whether a side of a picture is cut off: `rect(0cm, 1.2cm, 0cm, 0cm)`, where less than nothing is
  /// room around it.
  static func crops(_ tag: XMLTag) -> Bool {
    guard let attribute = tag.attributes.first(where: { name($0.name) == clip }),
      let start = attribute.value.firstIndex(of: "(")
    else { return false }
    let sides = attribute.value[start...].dropFirst().split { ", )".contains($0) }
    return sides.contains { side in
      !side.hasPrefix("-") && side.contains { ("1"..."9").contains($0) }
    }
  }

  private static func name(_ name: XMLName) -> String? {
    ODFNames.vocabulary(name.namespace).map { "\($0):\(name.local)" }
  }
}
