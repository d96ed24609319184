// The start of a program touches code that it never needs again: the loader, set-up, the reading of
// settings. Those pages count as ours although the kernel could drop them at any time.

import Glibc

/// The pages of the program and its libraries.
package enum ProgramPages {
  /// The most bytes of the table of mappings that are looked at.
  private static let tableBytesMax = 262_144

  /// Lets go of all code that is mapped; what is used again comes back from the kernel's cache at its
  /// first touch. Call it once when the start is over.
  package static func releaseCode() {
    let descriptor = unsafe open("/proc/self/maps", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var table = [UInt8]()
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while table.count < tableBytesMax {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe read(descriptor, $0.baseAddress, $0.count)
      }
      guard count > 0 else { break }
      table += buffer[..<count]
    }
    for line in table.split(separator: UInt8(ascii: "\n")) { release(line) }
  }

  // `55d0a000-55d1b000 r-xp 00000000 fe:00 1234   /usr/lib/...`: code of a file. It cannot have been
  // written, so the file has all of it. Constants are left alone: some of them were relocated.
  private static func release(_ line: ArraySlice<UInt8>) {
    let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
    guard parts.count == 6, parts[1].elementsEqual("r-xp".utf8),
      parts[5].contains(UInt8(ascii: "/"))
    else { return }
    let ends = parts[0].split(separator: UInt8(ascii: "-")).map {
      UInt(String(decoding: $0, as: UTF8.self), radix: 16)
    }
    guard ends.count == 2, let start = ends[0], let end = ends[1], start < end,
      let address = unsafe UnsafeMutableRawPointer(bitPattern: start)
    else { return }
    // A refusal leaves everything as it was.
    _ = unsafe madvise(address, Int(end - start), MADV_DONTNEED)
  }
}
