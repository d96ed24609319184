// A tenant's logo on the pages of its links: a small PNG or JPEG that holds pixels and nothing else.
// Its parts are walked, never decoded; what is not needed to show it is dropped, so that no metadata
// of a logo reaches a customer. SVG is not taken: it is a program.

import Base
package import Cryptography

/// A logo without metadata.
package struct LogoImage: Sendable, Hashable {
  /// The most bytes of a logo, because it travels inside of each page.
  package static let bytesMax = 16_384
  /// The most bytes of a file that a logo is made from.
  package static let sourceBytesMax = 1 << 20
  /// The most pixels of a side.
  package static let sideMax = 1024

  /// `image/png` or `image/jpeg`.
  package let mediaType: String
  /// The file.
  package let bytes: [UInt8]

  /// Takes a file that is a logo as it stands; throws `policy-invalid` for any other.
  package init(_ file: [UInt8]) throws(DeliveryError) {
    try self.init(cleaning: file)
    guard bytes == file else {
      throw LogoImage.refused(
        "holds more than pixels, such as a comment or a colour profile; `postern policy set "
          + "--logo FILE` takes that out")
    }
  }

  /// Makes a logo of a file: keeps what shows it and drops the rest.
  ///
  /// Throws `policy-invalid` for what is no PNG or JPEG, is damaged, has a side of more than 1024
  /// pixels, or more than 16 KiB that are needed.
  package init(cleaning file: [UInt8]) throws(DeliveryError) {
    guard file.count <= LogoImage.sourceBytesMax else {
      throw LogoImage.refused("has more than \(LogoImage.sourceBytesMax) bytes")
    }
    if file.starts(with: LogoImage.pngStart) {
      mediaType = "image/png"
      bytes = try LogoImage.png(file)
    } else if file.starts(with: LogoImage.jpegStart) {
      mediaType = "image/jpeg"
      bytes = try LogoImage.jpeg(file)
    } else {
      throw LogoImage.refused("is no PNG and no JPEG")
    }
    guard bytes.count <= LogoImage.bytesMax else {
      throw LogoImage.refused(
        "has \(bytes.count) bytes, at most \(LogoImage.bytesMax) are taken; make it smaller")
    }
  }

  /// Reads what `dataURL` gave; throws `policy-invalid`.
  package init(dataURL text: String) throws(DeliveryError) {
    for type in ["image/png", "image/jpeg"] {
      let start = LogoImage.start(type)
      // Longer texts are not worth decoding.
      guard text.hasPrefix(start), text.utf8.count <= LogoImage.bytesMax * 3 / 2,
        let bytes = Base64.decode(Array(text.utf8.dropFirst(start.utf8.count)), .standard)
      else { continue }
      try self.init(bytes)
      guard mediaType == type else { break }
      return
    }
    throw LogoImage.refused(
      "is not written data:image/png;base64,... or data:image/jpeg;base64,...")
  }

  /// The file as a `data:` URL (RFC 2397).
  package var dataURL: String {
    LogoImage.start(mediaType) + Base64.encode(bytes, .standard)
  }

  /// The digest of the file, by which a policy names a logo that the tenant has.
  package var sha256: SHA256Digest { SHA256.hash(bytes) }

  private static let pngStart: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  private static let jpegStart: [UInt8] = [0xFF, 0xD8, 0xFF]

  private static func start(_ type: String) -> String { "data:\(type);base64," }

  private static func refused(_ why: String) -> DeliveryError {
    DeliveryError(.policyInvalid, "The logo \(why).")
  }

  private static func check(width: Int, height: Int) throws(DeliveryError) {
    guard (1...sideMax).contains(width), (1...sideMax).contains(height) else {
      throw refused("is \(width) x \(height) pixels; a side has 1 to \(sideMax)")
    }
  }

  /// PNG (W3C, third edition, section 5): the chunks that show a still picture.
  private static func png(_ file: [UInt8]) throws(DeliveryError) -> [UInt8] {
    let kept: Set<String> = ["IHDR", "PLTE", "tRNS", "gAMA", "sRGB", "IDAT", "IEND"]
    var (output, place, isFirst) = (pngStart, pngStart.count, true)
    while place + 12 <= file.count {
      let length = number(file[place..<place + 4])
      let end = place + 12 + length
      guard end <= file.count else { break }
      let name = String(decoding: file[place + 4..<place + 8], as: UTF8.self)
      guard
        CRC32.checksum(Array(file[place + 4..<end - 4]).span)
          == UInt32(number(file[end - 4..<end]))
      else { break }
      if isFirst {
        guard name == "IHDR", length == 13 else { break }
        try check(
          width: number(file[place + 8..<place + 12]), height: number(file[place + 12..<place + 16])
        )
        isFirst = false
      }
      if kept.contains(name) {
        output += file[place..<end]
      } else if file[place + 4] & 0x20 == 0 {
        throw refused("has a part that is not known")
      }
      if name == "IEND" { return output }
      place = end
    }
    throw refused("is damaged")
  }

  /// JPEG (ITU-T T.81, annex B): the segments that show one picture, up to the end of its image.
  private static func jpeg(_ file: [UInt8]) throws(DeliveryError) -> [UInt8] {
    var output: [UInt8] = [0xFF, 0xD8]
    var (place, hasFrame) = (2, false)
    while place + 4 <= file.count, file[place] == 0xFF {
      let marker = file[place + 1]
      let end = place + 2 + number(file[place + 2..<place + 4])
      guard end <= file.count, end >= place + 4 else { break }
      switch marker {
      case 0xC0, 0xC1, 0xC2:
        guard !hasFrame, end >= place + 10 else { throw refused("is damaged") }
        try check(
          width: number(file[place + 7..<place + 9]), height: number(file[place + 5..<place + 7]))
        hasFrame = true
      case 0xDA:
        guard hasFrame else { throw refused("is damaged") }
        let scanEnd = scan(file, from: end)
        output += file[place..<scanEnd]
        if file[scanEnd...].starts(with: [0xFF, 0xD9]) { return output + [0xFF, 0xD9] }
        place = scanEnd
        continue
      case 0xC4, 0xDB, 0xDD: break
      // JFIF without a thumbnail, and Adobe's word on the colours.
      case 0xE0 where end - place == 18, 0xEE where end - place == 16: break
      case 0xE0...0xEF, 0xFE:
        place = end
        continue
      default: throw refused("has a part that is not known")
      }
      output += file[place..<end]
      place = end
    }
    throw refused("is damaged")
  }

  /// Where the entropy-coded bytes from `start` end: at a marker that is no restart.
  private static func scan(_ file: [UInt8], from start: Int) -> Int {
    var place = start
    while place + 1 < file.count {
      if file[place] == 0xFF, file[place + 1] != 0, !(0xD0...0xD7).contains(file[place + 1]) {
        return place
      }
      place += 1
    }
    return file.count
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reduce(0) { $0 << 8 | Int($1) }
  }
}
