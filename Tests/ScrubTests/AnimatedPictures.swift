// GIF and WebP files built from nothing: pictures of one pixel in every container that is known to
// carry metadata, and the same files without it.

import Testing

/// A file with planted texts and its clean twin.
struct PlantedFile: CustomTestStringConvertible, Sendable {
  let name: String
  let planted: [UInt8]
  let clean: [UInt8]

  var testDescription: String { name }

  /// The text that is planted everywhere, and never kept.
  static let text = "Erika Mustermann 48.137154"
  static let words = Array(text.utf8)

  static let animated = [
    PlantedFile(name: "gif", planted: GIFSample.planted, clean: GIFSample.clean),
    PlantedFile(
      name: "webp still", planted: WebPSample.still(isPlanted: true),
      clean: WebPSample.still(isPlanted: false)),
    PlantedFile(
      name: "webp animation", planted: WebPSample.animation(isPlanted: true),
      clean: WebPSample.animation(isPlanted: false)),
    PlantedFile(
      name: "webp simple",
      planted: WebPSample.file(
        WebPSample.lossless, WebPSample.chunk("EXIF", PlantedFile.words),
        WebPSample.chunk("XMP ", PlantedFile.words)),
      clean: WebPSample.file(WebPSample.lossless)),
  ]
}

/// GIF blocks.
enum GIFSample {
  /// Screen of 1 x 1 with two colours.
  static let screen = Array("GIF89a".utf8) + [1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]
  static let control: [UInt8] = [0x21, 0xf9, 4, 1, 10, 0, 1, 0]
  static let image: [UInt8] = [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0]
  static let loop = application("NETSCAPE2.0", [[1, 3, 0]])
  static let comment = [0x21, 0xfe] + blocks([PlantedFile.words])

  static func blocks(_ parts: [[UInt8]]) -> [UInt8] {
    parts.flatMap { [UInt8($0.count)] + $0 } + [0]
  }

  static func application(_ name: String, _ parts: [[UInt8]]) -> [UInt8] {
    [0x21, 0xff, UInt8(name.utf8.count)] + Array(name.utf8) + blocks(parts)
  }

  /// XMP lies bare behind the name; the bytes 1, 255...0, 0 bring readers of sub-blocks to its end.
  static let xmp: [UInt8] =
    [0x21, 0xff, 11] + Array("XMP DataXMP<?xpacket?>".utf8) + PlantedFile.words
    + [1] + (0...255).reversed().map { UInt8($0) } + [0]

  static let clean = screen + loop + control + image + control + image + [0x3b]

  static let planted =
    screen + comment + application("NETSCAPE2.0", [[1, 3, 0], [2, 0, 0, 1, 0]]) + control + comment
    + image + xmp + application("MGK8BIM0000", [PlantedFile.words]) + control + image
    + application("C2PA_GIF\u{1}\u{0}\u{0}", [PlantedFile.words])
    + [0x21, 0xf0] + blocks([PlantedFile.words]) + [0x3b] + PlantedFile.words
}

/// WebP chunks.
enum WebPSample {
  /// One pixel, lossy.
  static let lossy = chunk(
    "VP8 ",
    [
      0x30, 1, 0, 0x9d, 1, 0x2a, 1, 0, 1, 0, 2, 0, 0x34, 0x25, 0xa4, 0, 3, 0x70, 0, 0xfe, 0xfb,
      0xfd, 0x50, 0,
    ])
  /// One pixel, lossless; an odd number of bytes.
  static let lossless = chunk(
    "VP8L", [0x2f, 0, 0, 0, 0x10, 7, 0x10, 0x11, 0x11, 0x88, 0x88, 0xfe, 7])
  static let alpha = chunk("ALPH", [0, 255])
  static let control = chunk("ANIM", [0, 0, 0, 0, 2, 0])

  static func chunk(_ name: String, _ payload: [UInt8], padding: UInt8 = 0) -> [UInt8] {
    Array(name.utf8) + little(payload.count) + payload
      + (payload.count.isMultiple(of: 2) ? [] : [padding])
  }

  static func file(_ chunks: [UInt8]...) -> [UInt8] {
    let body = chunks.flatMap { $0 }
    return Array("RIFF".utf8) + little(body.count + 4) + Array("WEBP".utf8) + body
  }

  static func header(_ flags: UInt8, reserved: UInt8 = 0) -> [UInt8] {
    chunk("VP8X", [flags, reserved, 0, 0, 0, 0, 0, 0, 0, 0])
  }

  static func frame(_ flags: UInt8, _ chunks: [UInt8]) -> [UInt8] {
    chunk("ANMF", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100, 0, 0, flags] + chunks)
  }

  static func still(isPlanted: Bool) -> [UInt8] {
    guard isPlanted else { return file(header(0x10), alpha, lossy) }
    return file(
      header(0x1d, reserved: 7), chunk("LIST", PlantedFile.words), alpha, lossy,
      chunk("EXIF", Array("Exif\0\0".utf8) + PlantedFile.words), chunk("XMP ", PlantedFile.words),
      chunk("XMP\0", PlantedFile.words), chunk("C2PA", PlantedFile.words),
      chunk("PSAI", PlantedFile.words)) + PlantedFile.words
  }

  static func animation(isPlanted: Bool) -> [UInt8] {
    guard isPlanted else {
      return file(header(0x12), control, frame(2, alpha + lossy), frame(1, lossless))
    }
    let noise = chunk("note", PlantedFile.words)
    return file(
      header(0x16), control, frame(0xfe, noise + alpha + lossy), noise,
      frame(0x81, lossless + noise), chunk("EXIF", PlantedFile.words))
  }
}
