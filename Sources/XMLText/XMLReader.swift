// A pull reader over libxml2's xmlTextReader. No document type, no entities, no network, no files:
// the bytes are in memory and were inspected before (`XMLInspection`). It resolves namespaces,
// checks well-formedness and leaves validation out.

import CXML

/// Reads one document from its start to its end.
///
/// Not thread-safe; use it where it was made. Usual reading of a known shape:
///
///     let reader = try XMLReader(bytes)
///     try reader.root(named: "Error")
///     while let child = try reader.nextChild() {
///       if child.local == "Code" { code = try reader.text() } else { try reader.skip() }
///     }
///     try reader.finish()
@safe package final class XMLReader {
  private let limits: XMLLimits
  // Owned: made in `init`, freed in `deinit`, never leaves this file. libxml2 reads from `buffer`.
  private let handle: xmlTextReaderPtr
  private let buffer: UnsafeMutableBufferPointer<UInt8>
  private let failure = ParserFailure()
  private var pendingEnd: XMLName?
  private var openElements = 0
  private var isAtEnd = false

  /// Checks `bytes` against the limits and prepares to read them.
  ///
  /// Throws `xml-too-large`, `xml-too-deep`, `xml-too-many-attributes`, `xml-doctype-refused`,
  /// `xml-entity-refused`, `xml-encoding-refused` or `xml-malformed`.
  package init(_ bytes: [UInt8], limits: XMLLimits = XMLLimits()) throws(XMLError) {
    try XMLInspection.check(bytes, limits: limits)
    _ = XMLReader.parserIsReady
    self.limits = limits
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, bytes.count))
    _ = unsafe copy.update(fromContentsOf: bytes)
    let options = Int32(
      XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
        | XML_PARSE_IGNORE_ENC.rawValue)
    let made = unsafe copy.withMemoryRebound(to: CChar.self) { text in
      unsafe xmlReaderForMemory(text.baseAddress, Int32(bytes.count), nil, "UTF-8", options)
    }
    guard let made = unsafe made else {
      unsafe copy.deallocate()
      throw XMLError(.unavailable, "the XML parser cannot be made")
    }
    unsafe handle = made
    unsafe buffer = copy
    // The failure object outlives the handle: both are released in `deinit`, the handle first.
    unsafe xmlTextReaderSetStructuredErrorHandler(
      made,
      { context, error in
        guard let context = unsafe context, let error = unsafe error else { return }
        unsafe Unmanaged<ParserFailure>.fromOpaque(context).takeUnretainedValue()
          .note(line: Int(error.pointee.line))
      }, Unmanaged.passUnretained(failure).toOpaque())
  }

  deinit {
    unsafe xmlFreeTextReader(handle)
    unsafe buffer.deallocate()
  }

  /// The next step; nothing after the end of a well-formed document.
  ///
  /// Throws `xml-malformed` and what the limits forbid; after an error the reader is done.
  package func next() throws(XMLError) -> XMLEvent? {
    if let name = pendingEnd {
      pendingEnd = nil
      openElements -= 1
      return .end(name)
    }
    while !isAtEnd {
      let step = unsafe xmlTextReaderRead(handle)
      guard step >= 0, !failure.isNoted else {
        isAtEnd = true
        throw XMLError(.malformed, "the document is not well-formed (line \(failure.line))")
      }
      if step == 0 {
        isAtEnd = true
        return nil
      }
      if let event = try event() { return event }
    }
    return nil
  }

  private func event() throws(XMLError) -> XMLEvent? {
    let type = UInt32(bitPattern: unsafe xmlTextReaderNodeType(handle))
    switch xmlReaderTypes(rawValue: type) {
    case XML_READER_TYPE_ELEMENT:
      return .start(try element())
    case XML_READER_TYPE_END_ELEMENT:
      openElements -= 1
      return .end(currentName())
    case XML_READER_TYPE_TEXT, XML_READER_TYPE_CDATA, XML_READER_TYPE_WHITESPACE,
      XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
      // White space before and behind the root element is no content.
      return openElements == 0 ? nil : .text(try value())
    case XML_READER_TYPE_COMMENT:
      return .comment(try value())
    case XML_READER_TYPE_PROCESSING_INSTRUCTION:
      return .instruction(target: currentName().local, data: try value())
    case XML_READER_TYPE_DOCUMENT_TYPE, XML_READER_TYPE_ENTITY, XML_READER_TYPE_NOTATION:
      throw XMLError(.doctypeRefused, "a document type declaration is not accepted")
    case XML_READER_TYPE_ENTITY_REFERENCE:
      throw XMLError(.entityRefused, "an entity reference is not one of the predefined five")
    default:
      return nil
    }
  }

  private func element() throws(XMLError) -> XMLElement {
    let name = currentName()
    openElements += 1
    guard openElements <= limits.depthMax else {
      throw XMLError(.tooDeep, "elements are nested deeper than \(limits.depthMax)")
    }
    let isEmpty = unsafe xmlTextReaderIsEmptyElement(handle) == 1
    var attributes = [XMLAttribute]()
    while unsafe xmlTextReaderMoveToNextAttribute(handle) == 1 {
      guard attributes.count < limits.attributesMax else {
        throw XMLError(.tooManyAttributes, "a tag has more than \(limits.attributesMax) attributes")
      }
      attributes.append(XMLAttribute(name: currentName(), value: try value()))
    }
    if !attributes.isEmpty { unsafe xmlTextReaderMoveToElement(handle) }
    if isEmpty { pendingEnd = name }
    return XMLElement(name: name, attributes: attributes)
  }

  private func currentName() -> XMLName {
    unsafe XMLName(
      prefix: XMLReader.string(xmlTextReaderConstPrefix(handle)),
      local: XMLReader.string(xmlTextReaderConstLocalName(handle)),
      namespace: XMLReader.string(xmlTextReaderConstNamespaceUri(handle)))
  }

  private func value() throws(XMLError) -> String {
    let text = unsafe XMLReader.string(xmlTextReaderConstValue(handle))
    guard text.utf8.count <= limits.textBytesMax else {
      throw XMLError(.textTooLong, "a text is longer than \(limits.textBytesMax) bytes")
    }
    return text
  }

  /// Copies a string that libxml2 owns and keeps until the next step.
  private static func string(_ text: UnsafePointer<xmlChar>?) -> String {
    guard let text = unsafe text else { return "" }
    return unsafe String(cString: text)
  }

  private static let parserIsReady: Bool = {
    xmlInitParser()
    return true
  }()
}

extension XMLReader {
  /// The number of elements that are open now.
  package var depth: Int { openElements }

  /// The limits that the reader enforces.
  package var textBytesMax: Int { limits.textBytesMax }
}

/// The first complaint of the parser; errors and warnings alike end the reading.
private final class ParserFailure {
  private(set) var isNoted = false
  private(set) var line = 0

  func note(line: Int) {
    guard !isNoted else { return }
    isNoted = true
    self.line = line
  }
}
