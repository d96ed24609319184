// `postern-conformance bench-scrub FILE...`: what scrubbing each file costs, hashing of both sides
// included, and whether memory stays flat. Scrubber only, in this process; the second reading is not
// timed.

import Base
import CSystem
import Glibc
import Scrub

/// Times the scrubber.
enum ScrubBench {
  /// Prints one line per file: its size, seconds of processor time, growth of memory.
  static func run(_ arguments: [String]) async -> Int32 {
    guard !arguments.isEmpty else {
      Main.complain("usage: postern-conformance bench-scrub FILE...")
      return 2
    }
    do {
      let scrubber = try MetadataScrubber()
      for path in arguments {
        let input = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw FileError(code: errno) }
        defer { close(input) }
        let output = try temporaryFile()
        defer { close(output) }
        try write("5", to: "/proc/self/clear_refs")
        let resident = try kibibytes("VmRSS:")
        let before = processorSeconds()
        let report = try scrubber.scrub(.descriptor(input), to: output, fileName: path)
        let seconds = processorSeconds() - before
        let growth = try kibibytes("VmHWM:") - resident
        print("bytes=\(report.bytesIn) cpu_s=\(seconds) rss_growth_KiB=\(growth)")
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
}
