// `postern-conformance scrub IN OUT`: scrubs a folder tree so that a checker can compare both sides.
// Scrubber and verifier run in this process, without the sandbox that the gateway puts them in.

import Base
import Glibc
import JSONText
import Scrub

/// Scrubs every regular file below a folder; symbolic links are not followed.
enum ScrubTree {
  /// Takes the input and the output folder; exit code 0 if every file was scrubbed or refused.
  static func run(_ arguments: [String]) async -> Int32 {
    guard arguments.count == 2 else {
      Main.complain("usage: postern-conformance scrub IN OUT")
      return 2
    }
    do {
      let scrubber = try MetadataScrubber()
      for path in try regularFiles(below: arguments[0]) {
        let line = try scrub(path, arguments[0], arguments[1], scrubber)
        print(line)
      }
      return 0
    } catch {
      Main.complain("error: \(error)")
      return 1
    }
  }

  private struct FileError: Error, CustomStringConvertible {
    let path: String
    let code: Int32
    var description: String { "\(path): errno \(code)" }
  }

  private static func scrub(
    _ path: String, _ root: String, _ target: String, _ scrubber: MetadataScrubber
  ) throws -> String {
    let input = try opened(root + "/" + path, O_RDONLY | O_NOFOLLOW)
    defer { close(input) }
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("path", path)
    switch proven(input, path, scrubber) {
    case .success(let result):
      writer.member("outcome", "clean")
      result.report.write(to: &writer)
      try store(result.bytes, at: target + "/" + path)
    case .failure(let refusal):
      writer.member("outcome", "refused")
      writer.member("code", refusal.code.rawValue)
      writer.member("type", refusal.detectedType)
      writer.member("detail", refusal.detail)
    }
    writer.endObject()
    return writer.text
  }

  private static func proven(
    _ input: Int32, _ path: String, _ scrubber: MetadataScrubber
  ) -> Result<(bytes: [UInt8], report: ScrubReport), ScrubError> {
    Result { () throws(ScrubError) in
      let result = try scrubber.scrub(.descriptor(input), fileName: path)
      let proof = try ResidueVerifier().verify(.bytes(result.bytes))
      guard proof.sha256 == result.report.sha256After else {
        throw ScrubError(.residueFound, "Scrubber and verifier read different bytes.")
      }
      return result
    }
  }

  private static func store(_ bytes: [UInt8], at path: String) throws {
    let folders = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    for depth in folders.indices {
      let folder = folders[...depth].joined(separator: "/")
      // The part before the first slash of an absolute path is empty.
      if folder.isEmpty { continue }
      guard unsafe mkdir(folder, 0o755) == 0 || errno == EEXIST else {
        throw FileError(path: folder, code: errno)
      }
    }
    let output = try opened(path, O_WRONLY | O_CREAT | O_TRUNC)
    defer { close(output) }
    var done = 0
    while done < bytes.count {
      // `done` is below the count, so pointer and length stay inside the array.
      let count = unsafe bytes.withUnsafeBytes {
        unsafe write(output, $0.baseAddress.map { unsafe $0 + done }, $0.count - done)
      }
      guard count > 0 else { throw FileError(path: path, code: errno) }
      done += count
    }
  }

  private static func opened(_ path: String, _ flags: Int32) throws -> Int32 {
    let descriptor = unsafe open(path, flags | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError(path: path, code: errno) }
    return descriptor
  }

  /// The bytes of a file; nothing if there are more than `bytesMax`.
  static func content(_ path: String, bytesMax: Int) throws -> [UInt8]? {
    let input = try opened(path, O_RDONLY | O_NOFOLLOW)
    defer { close(input) }
    var bytes = [UInt8](repeating: 0, count: bytesMax + 1)
    var count = 0
    while count <= bytesMax {
      // Never more than the rest of the array.
      let got = unsafe bytes.withUnsafeMutableBytes {
        unsafe read(input, $0.baseAddress.map { unsafe $0 + count }, $0.count - count)
      }
      guard got >= 0 else { throw FileError(path: path, code: errno) }
      if got == 0 { return Array(bytes[..<count]) }
      count += got
    }
    return nil
  }

  /// Relative paths in byte order, so that two runs print the same lines.
  static func regularFiles(below root: String) throws -> [String] {
    var files: [String] = []
    var folders = [""]
    while let folder = folders.popLast() {
      let path = folder.isEmpty ? root : root + "/" + folder
      guard let names = FolderNames.read(path) else { throw FileError(path: path, code: errno) }
      for name in names {
        let relative = folder.isEmpty ? name : folder + "/" + name
        var status = stat()
        guard unsafe lstat(root + "/" + relative, &status) == 0 else {
          throw FileError(path: relative, code: errno)
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: folders.append(relative)
        case S_IFREG: files.append(relative)
        default: break
        }
      }
    }
    return files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
