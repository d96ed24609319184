// Writes a PDF anew: streams one after the other, all other objects packed into object streams, one
// cross-reference stream at the end (ISO 32000-2 sections 7.5.7 and 7.5.8). The bytes depend on the
// objects and their order only; there is no date, no name and no chance in them.

import Cryptography

/// Writes one file from front to back.
struct PDFWriter {
  private static let objectsPerStream = 200
  private static let header = "%PDF-"

  /// Where an object lies.
  private enum Place {
    case none
    case offset(Int)
    case packed(stream: Int, index: Int)
  }

  private let sink: ByteSink
  private var places: [Place] = [.none]
  private var packed: [(number: Int, text: [UInt8])] = []
  private var structure = SHA256()

  /// The number that the next object gets.
  var nextNumber: Int { places.count }

  init(_ sink: ByteSink, version: String) throws(ScrubError) {
    self.sink = sink
    // The second line tells transfer programs that the file is binary.
    try sink.append((PDFWriter.header + version + "\n%").utf8)
    try sink.append([0xe2, 0xe3, 0xcf, 0xd3, 0x0a])
  }

  /// Takes the next free number.
  mutating func reserve() -> Int {
    places.append(.none)
    return places.count - 1
  }

  /// Writes an object that is no stream.
  mutating func add(_ value: PDFValue, as number: Int) throws(ScrubError) {
    var text: [UInt8] = []
    value.write(to: &text)
    packed.append((number, text))
    if packed.count == PDFWriter.objectsPerStream { try flush() }
  }

  /// Writes a stream; the length is added to its dictionary.
  mutating func add(
    _ dictionary: PDFDictionary, data: UnsafeRawBufferPointer, as number: Int
  ) throws(ScrubError) {
    try begin(dictionary, length: data.count, as: number)
    // The caller keeps the buffer alive during the call.
    try unsafe sink.append(data)
    try end()
  }

  mutating func add(
    _ dictionary: PDFDictionary, data: [UInt8], as number: Int
  ) throws(ScrubError) {
    try begin(dictionary, length: data.count, as: number)
    try sink.append(data)
    try end()
  }

  private mutating func begin(
    _ dictionary: PDFDictionary, length: Int, as number: Int
  ) throws(ScrubError) {
    places[number] = .offset(sink.bytesWritten)
    var dictionary = dictionary
    dictionary.set("Length", .integer(length))
    var text = Array("\(number) 0 obj\n".utf8)
    PDFValue.dictionary(dictionary).write(to: &text)
    structure.update(text.span)
    text += "\nstream\n".utf8
    try sink.append(text)
  }

  private func end() throws(ScrubError) {
    try sink.append("\nendstream\nendobj\n".utf8)
  }

  /// Packs the waiting objects into one stream.
  private mutating func flush() throws(ScrubError) {
    guard !packed.isEmpty else { return }
    let stream = reserve()
    var index: [UInt8] = []
    var body: [UInt8] = []
    for (position, object) in packed.enumerated() {
      places[object.number] = .packed(stream: stream, index: position)
      index += "\(object.number) \(body.count) ".utf8
      body += object.text
      body.append(0x0a)
    }
    let dictionary = PDFDictionary(entries: [
      ("Type", .name("ObjStm")), ("N", .integer(packed.count)), ("First", .integer(index.count)),
      ("Filter", .name("FlateDecode")),
    ])
    structure.update(body.span)
    packed = []
    try add(dictionary, data: PDFWriter.deflated(index + body), as: stream)
  }

  static func deflated(_ bytes: [UInt8]) throws(ScrubError) -> [UInt8] {
    guard let data = Zlib.deflate(bytes, level: 4) else {
      throw ScrubError(.tooLarge, "The PDF needs more memory than a worker may use.")
    }
    return data
  }

  /// Writes what waits, the cross-reference stream and the end; returns the identifier.
  mutating func finish(root: Int) throws(ScrubError) -> [UInt8] {
    try flush()
    let number = reserve()
    let start = sink.bytesWritten
    places[number] = .offset(start)
    var table: [UInt8] = []
    table.reserveCapacity(places.count * 7)
    for place in places {
      switch place {
      case .none: PDFWriter.append(0, 0, 0, to: &table)
      case .offset(let offset): PDFWriter.append(1, offset, 0, to: &table)
      case .packed(let stream, let index): PDFWriter.append(2, stream, index, to: &table)
      }
    }
    // The identifier comes from the content, so that it tells nothing about copies or origin.
    structure.update(table.span)
    let bytes = Array(structure.finalize().bytes.prefix(16))
    let identifier = PDFValue.string(bytes)
    let dictionary = PDFDictionary(entries: [
      ("Type", .name("XRef")), ("Size", .integer(places.count)),
      ("W", .array([.integer(1), .integer(4), .integer(2)])),
      ("Root", .reference(PDFObjectID(number: Int32(truncatingIfNeeded: root), generation: 0))),
      ("ID", .array([identifier, identifier])), ("Filter", .name("FlateDecode")),
    ])
    try add(dictionary, data: PDFWriter.deflated(table), as: number)
    try sink.append("startxref\n\(start)\n%%EOF\n".utf8)
    return bytes
  }

  private static func append(_ kind: UInt8, _ middle: Int, _ last: Int, to table: inout [UInt8]) {
    table.append(kind)
    for shift in [24, 16, 8, 0] { table.append(UInt8(truncatingIfNeeded: middle >> shift)) }
    table.append(UInt8(truncatingIfNeeded: last >> 8))
    table.append(UInt8(truncatingIfNeeded: last))
  }
}
