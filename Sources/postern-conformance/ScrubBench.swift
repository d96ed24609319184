// `postern-conformance bench-scrub [MiB [FOLDER]]`: how fast scrubbing is, hashing of both sides included, and
// whether memory stays flat. The pictures are made in memory: valid structure, random picture data.

import Base
import CSystem
import Glibc
import Scrub

/// Times the scrubber on one large JPEG and PNG, a scanned PDF and a PDF of text.
enum ScrubBench {
  /// Takes the size in MiB (default 256); prints one line per format. The documents are left in the
  /// folder, so that other programs can be timed on them.
  static func run(_ arguments: [String]) async -> Int32 {
    guard let size = Int(arguments.first ?? "256"), (1...1024).contains(size) else {
      Main.complain("usage: postern-conformance bench-scrub [MiB, 1...1024]")
      return 2
    }
    do {
      let scrubber = try MetadataScrubber()
      let kinds: [(String, (Int) -> [UInt8])] = [
        ("jpeg", jpeg), ("png", png), ("scan", scan), ("text", { _ in BenchDocuments.text() }),
      ]
      for (name, make) in kinds {
        let input = try temporaryFile()
        defer { close(input) }
        let bytes = make(size << 20)
        try fill(input, with: bytes)
        if arguments.count > 1, bytes.starts(with: "%PDF".utf8) {
          try keep(bytes, at: arguments[1] + "/" + name + ".pdf")
        }
        let output = try temporaryFile()
        defer { close(output) }
        try write("5", to: "/proc/self/clear_refs")
        let resident = try kibibytes("VmRSS:")
        let before = processorSeconds()
        let report = try scrubber.scrub(.descriptor(input), to: output)
        let seconds = processorSeconds() - before
        let growth = try kibibytes("VmHWM:") - resident
        print(
          "\(name) bytes=\(report.bytesIn) cpu_s=\(seconds)",
          "MB/s=\(Int(Double(report.bytesIn) / 1e6 / seconds)) rss_growth_KiB=\(growth)")
      }
      return 0
    } catch {
      Main.complain("error: \(error)")
      return 1
    }
  }

  /// `RUSAGE_SELF`, which is imported as another type than the call takes.
  private static let ownProcess: Int32 = 0

  private struct FileError: Error { let code: Int32 }

  /// User and system time of this process.
  private static func processorSeconds() -> Double {
    var usage = rusage()
    unsafe getrusage(ownProcess, &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  /// A line of /proc/self/status. Writing 5 to clear_refs sets the peak back to the present.
  private static func kibibytes(_ field: String) throws -> Int {
    let file = unsafe open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw FileError(code: errno) }
    defer { close(file) }
    var text = [UInt8](repeating: 0, count: 8192)
    let count = unsafe read(file, &text, text.count)
    let lines = String(decoding: text.prefix(max(0, count)), as: UTF8.self).split(separator: "\n")
    let words = lines.first { $0.hasPrefix(field) }?.split { $0 == " " || $0 == "\t" } ?? []
    guard words.count == 3, let value = Int(words[1]) else { throw FileError(code: EPROTO) }
    return value
  }

  private static func write(_ text: String, to path: String) throws {
    let file = unsafe open(path, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { throw FileError(code: errno) }
    defer { close(file) }
    try fill(file, with: Array(text.utf8))
  }

  private static func keep(_ bytes: [UInt8], at path: String) throws {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw FileError(code: errno) }
    defer { close(file) }
    try fill(file, with: bytes)
  }

  private static func temporaryFile() throws -> Int32 {
    let descriptor = unsafe open("/dev/shm", postern_O_TMPFILE | O_RDWR, 0o600)
    guard descriptor >= 0 else { throw FileError(code: errno) }
    return descriptor
  }

  private static func fill(_ descriptor: Int32, with bytes: [UInt8]) throws {
    var done = 0
    while done < bytes.count {
      // `done` is below the count, so pointer and length stay inside the array.
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress.map { unsafe $0 + done }, $0.count - done)
      }
      guard count > 0 else { throw FileError(code: errno) }
      done += count
    }
  }

  /// Random bytes from a fixed seed (xorshift64*), the same in every run.
  private static func noise(_ count: Int) -> [UInt8] {
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
      for index in 0..<count {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        unsafe buffer[index] = UInt8(truncatingIfNeeded: state &* 0x2545_f491_4f6c_dd1d >> 56)
      }
      used = count
    }
  }

  private static func jpeg(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = [0xff, 0xd8, 0xff, 0xdb, 0, 67, 0]
    bytes += [UInt8](repeating: 1, count: 64)
    bytes += [0xff, 0xe1, 0, 10, 0x45, 0x78, 0x69, 0x66, 0, 0, 0x4d, 0x4d]
    bytes += [0xff, 0xc0, 0, 11, 8, 0x20, 0, 0x0c, 0, 1, 1, 0x11, 0]
    bytes += [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]
    var data = noise(count)
    // A stuffed zero behind each 0xFF, as an encoder writes it.
    for index in 1..<data.count where data[index - 1] == 0xff { data[index] = 0 }
    data[data.count - 1] = 0
    return bytes + data + [0xff, 0xd9]
  }

  /// Pages of 2 MiB; a fifth of the size, which is a usual file and below the limit.
  private static func scan(_ count: Int) -> [UInt8] {
    BenchDocuments.scan(jpeg(2 << 20), pages: max(1, count / 5 / (2 << 20)))
  }

  private static func png(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    append("IHDR", [0, 0, 0x20, 0, 0, 0, 0x0c, 0, 8, 2, 0, 0, 0], to: &bytes)
    append("tEXt", Array("Author\0nobody".utf8), to: &bytes)
    let part = noise(64 << 10)
    for _ in 0..<(count / part.count) { append("IDAT", part, to: &bytes) }
    append("IEND", [], to: &bytes)
    return bytes
  }

  private static func append(_ name: String, _ payload: [UInt8], to bytes: inout [UInt8]) {
    func number(_ value: UInt32) -> [UInt8] {
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
    let body = Array(name.utf8) + payload
    bytes += number(UInt32(payload.count)) + body + number(Zlib.crc32(0, body.span))
  }
}
