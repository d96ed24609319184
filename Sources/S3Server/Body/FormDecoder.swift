// `multipart/form-data` bodies of browser uploads (RFC 7578, RFC 2046 section 5.1): small fields,
// then one file whose bytes are passed on as they come. A state machine without I/O. What stands
// behind the file is ignored, as S3 does.

import HTTPMessage

/// Decodes one form.
package struct FormDecoder: Sendable {
  /// What was found next.
  package enum Step: Sendable, Equatable {
    /// A field, its name in lower case.
    case field(name: String, value: [UInt8])
    /// The file begins; its name and media type as the browser told them.
    case file(name: String, type: String?)
    /// Bytes of the file.
    case data([UInt8])
    /// More bytes are needed.
    case needsMore
    /// The file is complete.
    case end
    /// The form is not acceptable; stop reading.
    case refused
  }

  /// Bytes of all fields, names and framing in front of the file: S3 allows 20 KB.
  package static let fieldsBytesMax = 20 << 10
  /// Bytes of the head of one part.
  package static let partHeadBytesMax = 2048
  /// Fields in front of the file.
  package static let fieldsMax = 100
  /// Bytes of a body besides its file.
  static let overheadBytesMax: Int64 = 64 << 10

  private enum State {
    case start, head
    case field(String)
    case file, behindBoundary, done, refused
  }

  private let boundary: [UInt8]
  private var buffer = [UInt8]()
  private var position = 0
  private var state = State.start
  private var framingBytes = 0
  private var fields = 0

  /// Takes the boundary of a Content-Type value; nothing unless it has one of 1 to 70 characters.
  package init?(contentType: String) {
    guard let parameters = FormDecoder.parameters(of: Array(contentType.utf8)),
      parameters.value.lowercased() == "multipart/form-data",
      let boundary = parameters.named["boundary"], (1...70).contains(boundary.utf8.count)
    else { return nil }
    self.boundary = Array("\r\n--".utf8) + boundary.utf8
    // The first boundary may stand at the very start: an empty line in front makes it like others.
    buffer = [13, 10]
  }

  /// Adds bytes of the body.
  package mutating func append(_ bytes: [UInt8]) {
    buffer.removeFirst(position)
    position = 0
    buffer += bytes
  }

  /// Takes the next step in the bytes that were added.
  package mutating func next() -> Step {
    while true {
      switch state {
      case .done: return .end
      case .refused: return .refused
      case .start:
        guard let isBoundary = startsWithBoundary() else { return .needsMore }
        take(boundary.count)
        state = isBoundary ? .behindBoundary : .refused
      case .behindBoundary:
        guard buffer.count - position >= 2 else { return .needsMore }
        // Two hyphens would end the form, but no file was there yet.
        let isNext = buffer[position] == 13 && buffer[position + 1] == 10
        take(2)
        state = isNext ? .head : .refused
      case .head:
        guard let step = takeHead() else { return .needsMore }
        if let step { return step }
      case .field(let name):
        guard let end = find(boundary) else {
          guard framingBytes + buffer.count - position <= FormDecoder.fieldsBytesMax else {
            state = .refused
            continue
          }
          return .needsMore
        }
        let value = Array(buffer[position..<end])
        take(end - position + boundary.count)
        guard framingBytes <= FormDecoder.fieldsBytesMax else {
          state = .refused
          continue
        }
        state = .behindBoundary
        return .field(name: name, value: value)
      case .file: return takeData()
      }
    }
  }

  /// Reads the head of a part: nothing if it is not whole, else the step that it gives, if any.
  private mutating func takeHead() -> Step?? {
    guard let end = find([13, 10, 13, 10]) else {
      guard buffer.count - position <= FormDecoder.partHeadBytesMax else {
        state = .refused
        return .some(nil)
      }
      return nil
    }
    let head = buffer[position..<end]
    take(end - position + 4)
    fields += 1
    guard head.count <= FormDecoder.partHeadBytesMax, fields <= FormDecoder.fieldsMax,
      let part = FormDecoder.part(of: head)
    else {
      state = .refused
      return .some(nil)
    }
    guard part.name == "file" else {
      state = .field(part.name)
      return .some(nil)
    }
    state = .file
    return .some(.file(name: part.fileName ?? "", type: part.type))
  }

  private mutating func takeData() -> Step {
    let end = find(boundary)
    // What may be the start of the boundary waits for the rest.
    let stop = end ?? max(position, buffer.count - boundary.count + 1)
    let data = Array(buffer[position..<stop])
    position = stop
    if end != nil { state = .done }
    guard data.isEmpty else { return .data(data) }
    return end == nil ? .needsMore : .end
  }

  private mutating func take(_ count: Int) {
    position += count
    framingBytes += count
  }

  private func startsWithBoundary() -> Bool? {
    let bytes = buffer[position...]
    guard bytes.count >= boundary.count else {
      return boundary.starts(with: bytes) ? nil : false
    }
    return bytes.starts(with: boundary)
  }

  /// Where `pattern` starts, from the position on.
  private func find(_ pattern: [UInt8]) -> Int? {
    let bytes = buffer.span
    guard let first = pattern.first else { return nil }
    var start = position
    while start + pattern.count <= bytes.count {
      if bytes[start] == first {
        var length = 1
        while length < pattern.count, bytes[start + length] == pattern[length] { length += 1 }
        if length == pattern.count { return start }
      }
      start += 1
    }
    return nil
  }

  private static func part(of head: ArraySlice<UInt8>)
    -> (name: String, fileName: String?, type: String?)?
  {
    var (name, fileName, type) = (String?.none, String?.none, String?.none)
    for line in head.split(separator: 13, omittingEmptySubsequences: true) {
      let line = line.first == 10 ? line.dropFirst() : line
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
      let value = Array(line[(colon + 1)...].drop { $0 == 0x20 })
      switch String(decoding: line[..<colon], as: UTF8.self).lowercased() {
      case "content-disposition":
        guard name == nil, let parameters = parameters(of: value),
          parameters.value == "form-data"
        else { return nil }
        name = parameters.named["name"]?.lowercased()
        fileName = parameters.named["filename"]
      case "content-type": type = String(decoding: value, as: UTF8.self)
      default: continue
      }
    }
    return name.map { ($0, fileName, type) }
  }

  /// Splits `value; a=b; c="d"`; nothing if it is malformed or a name occurs twice.
  private static func parameters(of bytes: [UInt8]) -> (value: String, named: [String: String])? {
    var pieces = [[UInt8]()]
    var isQuoted = false
    for byte in bytes {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if byte == UInt8(ascii: ";"), !isQuoted {
        pieces.append([])
      } else {
        pieces[pieces.count - 1].append(byte)
      }
    }
    guard !isQuoted, pieces.count <= 8 else { return nil }
    var named = [String: String]()
    for piece in pieces.dropFirst() {
      let piece = piece.drop { $0 == 0x20 || $0 == 9 }
      guard let cut = piece.firstIndex(of: UInt8(ascii: "=")) else { return nil }
      var value = piece[(cut + 1)...]
      if value.first == UInt8(ascii: "\"") {
        guard value.count >= 2, value.last == UInt8(ascii: "\"") else { return nil }
        value = value.dropFirst().dropLast()
      }
      let name = String(decoding: piece[..<cut], as: UTF8.self).lowercased()
      guard let text = String(validating: value, as: UTF8.self),
        named.updateValue(text, forKey: name) == nil
      else { return nil }
    }
    return (String(decoding: pieces[0], as: UTF8.self), named)
  }
}
