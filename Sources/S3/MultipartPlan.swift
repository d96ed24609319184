// How an object is cut into parts. Pure arithmetic over the limits of S3.

/// When and how objects go up in parts.
package struct MultipartSettings: Sendable, Hashable {
  /// Objects with more bytes than this go up in parts.
  package var thresholdBytes: Int64 = 16 << 20

  /// The size of a part, of which only the last may be smaller; grows for very large objects.
  package var partBytes: Int64 = 16 << 20

  /// Parts under way at once. A streamed source is held in memory for as many parts.
  package var partsInParallel = 4

  /// Objects with more bytes than this are copied in parts (S3 API reference, CopyObject).
  package var copyBytesMax: Int64 = 5 << 30

  /// The size of a copied part.
  package var copyPartBytes: Int64 = 512 << 20

  /// Creates the default settings.
  package init() {}
}

/// The parts of one object.
package struct MultipartPlan: Sendable, Hashable {
  /// The most parts of an object (S3 user guide, multipart upload limits).
  package static let partsMax: Int64 = 10_000

  /// The smallest part but for the last one.
  package static let partBytesMin: Int64 = 5 << 20

  /// The largest part, and the largest object of a single PUT or COPY.
  package static let partBytesMax: Int64 = 5 << 30

  /// The largest object, 5 TiB.
  package static let objectBytesMax: Int64 = 5 << 40

  /// The size of the object.
  package let size: Int64

  /// The size of each part but the last.
  package let partBytes: Int64

  /// Cuts an object of `size` bytes; nothing if it is empty or too large for the store.
  package init?(size: Int64, wishedPartBytes: Int64) {
    guard (1...MultipartPlan.objectBytesMax).contains(size) else { return nil }
    self.size = size
    // Whole MiB, so that parts stay aligned with the blocks of stores.
    let least = (size + MultipartPlan.partsMax - 1) / MultipartPlan.partsMax
    let aligned = ((least + (1 << 20) - 1) >> 20) << 20
    let wished = min(
      max(wishedPartBytes, MultipartPlan.partBytesMin), MultipartPlan.partBytesMax)
    partBytes = max(wished, aligned)
  }

  /// How many parts there are, at least 1.
  package var count: Int { Int((size + partBytes - 1) / partBytes) }

  /// The bytes of a part; parts are numbered from 1.
  package func range(of number: Int) -> Range<Int64> {
    let start = Int64(number - 1) * partBytes
    return start..<min(start + partBytes, size)
  }
}
