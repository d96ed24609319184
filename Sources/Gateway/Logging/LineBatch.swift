// Lines that are written together: a system call for each would cost a busy loop as much as the lines
// themselves.

/// Lines of one loop that wait for the end of its turn.
package final class LineBatch: @unchecked Sendable {
  // Unchecked: the loop's thread alone uses it.

  /// What a pipe takes in one piece (PIPE_BUF), so that lines of two processes do not mix.
  package static let bytesMax = 4096

  private let write: @Sendable ([UInt8]) -> Void
  private var lines: [UInt8] = []

  /// Creates a batch that hands whole lines to `write`.
  package init(_ write: @escaping @Sendable ([UInt8]) -> Void) {
    self.write = write
    lines.reserveCapacity(LineBatch.bytesMax)
  }

  /// Adds a line; what would not fit with it is written first.
  package func add(_ line: [UInt8]) {
    if lines.count + line.count > LineBatch.bytesMax { flush() }
    lines.append(contentsOf: line)
  }

  /// Writes what waits.
  package func flush() {
    guard !lines.isEmpty else { return }
    write(lines)
    lines.removeAll(keepingCapacity: true)
  }
}
