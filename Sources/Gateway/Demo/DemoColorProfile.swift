// An sRGB-like ICC profile with what screens add to one: a maker's name, a serial number, a date.

/// Writes a version 2 profile with a private tag.
enum DemoColorProfile {
  /// The profile.
  static func bytes() -> [UInt8] {
    let curve = Array("curv\0\0\0\0".utf8) + big(1) + [2, 0x33, 0, 0]
    let tags: [(String, [UInt8])] = [
      ("desc", described("Nordlicht Survey GmbH")),
      ("cprt", Array("text\0\0\0\0".utf8) + padded("Erika Mustermann")),
      ("mmod", Array("mmod\0\0\0\0".utf8) + padded("DISPLAY-SERIAL-99")),
      ("wtpt", xyz(0xf351, 0x10000, 0x116cc)), ("rXYZ", xyz(0x6fa2, 0x38f5, 0x0390)),
      ("gXYZ", xyz(0x6299, 0xb785, 0x18da)), ("bXYZ", xyz(0x24a0, 0x0f84, 0xb6cf)),
      ("rTRC", curve), ("gTRC", curve), ("bTRC", curve),
    ]
    var table = big(tags.count)
    var data: [UInt8] = []
    for (name, content) in tags {
      table += Array(name.utf8) + big(128 + 4 + 12 * tags.count + data.count) + big(content.count)
      data += content
    }
    var header = big(128 + table.count + data.count) + Array("lcms".utf8) + big(0x0210_0000)
    header += Array("mntrRGB XYZ ".utf8) + [0x07, 0xea, 0, 4, 0, 1, 0, 9, 0, 30, 0, 0]
    header += Array("acspAPPL".utf8) + big(0) + Array("NLS SN47".utf8) + big(0) + big(0)
    header += big(0) + big(0xf6d6) + big(0x10000) + big(0xd32d) + Array("Erik".utf8)
    header += [UInt8](repeating: 0, count: 128 - header.count)
    return header + table + data
  }

  private static func described(_ text: String) -> [UInt8] {
    let ascii = Array(text.utf8) + [0]
    let rest = [UInt8](repeating: 0, count: 4 + 4 + 2 + 1 + 67)
    let bytes = Array("desc\0\0\0\0".utf8) + big(ascii.count) + ascii + rest
    return bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
  }

  private static func xyz(_ x: Int, _ y: Int, _ z: Int) -> [UInt8] {
    Array("XYZ \0\0\0\0".utf8) + big(x) + big(y) + big(z)
  }

  private static func padded(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8) + [0]
    return bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
  }

  private static func big(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
