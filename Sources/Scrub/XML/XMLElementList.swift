// The small documents that packages are held together by: one element with empty ones inside.

import ScrubContract

/// A list of elements without content, in the form in which all XML is written.
struct XMLElementList {
  private let root: String
  private var output: [UInt8]

  init(root: String, namespace: String, attributes: [(String, String)] = []) {
    self.root = root
    output = Array("\(XMLOutput.declaration)<\(root)".utf8)
    append([("xmlns" + (root.contains(":") ? ":" + root.prefix { $0 != ":" } : ""), namespace)])
    append(attributes)
    output.append(UInt8(ascii: ">"))
  }

  /// Adds an element.
  mutating func add(_ name: String, _ attributes: [(String, String)]) {
    output += "<\(name)".utf8
    append(attributes)
    output += "/>".utf8
  }

  private mutating func append(_ attributes: [(String, String)]) {
    for (name, value) in attributes {
      output += " \(name)=\"".utf8
      for byte in value.utf8 {
        if let reference = XMLOutput.reference(byte, isAttribute: true) {
          output += "\(reference)".utf8
        } else {
          output.append(byte)
        }
      }
      output.append(UInt8(ascii: "\""))
    }
  }

  /// The document.
  consuming func finish() -> [UInt8] { output + "</\(root)>".utf8 }
}
