// The INI file that the AWS tools call "shared credentials file". Pure except for the one read.

import Glibc

enum SharedCredentialsFile {
  /// The largest file that is read.
  static let bytesMax = 64 << 10

  /// The text of the file; nothing if there is none. Throws `credentials-invalid` for a file that
  /// cannot be read, is too large or is not UTF-8.
  static func read(_ path: String) throws(S3Error) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw S3Error(.credentialsInvalid)
    }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: bytesMax + 1)
    var count = 0
    while count < bytes.count {
      let part = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(
          descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
      }
      if part < 0, errno == EINTR { continue }
      guard part >= 0 else { throw S3Error(.credentialsInvalid) }
      if part == 0 { break }
      count += part
    }
    guard count <= bytesMax, let text = String(validating: bytes[..<count], as: UTF8.self) else {
      throw S3Error(.credentialsInvalid)
    }
    return text
  }

  /// The values of one profile, names in lower case; the last of two equal names counts.
  static func values(of profile: String, in text: String) -> [String: String] {
    var values: [String: String] = [:]
    var isInside = false
    for line in text.split(whereSeparator: \.isNewline) {
      let line = trimmed(line)
      if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
      if line.hasPrefix("[") {
        let name = trimmed(line.dropFirst().prefix { $0 != "]" })
        isInside = name == profile || name == "profile " + profile
        continue
      }
      guard isInside, let sign = line.firstIndex(of: "=") else { continue }
      let name = trimmed(line[..<sign]).lowercased()
      values[name] = String(trimmed(line[line.index(after: sign)...]))
    }
    return values
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while let first = text.first, first == " " || first == "\t" { text = text.dropFirst() }
    while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
    return text
  }
}
