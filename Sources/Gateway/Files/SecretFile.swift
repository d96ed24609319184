// Secrets lie in files of their own that only their owner may read. A file that others can read is
// refused: a warning would be read by nobody.

package import Base
import Glibc

/// Reads and creates files with secrets.
package enum SecretFile {
  /// The most bytes of a secret.
  private static let bytesMax = 16_384

  /// Reads a secret; one line end at the end is dropped.
  /// - Throws: `secret-unusable`.
  package static func read(_ path: String) throws(ConfigurationError) -> Secret {
    let content: [UInt8]?
    var status = stat()
    do throws(FileError) {
      // Without O_NONBLOCK a pipe in the file's place would hold the start for ever.
      let file = try FileDescriptor.open(
        path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, purpose: "open \(path)")
      guard unsafe fstat(file.number, &status) == 0 else { throw FileError("look at \(path)") }
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw FileError("read \(path), which is no regular file", number: EINVAL)
      }
      content = try file.readAll(bytesMax: bytesMax, purpose: "read \(path)")
    } catch {
      throw ConfigurationError(.secretUnusable, error.description)
    }
    guard status.st_mode & 0o077 == 0 else {
      throw ConfigurationError(
        .secretUnusable, "\(path) can be read by others: chmod 600 \(path)")
    }
    guard var bytes = content else {
      throw ConfigurationError(.secretUnusable, "\(path) is larger than \(bytesMax) bytes")
    }
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    guard !bytes.isEmpty else { throw ConfigurationError(.secretUnusable, "\(path) is empty") }
    return Secret(bytes)
  }

  /// Creates a file for a secret, durable when it returns; an existing one is an error.
  /// - Throws: A `FileError`.
  package static func create(_ path: String, _ bytes: [UInt8]) throws(FileError) {
    try FileDescriptor.create(path, bytes, mode: 0o600, purpose: "create \(path)")
  }
}
