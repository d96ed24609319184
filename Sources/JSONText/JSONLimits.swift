// How much JSON a reader is willing to take. Every reader has such limits; there is no "unlimited".

/// The bounds of a JSON text.
package struct JSONLimits: Sendable, Equatable {
  /// The most bytes of the whole text.
  package var bytesMax: Int

  /// The most objects and arrays that enclose a value; a bare `1` has depth 0. At most 256.
  package var depthMax: Int

  /// The most characters of one number.
  package var numberBytesMax: Int

  /// The most members of one object, and the most elements of one array.
  package var entriesMax: Int

  /// Creates limits; `depthMax` is cut at 256, because the reader calls itself once a level.
  package init(
    bytesMax: Int, depthMax: Int = 16, numberBytesMax: Int = 32, entriesMax: Int = 1024
  ) {
    self.bytesMax = bytesMax
    self.depthMax = min(depthMax, 256)
    self.numberBytesMax = numberBytesMax
    self.entriesMax = entriesMax
  }

  /// Request bodies of the HTTP interface: 64 KiB, 16 deep, 1024 entries.
  package static let request = JSONLimits(bytesMax: 65_536)

  /// The configuration file and answers of servers that we chose: 1 MiB, 32 deep, 16384 entries.
  package static let configuration = JSONLimits(
    bytesMax: 1_048_576, depthMax: 32, numberBytesMax: 64, entriesMax: 16_384)
}
