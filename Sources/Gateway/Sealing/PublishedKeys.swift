// The file with a log's public keys: one line each, the present one first. Former ones stay, because
// checkpoints and receipts of their time need them.

package import AuditLog
import Base
import Glibc

/// Verification keys of one log as they are published beside it.
package enum PublishedKeys {
  /// The most keys in a file; the oldest go.
  static let keysMax = 64

  /// The largest file in bytes.
  package static let bytesMax = 65_536

  /// Reads keys, one a line.
  /// - Throws: `malformed`.
  package static func parse(_ bytes: [UInt8]) throws(AuditLogError) -> [NoteVerifier] {
    var keys = [NoteVerifier]()
    for line in bytes.split(separator: 0x0a) {
      let text = String(decoding: line, as: UTF8.self).filter { $0 != "\r" && $0 != " " }
      if !text.isEmpty { keys.append(try NoteVerifier(text)) }
    }
    guard !keys.isEmpty else { throw AuditLogError(.malformed, "there is no verification key") }
    return keys
  }

  /// Writes the keys that sign now before those that the file has.
  ///
  /// A file that names none of them is left alone, so that a swapped signing key is noticed by
  /// whoever verifies.
  static func publish(_ signing: [NoteVerifier], _ path: String) throws {
    var known = [NoteVerifier]()
    if unsafe access(path, F_OK) == 0 {
      let file = try FileDescriptor.open(path, O_RDONLY, purpose: "read the verification keys")
      known = try parse(
        try file.readAll(bytesMax: bytesMax, purpose: "read the verification keys") ?? [])
      guard known.contains(where: { signing.contains($0) }) else { return }
    }
    let all = Array((signing + known.filter { !signing.contains($0) }).prefix(keysMax))
    guard all != known else { return }
    let text = all.map { $0.description + "\n" }.joined()
    // A hidden name: what has no point in front is a log or a log's keys.
    let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    try FileDescriptor.replace(
      path, by: String(path[..<slash] + "." + path[slash...]), Array(text.utf8), mode: 0o644,
      purpose: "publish the verification keys")
  }
}
