// The values of a PDF (ISO 32000-2 section 7.3) and how they are written. Names are kept as libqpdf
// spells them: ASCII, everything else as #xx, so that one name has one spelling.

/// The number of an object in the input.
struct PDFObjectID: Hashable, Sendable {
  let number: Int32
  let generation: Int32
}

/// A value. References in what is read are numbers of the input, in what is written of the output.
enum PDFValue: Sendable {
  case null
  case boolean(Bool)
  case integer(Int)
  /// The digits as they stood.
  case real(String)
  /// The name without its slash.
  case name(String)
  case string([UInt8])
  case array([PDFValue])
  case dictionary(PDFDictionary)
  case reference(PDFObjectID)
}

/// Entries in the order of their keys, as libqpdf delivers them.
struct PDFDictionary: Sendable {
  var entries: [(key: String, value: PDFValue)] = []

  /// The value of a key; nothing for an absent one.
  subscript(key: String) -> PDFValue? {
    for entry in entries where entry.key == key { return entry.value }
    return nil
  }

  /// Sets a value; a new key goes behind all others.
  mutating func set(_ key: String, _ value: PDFValue) {
    if let index = entries.firstIndex(where: { $0.key == key }) {
      entries[index].value = value
    } else {
      entries.append((key, value))
    }
  }

  mutating func remove(_ key: String) { entries.removeAll { $0.key == key } }
}

extension PDFValue {
  var dictionary: PDFDictionary? {
    if case .dictionary(let value) = self { value } else { nil }
  }

  var array: [PDFValue]? {
    if case .array(let value) = self { value } else { nil }
  }

  var name: String? {
    if case .name(let value) = self { value } else { nil }
  }

  var integer: Int? {
    if case .integer(let value) = self { value } else { nil }
  }

  var string: [UInt8]? {
    if case .string(let value) = self { value } else { nil }
  }

  var reference: PDFObjectID? {
    if case .reference(let value) = self { value } else { nil }
  }

  var isNull: Bool {
    if case .null = self { true } else { false }
  }

  /// Appends the value as it stands in a file.
  func write(to bytes: inout [UInt8]) {
    switch self {
    case .null: bytes += "null".utf8
    case .boolean(let value): bytes += (value ? "true" : "false").utf8
    case .integer(let value): bytes += String(value).utf8
    case .real(let digits): bytes += digits.utf8
    case .name(let name):
      bytes.append(0x2f)
      bytes += name.utf8
    case .string(let value): PDFValue.write(string: value, to: &bytes)
    case .reference(let id):
      bytes += String(id.number).utf8
      bytes += " 0 R".utf8
    case .array(let values):
      bytes.append(0x5b)
      for (index, value) in values.enumerated() {
        if index > 0 { bytes.append(0x20) }
        value.write(to: &bytes)
      }
      bytes.append(0x5d)
    case .dictionary(let dictionary):
      bytes += "<<".utf8
      for (key, value) in dictionary.entries {
        bytes.append(0x2f)
        bytes += key.utf8
        bytes.append(0x20)
        value.write(to: &bytes)
      }
      bytes += ">>".utf8
    }
  }

  /// Text in brackets, everything else in hexadecimal: either has one spelling only.
  private static func write(string: [UInt8], to bytes: inout [UInt8]) {
    let isText = string.allSatisfy { $0 >= 0x20 && $0 < 0x7f }
    guard isText else {
      bytes.append(0x3c)
      for byte in string {
        bytes.append(hexDigits[Int(byte >> 4)])
        bytes.append(hexDigits[Int(byte & 15)])
      }
      bytes.append(0x3e)
      return
    }
    bytes.append(0x28)
    for byte in string {
      if byte == 0x28 || byte == 0x29 || byte == 0x5c { bytes.append(0x5c) }
      bytes.append(byte)
    }
    bytes.append(0x29)
  }

  private static let hexDigits = Array("0123456789abcdef".utf8)
}
