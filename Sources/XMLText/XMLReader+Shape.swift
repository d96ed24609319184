// Steps for documents of a known shape: elements that hold either elements or text. Comments and
// processing instructions are passed over. Mixed content is refused, not guessed at.

extension XMLReader {
  /// Moves to the root element and returns it; throws `xml-unexpected-element` for another name.
  ///
  /// Call it once, first. An empty `name` accepts any root.
  @discardableResult
  package func root(named name: String = "") throws(XMLError) -> XMLElement {
    while let event = try next() {
      guard case .start(let element) = event else { continue }
      guard name.isEmpty || element.local == name else {
        throw XMLError(.unexpectedElement, "the root element is not \(name)")
      }
      return element
    }
    throw XMLError(.malformed, "the document has no root element")
  }

  /// Opens the next child of the open element; nothing once that element has closed.
  ///
  /// Each child must then be consumed by `text()`, `skip()` or its own `nextChild()` loop.
  /// Throws `xml-unexpected-text` for text between children.
  package func nextChild() throws(XMLError) -> XMLElement? {
    while let event = try next() {
      switch event {
      case .start(let element): return element
      case .end: return nil
      case .text(let text):
        guard text.utf8.allSatisfy({ $0 == 0x20 || (0x09...0x0d).contains($0) }) else {
          throw XMLError(.unexpectedText, "text where only elements belong")
        }
      case .comment, .instruction: continue
      }
    }
    return nil
  }

  /// The text of the open element, up to and including its end.
  ///
  /// Throws `xml-unexpected-element` for a child and `xml-text-too-long`.
  package func text() throws(XMLError) -> String {
    var result = ""
    while let event = try next() {
      switch event {
      case .text(let piece):
        result += piece
        guard result.utf8.count <= textBytesMax else {
          throw XMLError(.textTooLong, "a text is longer than \(textBytesMax) bytes")
        }
      case .start: throw XMLError(.unexpectedElement, "an element where only text belongs")
      case .end: return result
      case .comment, .instruction: continue
      }
    }
    return result
  }

  /// Passes over the rest of the open element, up to and including its end.
  package func skip() throws(XMLError) {
    let target = depth - 1
    while depth > target {
      guard try next() != nil else { return }
    }
  }

  /// Reads to the end, so that what follows is known to be well-formed; refuses more elements.
  package func finish() throws(XMLError) {
    while let event = try next() {
      guard case .start = event else { continue }
      throw XMLError(.unexpectedElement, "an element where the document should end")
    }
  }
}
