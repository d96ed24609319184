// Random access to an input of any size through one small window: for files whose parts name each
// other by offset and that are too large to be mapped. Memory does not grow with the file.

import Glibc

/// Numbers and stretches of an input, read at any place. Every read is checked against the end.
final class FileWindow {
  private static let windowBytes = 64 * 1024

  private let input: ScrubInput
  private var window: [UInt8] = []
  private var windowStart = 0

  /// How many bytes the input has.
  let count: Int

  /// Measures the input; `too-large`, `input-output`.
  init(_ input: ScrubInput, bytesMax: Int) throws(ScrubError) {
    self.input = input
    switch input {
    case .bytes(let bytes): count = bytes.count
    case .descriptor(let descriptor): count = Int(lseek(descriptor, 0, SEEK_END))
    }
    guard count >= 0 else { throw ScrubError(.inputOutput, "The input cannot be read.") }
    guard count <= bytesMax else {
      throw ScrubError(.tooLarge, "The file has more than \(bytesMax) bytes.")
    }
  }

  /// The unsigned number of `width` bytes (1 to 8) at `place`, most significant byte first;
  /// `truncated` behind the end.
  func number(at place: Int, width: Int) throws(ScrubError) -> UInt64 {
    try need(place, width)
    var value: UInt64 = 0
    for index in (place - windowStart)..<(place - windowStart + width) {
      value = value << 8 | UInt64(window[index])
    }
    return value
  }

  /// The unsigned number of `width` bytes (1 to 8) at `place` for those who step from one place to the
  /// next far behind it: the window stays where it is, if the place is not in it.
  func glance(at place: Int, width: Int) throws(ScrubError) -> UInt64 {
    let isNear = place >= windowStart && place - windowStart < 2 * FileWindow.windowBytes
    guard !isNear, case .descriptor(let descriptor) = input, place >= 0, place <= count - width
    else { return try number(at: place, width: width) }
    var bytes: UInt64 = 0
    let got = unsafe withUnsafeMutableBytes(of: &bytes) { target in
      // `width` is at most the eight bytes of the number.
      unsafe pread(descriptor, target.baseAddress, width, place)
    }
    guard got == width else { return try number(at: place, width: width) }
    return bytes.bigEndian >> UInt64(64 - 8 * width)
  }

  /// The number of up to 4 bytes at `place`.
  func integer(at place: Int, width: Int = 4) throws(ScrubError) -> Int {
    precondition(width <= 4, "longer numbers do not always fit")
    return Int(try number(at: place, width: width))
  }

  /// A copy of `range`, whose size the caller has checked against a limit.
  func copy(_ range: Range<Int>) throws(ScrubError) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    try forEach(range) { result.append(contentsOf: $0) }
    return result
  }

  /// True if all bytes in `range` are zero.
  func isZero(_ range: Range<Int>) throws(ScrubError) -> Bool {
    var isZero = true
    var place = range.lowerBound
    while isZero, place < range.upperBound {
      let size = min(FileWindow.windowBytes, range.upperBound - place)
      try forEach(place..<(place + size)) { slice in
        isZero = isZero && slice.allSatisfy { $0 == 0 }
      }
      place += size
    }
    return isZero
  }

  private func forEach(
    _ range: Range<Int>, _ body: (ArraySlice<UInt8>) -> Void
  ) throws(ScrubError) {
    var place = range.lowerBound
    while place < range.upperBound {
      let size = min(FileWindow.windowBytes, range.upperBound - place)
      try need(place, size)
      let start = place - windowStart
      body(window[start..<(start + size)])
      place += size
    }
  }

  /// Moves the window so that `length` bytes (64 KiB at most) at `place` lie in it.
  private func need(_ place: Int, _ length: Int) throws(ScrubError) {
    if place >= windowStart, place + length <= windowStart + window.count { return }
    guard place >= 0, length >= 0, length <= count, place <= count - length else {
      throw ScrubError(.truncated, "The file ends in the middle of a structure.")
    }
    let size = min(FileWindow.windowBytes, count - place)
    switch input {
    case .bytes(let bytes): window = Array(bytes[place..<(place + size)])
    case .descriptor(let descriptor): try read(descriptor, at: place, size: size)
    }
    windowStart = place
  }

  private func read(_ descriptor: Int32, at place: Int, size: Int) throws(ScrubError) {
    if window.count != size { window = [UInt8](repeating: 0, count: size) }
    var done = 0
    while done < size {
      // The kernel writes at most what is left of the window.
      let got = unsafe window.withUnsafeMutableBytes { bytes in
        unsafe pread(
          descriptor, bytes.baseAddress.map { unsafe $0 + done }, size - done, place + done)
      }
      if got < 0, errno == EINTR { continue }
      guard got > 0 else {
        window = []
        throw ScrubError(.inputOutput, "The input cannot be read (errno \(errno)).")
      }
      done += got
    }
  }
}
