// Small pictures for tests of logos: right in their parts, with pixels that nobody decodes.

import Base

/// Files of pictures.
package enum Logos {
  /// A PNG with a side of `width`, `pixels` bytes of image data and more chunks before them.
  package static func png(
    width: UInt32 = 64, pixels: Int = 20, extra: [(String, [UInt8])] = []
  ) -> [UInt8] {
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    file += chunk("IHDR", word(width) + word(16) + [8, 2, 0, 0, 0])
    for (name, content) in extra { file += chunk(name, content) }
    file += chunk("IDAT", [UInt8](repeating: 0x5A, count: pixels))
    return file + chunk("IEND", [])
  }

  /// A JPEG of 16 by 16 pixels with more segments behind its start.
  package static func jpeg(extra: [(UInt8, [UInt8])] = []) -> [UInt8] {
    var file: [UInt8] = [0xFF, 0xD8]
    file += segment(0xE0, Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0])
    for (marker, content) in extra { file += segment(marker, content) }
    file += segment(0xDB, [0] + [UInt8](repeating: 1, count: 64))
    file += segment(0xC0, [8, 0, 16, 0, 16, 1, 1, 0x11, 0])
    file += segment(0xC4, [0] + [UInt8](repeating: 0, count: 16))
    file += segment(0xDA, [1, 1, 0, 0, 63, 0])
    return file + [0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD0, 0x56, 0xFF, 0xD9]
  }

  private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + content
    return word(UInt32(content.count)) + body + word(CRC32.checksum(body.span))
  }

  private static func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
    let length = content.count + 2
    return [0xFF, marker, UInt8(length >> 8), UInt8(length & 0xFF)] + content
  }

  private static func word(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
