// A TIFF laid out anew: the header, then each directory with its values behind it, then the strips in
// their order. Nothing lies between the structures but a zero where a value must start at an even
// place, so there is no room for what nobody reads.

/// A field as it is written.
struct TIFFValue {
  let tag: Int
  let type: TIFFType
  let count: Int
  let bytes: [UInt8]
}

/// A strip or tile, wherever it is used.
struct TIFFData {
  /// Where it lies in the input, without bytes that a decoder does not read.
  let range: Range<Int>
  /// JPEG streams are written by their own scrubber.
  let isJPEG: Bool
  /// Bytes of it in the output.
  let count: Int
}

/// A picture as it is written.
struct TIFFPage {
  var values: [TIFFValue] = []
  var isTiled = false
  /// The strips or tiles, as indices; nothing where a file leaves one out.
  var pieces: [Int?] = []
}

/// Writes pages and data.
struct TIFFWriter {
  private let layout: TIFFLayout
  private let data: [TIFFData]
  private var places: [Int] = []

  init(_ layout: TIFFLayout, data: [TIFFData]) {
    self.layout = layout
    self.data = data
  }

  /// Writes all but the data, which the caller writes in its order at once behind.
  mutating func write(_ pages: [TIFFPage], to sink: ByteSink) throws(ScrubError) {
    var starts = [layout.headerBytes]
    for page in pages { starts.append(starts[starts.count - 1] + bytes(of: page)) }
    var place = starts[pages.count]
    for item in data {
      places.append(place)
      place += item.count
    }
    guard layout.isBig || place <= Int(UInt32.max) else {
      throw ScrubError(.tooLarge, "The file is too large for its format.")
    }
    try sink.append(layout.header)
    for (index, page) in pages.enumerated() {
      let next = index + 1 < pages.count ? starts[index + 1] : 0
      try sink.append(directory(page, at: starts[index], next: next))
    }
  }

  private func directory(_ page: TIFFPage, at start: Int, next: Int) -> [UInt8] {
    let values = (page.values + pieceFields(page)).sorted { $0.tag < $1.tag }
    var bytes = layout.bytes(values.count, width: layout.countBytes)
    var behind: [UInt8] = []
    let end = start + directoryBytes(values.count)
    for value in values {
      bytes += layout.bytes(value.tag, width: 2) + layout.bytes(value.type.rawValue, width: 2)
      bytes += layout.bytes(value.count, width: layout.offsetBytes)
      if value.bytes.count <= layout.offsetBytes {
        bytes += value.bytes
        bytes += [UInt8](repeating: 0, count: layout.offsetBytes - value.bytes.count)
      } else {
        bytes += layout.bytes(end + behind.count, width: layout.offsetBytes)
        behind += value.bytes
        if !behind.count.isMultiple(of: 2) { behind.append(0) }
      }
    }
    return bytes + layout.bytes(next, width: layout.offsetBytes) + behind
  }

  private func bytes(of page: TIFFPage) -> Int {
    let piecesBytes = page.pieces.count * layout.offsetBytes
    let lengths = page.values.map(\.bytes.count) + [piecesBytes, piecesBytes]
    return lengths.reduce(directoryBytes(lengths.count)) { total, length in
      length <= layout.offsetBytes ? total : total + length + length % 2
    }
  }

  private func directoryBytes(_ entries: Int) -> Int {
    layout.countBytes + entries * layout.entryBytes + layout.offsetBytes
  }

  /// Where the strips or tiles are and how long each is.
  private func pieceFields(_ page: TIFFPage) -> [TIFFValue] {
    let tags =
      page.isTiled
      ? [TIFFTag.tileOffsets, TIFFTag.tileByteCounts]
      : [TIFFTag.stripOffsets, TIFFTag.stripByteCounts]
    let offsets = page.pieces.map { $0.map { places[$0] } ?? 0 }
    let counts = page.pieces.map { $0.map { data[$0].count } ?? 0 }
    return zip(tags, [offsets, counts]).map { tag, numbers in
      TIFFValue(
        tag: tag, type: layout.isBig ? .long8 : .long, count: numbers.count,
        bytes: numbers.flatMap { layout.bytes($0, width: layout.offsetBytes) })
    }
  }
}
