// The container of WebP and WAV: chunks of a name, a length (little-endian) and a payload, padded to
// an even length, inside one chunk whose length covers them all. Read by place, written anew.

/// Four bytes that name a chunk.
struct RIFFName: Hashable {
  let code: UInt32

  init(_ code: UInt32) { self.code = code }

  init(_ name: StaticString) {
    code = name.withUTF8Buffer { letters in
      unsafe letters.reduce(0) { $0 << 8 | UInt32($1) }
    }
  }

  /// The bytes in the order in which they stand in a file.
  var bytes: [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: code >> $0) } }
}

/// A chunk as it lies in the file.
struct RIFFChunk {
  static let headerBytes = 8

  let name: RIFFName
  /// Where its content is, without padding.
  let payload: Range<Int>
}

/// The chunks of one file.
struct RIFFFile {
  /// Bytes in front of the first chunk: `RIFF`, a length, the name of the form.
  static let headerBytes = 12

  /// The chunks of the form, in their order.
  let chunks: [RIFFChunk]
  /// Where the form ends; bytes behind it belong to no structure.
  let end: Int

  /// Lists the chunks of a file of this form; their content is not read.
  /// - Throws: `malformed-file`, `truncated` if the file is shorter than its length says,
  ///   `too-many-parts`.
  init(_ file: FileBytes, form: RIFFName, limits: ScrubLimits) throws(ScrubError) {
    guard try file.copy(0..<4).elementsEqual("RIFF".utf8),
      RIFFName(UInt32(try file.number(at: 8, width: 4))) == form
    else { throw ScrubError(.malformedFile, "The file does not start with a chunk of its type.") }
    let length = Int(try file.number(at: 4, width: 4, isLittleEndian: true))
    guard length >= 4 else { throw RIFFFile.malformed }
    // The padding of the last chunk is often missing, or not counted.
    end = RIFFChunk.headerBytes + length
    guard end <= file.count else {
      throw ScrubError(.truncated, "The file ends in the middle of a structure.")
    }
    chunks = try RIFFFile.chunks(
      in: RIFFFile.headerBytes..<end, of: file, chunksMax: limits.partsMax)
  }

  /// Lists the chunks in a range, which they must fill.
  /// - Throws: `malformed-file`, `too-many-parts`.
  static func chunks(
    in range: Range<Int>, of file: FileBytes, chunksMax: Int
  ) throws(ScrubError) -> [RIFFChunk] {
    var chunks: [RIFFChunk] = []
    var place = range.lowerBound
    while place < range.upperBound {
      guard range.upperBound - place >= RIFFChunk.headerBytes else { throw malformed }
      guard chunks.count < chunksMax else {
        throw ScrubError(.tooManyParts, "The file has more than \(chunksMax) chunks.")
      }
      let name = RIFFName(UInt32(try file.number(at: place, width: 4)))
      let length = Int(try file.number(at: place + 4, width: 4, isLittleEndian: true))
      let start = place + RIFFChunk.headerBytes
      guard length <= range.upperBound - start else { throw malformed }
      chunks.append(RIFFChunk(name: name, payload: start..<(start + length)))
      place = min(start + length + length % 2, range.upperBound)
    }
    return chunks
  }

  private static var malformed: ScrubError {
    ScrubError(.malformedFile, "A chunk is longer than what it lies in.")
  }
}

/// Chunks to be written: the length of all stands before the first, so they are gathered first and
/// their bytes are copied from the input only when they are written.
struct RIFFWriter {
  private enum Piece {
    case bytes([UInt8])
    case copied(Range<Int>)

    var count: Int {
      switch self {
      case .bytes(let bytes): bytes.count
      case .copied(let range): range.count
      }
    }
  }

  private var pieces: [Piece] = []

  /// How many bytes the chunks have, with their headers and padding.
  private(set) var count = 0

  /// Appends a chunk of our own.
  mutating func append(_ name: RIFFName, _ payload: [UInt8]) {
    add(.bytes(RIFFWriter.header(name, payload.count) + payload + padding(payload.count)))
  }

  /// Appends a chunk of the input with its payload as it is; the padding is zero.
  mutating func append(_ chunk: RIFFChunk) {
    add(.bytes(RIFFWriter.header(chunk.name, chunk.payload.count)))
    add(.copied(chunk.payload))
    add(.bytes(padding(chunk.payload.count)))
  }

  /// Appends a chunk that starts with bytes of our own and goes on with chunks.
  mutating func append(_ name: RIFFName, _ start: [UInt8], _ inner: RIFFWriter) {
    precondition(start.count.isMultiple(of: 2), "chunks start at even places")
    add(.bytes(RIFFWriter.header(name, start.count + inner.count) + start))
    for piece in inner.pieces { add(piece) }
  }

  /// Writes the file; `too-large` if its length does not fit into its field.
  func write(form: RIFFName, from file: FileBytes, to sink: ByteSink) throws(ScrubError) {
    guard count <= Int(UInt32.max) - 4 else {
      throw ScrubError(.tooLarge, "The file is too large for its format.")
    }
    try sink.append(RIFFWriter.header(RIFFName("RIFF"), count + 4) + form.bytes)
    for piece in pieces {
      switch piece {
      case .bytes(let bytes): try sink.append(bytes)
      case .copied(let range):
        try unsafe file.withBytes { (all: UnsafeRawBufferPointer) throws(ScrubError) in
          // The range was read from this file, whose end it does not pass.
          try unsafe sink.append(UnsafeRawBufferPointer(rebasing: all[range]))
        }
      }
    }
  }

  private mutating func add(_ piece: Piece) {
    pieces.append(piece)
    count += piece.count
  }

  private func padding(_ count: Int) -> [UInt8] { count.isMultiple(of: 2) ? [] : [0] }

  private static func header(_ name: RIFFName, _ count: Int) -> [UInt8] {
    name.bytes + [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: count >> $0) }
  }
}
