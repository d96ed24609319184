// The filters that may stand in front of a picture's own coding (ISO 32000-2 section 7.4), undone in
// memory, and the check that a deflated stream is whole, ends where its data end and is no bomb.

import CZlib
import ScrubContract

/// How many more bytes the streams of one file may unpack to.
struct PDFBudget {
  private(set) var bytesLeft: Int

  init(bytesMax: Int) { bytesLeft = bytesMax }

  /// Takes bytes from the budget; `decompression-bomb` if there are not so many left.
  mutating func take(_ count: Int) throws(ScrubError) {
    bytesLeft -= count
    guard bytesLeft >= 0 else {
      throw ScrubError(.decompressionBomb, "The streams of the PDF unpack to too many bytes.")
    }
  }
}

/// Filters without a library.
enum PDFFilters {
  private static let outputBytes = 128 * 1024

  /// Unpacks a zlib stream to its end, shows the output in pieces, and returns how many bytes of
  /// the input belong to it; nothing if it is broken or not whole.
  static func inflate(
    _ input: UnsafeRawBufferPointer, budget: inout PDFBudget,
    _ body: (Span<UInt8>) throws(ScrubError) -> Void
  ) throws(ScrubError) -> Int? {
    guard input.count <= Int(UInt32.max) else { return nil }
    var stream = unsafe z_stream()
    guard unsafe postern_inflate_init(&stream) == Z_OK else { return nil }
    defer { unsafe inflateEnd(&stream) }
    var output = [UInt8](repeating: 0, count: outputBytes)
    // zlib does not write to its input; the C type lacks the const.
    unsafe stream.next_in = UnsafeMutablePointer(
      mutating: input.bindMemory(to: UInt8.self).baseAddress)
    unsafe stream.avail_in = UInt32(input.count)
    while true {
      // The output buffer is borrowed for one call and has the size that zlib is told.
      let code = unsafe output.withUnsafeMutableBufferPointer { buffer in
        unsafe stream.next_out = buffer.baseAddress
        unsafe stream.avail_out = UInt32(buffer.count)
        return unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
      }
      let count = outputBytes - Int(unsafe stream.avail_out)
      try budget.take(count)
      try body(output.span.extracting(0..<count))
      if code == Z_STREAM_END { return input.count - Int(unsafe stream.avail_in) }
      let left = Int(unsafe stream.avail_in)
      guard code == Z_OK, count > 0 || left > 0 else { return nil }
    }
  }

  /// Undoes one filter completely.
  static func decode(
    _ filter: String, _ input: [UInt8], budget: inout PDFBudget, bytesMax: Int
  ) throws(ScrubError) -> [UInt8]? {
    switch filter {
    case "FlateDecode":
      var output: [UInt8] = []
      let end = try unsafe withBytes(of: input) { (bytes) throws(ScrubError) in
        try unsafe inflate(bytes, budget: &budget) { (piece: Span<UInt8>) throws(ScrubError) in
          guard output.count + piece.count <= bytesMax else {
            throw ScrubError(.tooLarge, "A stream unpacks to more than \(bytesMax) bytes.")
          }
          unsafe piece.withUnsafeBufferPointer { unsafe output.append(contentsOf: $0) }
        }
      }
      return end == nil ? nil : output
    case "ASCIIHexDecode": return hexadecimal(input)
    case "ASCII85Decode": return base85(input)
    default: return nil
    }
  }

  /// `withUnsafeBytes` with a typed error.
  static func withBytes<Result>(
    of bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(ScrubError) -> Result
  ) throws(ScrubError) -> Result {
    let result = unsafe bytes.withUnsafeBytes { buffer in
      Swift.Result { () throws(ScrubError) in try unsafe body(buffer) }
    }
    return try result.get()
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    [0, 0x09, 0x0a, 0x0c, 0x0d, 0x20].contains(byte)
  }

  private static func hexadecimal(_ input: [UInt8]) -> [UInt8]? {
    var digits: [UInt8] = []
    for byte in input where !isSpace(byte) {
      if byte == 0x3e { break }
      guard let digit = PDFText.nibble(byte) else { return nil }
      digits.append(digit)
    }
    // A missing last digit is zero.
    if !digits.count.isMultiple(of: 2) { digits.append(0) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  private static func base85(_ input: [UInt8]) -> [UInt8]? {
    var output: [UInt8] = []
    output.reserveCapacity(input.count / 5 * 4 + 4)
    var group: [UInt64] = []
    func flush() -> Bool {
      guard group.count != 1 else { return false }
      let padded = group + [UInt64](repeating: 84, count: 5 - group.count)
      let value = padded.reduce(0) { $0 * 85 + $1 }
      guard value <= UInt64(UInt32.max) else { return false }
      for index in 0..<(group.count - 1) {
        output.append(UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt64(index))))
      }
      group.removeAll(keepingCapacity: true)
      return true
    }
    for byte in input where !isSpace(byte) {
      switch byte {
      case 0x7e: return group.isEmpty || flush() ? output : nil
      case 0x7a where group.isEmpty: output += [0, 0, 0, 0]
      case 0x21...0x75:
        group.append(UInt64(byte - 0x21))
        if group.count == 5, !flush() { return nil }
      default: return nil
      }
    }
    return group.isEmpty || flush() ? output : nil
  }
}
