// How much XML a reader accepts. A limit is the last value that passes.

/// Bounds of one document.
package struct XMLLimits: Sendable, Hashable {
  /// Length of the document in bytes.
  package var bytesMax: Int

  /// Nesting of elements; the root element is at depth 1.
  package var depthMax: Int

  /// Attributes of one tag, namespace declarations included.
  package var attributesMax: Int

  /// Length in bytes of one text, comment or attribute value, and of what `text()` collects.
  package var textBytesMax: Int

  /// Creates limits; libxml2 itself stops at depth 256 and at texts of 10 MB.
  package init(
    bytesMax: Int = 1 << 20, depthMax: Int = 32, attributesMax: Int = 64,
    textBytesMax: Int = 64 << 10
  ) {
    self.bytesMax = bytesMax
    self.depthMax = min(depthMax, 250)
    self.attributesMax = attributesMax
    self.textBytesMax = min(textBytesMax, 9 << 20)
  }
}
