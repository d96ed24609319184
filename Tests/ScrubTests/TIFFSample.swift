// TIFF files built from nothing: both byte orders, both widths of offsets, pages with strips and tiles,
// with every kind of field that carries more than the picture.

import Gateway

/// Builds a TIFF.
struct TIFFSample {
  /// A field; its bytes are given with the most significant byte first.
  struct Field {
    let tag: Int
    let type: Int
    let values: [Int]
    var bytes: [UInt8]?

    init(_ tag: Int, _ type: Int, _ values: [Int]) {
      (self.tag, self.type, self.values) = (tag, type, values)
    }

    init(_ tag: Int, _ type: Int, bytes: [UInt8]) {
      (self.tag, self.type, self.values, self.bytes) = (tag, type, [], bytes)
    }
  }

  struct Page {
    var fields: [Field]
    var strips: [[UInt8]]
    var isTiled = false
  }

  var isLittleEndian = true
  var isBig = false
  var pages: [Page] = [grey]
  /// Bytes between the structures and behind them, where nobody reads.
  var gap: [UInt8] = []

  /// 8 x 4 grey pixels of one byte in two strips.
  static let grey = Page(
    fields: [
      Field(256, 3, [8]), Field(257, 3, [4]), Field(258, 3, [8]), Field(259, 3, [1]),
      Field(262, 3, [1]), Field(277, 3, [1]), Field(278, 3, [2]), Field(282, 5, [300, 1]),
    ],
    strips: [(0..<16).map { 100 + $0 }, (0..<16).map { 200 + $0 }])

  static func text(_ tag: Int) -> Field { Field(tag, 2, bytes: PlantedFile.words + [0]) }

  /// Fields that go: texts, XMP, IPTC, Photoshop, EXIF, positions, a smaller picture, a private one.
  static let planted: [Field] =
    [269, 270, 271, 272, 285, 305, 306, 315, 316, 333, 33_432, 42_112, 65_000].map(text)
    + [700, 33_723, 34_377, 37_724].map { Field($0, 1, bytes: PlantedFile.words) }
    + [34_665, 34_853, 330].map { Field($0, 4, [8]) }
    + [33_550, 33_922, 34_264].map { Field($0, 12, bytes: Array(repeating: 65, count: 48)) }
    + [Field(34_735, 3, [1, 1, 0, 0]), text(34_737)]

  var bytes: [UInt8] {
    var header: [UInt8] = isLittleEndian ? [0x49, 0x49] : [0x4d, 0x4d]
    header += number(isBig ? 43 : 42, 2) + (isBig ? number(8, 2) + number(0, 2) : [])
    let start = header.count + width + gap.count
    var sizes: [Int] = []
    for page in pages { sizes.append(directory(page, [], at: 0, next: 0).count + gap.count) }
    var data = start + sizes.reduce(0, +)
    var body: [UInt8] = []
    var strips: [UInt8] = []
    var place = start
    for (index, page) in pages.enumerated() {
      var offsets: [Int] = []
      for strip in page.strips {
        offsets.append(strip.isEmpty ? 0 : data)
        strips += strip + gap
        data += strip.count + gap.count
      }
      let next = index + 1 < pages.count ? place + sizes[index] : 0
      body += directory(page, offsets, at: place, next: next) + gap
      place += sizes[index]
    }
    return header + number(start, width) + gap + body + strips + gap
  }

  private var width: Int { isBig ? 8 : 4 }

  private func number(_ value: Int, _ width: Int) -> [UInt8] {
    isLittleEndian ? little(value, width) : big(value, width)
  }

  private func directory(_ page: Page, _ offsets: [Int], at place: Int, next: Int) -> [UInt8] {
    let type = isBig ? 16 : 4
    let lengths = page.strips.map(\.count)
    let places = offsets.isEmpty ? lengths : offsets
    let fields =
      (page.fields + [
        Field(page.isTiled ? 324 : 273, type, places),
        Field(page.isTiled ? 325 : 279, type, lengths),
      ]).sorted { $0.tag < $1.tag }
    var entries = number(fields.count, isBig ? 8 : 2)
    var values: [UInt8] = []
    let end = place + entries.count + fields.count * (isBig ? 20 : 12) + width
    for field in fields {
      let size = [1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 7: 1, 12: 8, 16: 8][field.type] ?? 1
      let bytes = field.bytes ?? field.values.flatMap { number($0, size) }
      let unit = field.type == 5 ? 8 : size
      entries += number(field.tag, 2) + number(field.type, 2)
      entries += number(bytes.count / unit, width)
      if bytes.count <= width {
        entries += bytes + [UInt8](repeating: 0, count: width - bytes.count)
      } else {
        entries += number(end + values.count, width)
        values += bytes
        if !values.count.isMultiple(of: 2) { values.append(0) }
      }
    }
    return entries + number(next, width) + values
  }
}

extension PlantedFile {
  /// Two pages in each byte order and width.
  static let tiffs = [(true, false), (false, false), (true, true), (false, true)].map {
    order, big in
    var clean = TIFFSample(isLittleEndian: order, isBig: big)
    var second = TIFFSample.grey
    second.isTiled = true
    second.fields = second.fields.filter { $0.tag != 278 }
    second.fields += [TIFFSample.Field(322, 3, [16]), TIFFSample.Field(323, 3, [16])]
    second.strips = [(0...255).map { UInt8($0) }]
    clean.pages.append(second)
    var planted = clean
    for page in planted.pages.indices { planted.pages[page].fields += TIFFSample.planted }
    planted.gap = PlantedFile.words
    let name = "tiff\(big ? " big" : "")\(order ? " little" : "")"
    return PlantedFile(name: name, planted: planted.bytes, clean: clean.bytes)
  }
}
