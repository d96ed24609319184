// `disposition EXTENSION`: file names in, one a line in base64, and their Content-Disposition out, one a
// line, for clients of others to read.

import Base
import HTTPMessage

enum Disposition {
  /// The most bytes of a line.
  private static let lineBytesMax = 65_536

  static func run(_ arguments: [String]) -> Int32 {
    guard arguments.count == 1 else {
      Main.complain("usage: postern-conformance disposition EXTENSION")
      return 2
    }
    while let line = readLine() {
      guard line.utf8.count <= lineBytesMax,
        let bytes = Base64.decode(Array(line.utf8), .standard)
      else {
        Main.complain("error: a line is no base64")
        return 1
      }
      print(
        ContentDisposition.value(
          .attachment, name: String(decoding: bytes, as: UTF8.self), fileExtension: arguments[0]))
    }
    return 0
  }
}
