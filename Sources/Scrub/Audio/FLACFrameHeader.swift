// The header of a FLAC frame (RFC 9639 section 9.1), as far as it tells where the next frame starts:
// which number that one has. Its own checksum makes a chance hit among the coded sound unlikely.

/// One frame header.
struct FLACFrameHeader: Equatable {
  /// The longest header: four bytes, seven of a number, two sizes of two, the checksum.
  static let bytesMax = 16

  /// True if frames are numbered by samples, as they differ in size.
  let isVariable: Bool
  /// The number of the frame, or of its first sample.
  let number: UInt64
  /// Samples of each channel.
  let blockSamples: Int

  /// The number that the next frame has.
  var nextNumber: UInt64 { number &+ (isVariable ? UInt64(blockSamples) : 1) }

  /// Reads the header at `place`; nothing if there is none.
  init?(_ bytes: Span<UInt8>, at place: Int) {
    guard place + 6 <= bytes.count, bytes[place] == 0xff, bytes[place + 1] & 0xfe == 0xf8 else {
      return nil
    }
    let sizeCode = bytes[place + 2] >> 4
    let rateCode = bytes[place + 2] & 15
    let (channelCode, depthCode) = (bytes[place + 3] >> 4, bytes[place + 3] >> 1 & 7)
    guard sizeCode > 0, rateCode < 15, channelCode < 11, depthCode != 3,
      bytes[place + 3] & 1 == 0,
      let number = FLACFrameHeader.number(bytes, at: place + 4)
    else { return nil }
    var end = place + 4 + number.bytes
    let sizeBytes = sizeCode == 6 ? 1 : sizeCode == 7 ? 2 : 0
    let rateBytes = rateCode == 12 ? 1 : rateCode > 12 ? 2 : 0
    guard end + sizeBytes + rateBytes < bytes.count else { return nil }
    var stored = 0
    for index in end..<(end + sizeBytes) { stored = stored << 8 | Int(bytes[index]) }
    end += sizeBytes + rateBytes
    let code = SlicedCRC.flacHeader.update(0, bytes.extracting(place..<end))
    guard UInt8(code >> 24) == bytes[end] else { return nil }
    isVariable = bytes[place + 1] & 1 == 1
    self.number = number.value
    blockSamples =
      switch sizeCode {
      case 1: 192
      case 2...5: 144 << Int(sizeCode)
      case 6, 7: stored + 1
      default: 1 << Int(sizeCode)
      }
  }

  /// A number of up to 36 bits, coded as UTF-8 codes characters.
  private static func number(
    _ bytes: Span<UInt8>, at place: Int
  ) -> (value: UInt64, bytes: Int)? {
    let first = bytes[place]
    if first < 0x80 { return (UInt64(first), 1) }
    let count = (~first).leadingZeroBitCount
    guard (2...7).contains(count), place + count <= bytes.count else { return nil }
    var value = count == 7 ? 0 : UInt64(first & (0x7f >> UInt8(count)))
    for index in 1..<count {
      guard bytes[place + index] & 0xc0 == 0x80 else { return nil }
      value = value << 6 | UInt64(bytes[place + index] & 0x3f)
    }
    return (value, count)
  }
}
