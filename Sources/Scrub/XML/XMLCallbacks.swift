// The functions that libxml2 calls. Each finds the run it belongs to in its context pointer.

import CXML
import ScrubContract

/// C functions over `XMLFilterRun`.
enum XMLCallbacks {
  static let read: xmlInputReadCallback = { context, buffer, count in
    guard let run = unsafe XMLCallbacks.run(context), let buffer = unsafe buffer, count > 0 else {
      return 0
    }
    // libxml2 gives a buffer of `count` bytes for the call.
    return unsafe run.pointee.fill(UnsafeMutableRawBufferPointer(start: buffer, count: Int(count)))
  }

  /// A handler that knows elements and text, and refuses document types.
  static func handler() -> xmlSAXHandler {
    var handler = unsafe xmlSAXHandler()
    unsafe handler.initialized = UInt32(XML_SAX2_MAGIC)
    unsafe handler.startElementNs = { context, local, prefix, uri, count, spaces, all, _, values in
      guard let run = unsafe XMLCallbacks.run(context) else { return }
      let start = unsafe XMLStart(
        local: local, prefix: prefix, uri: uri, namespaceCount: Int(count), namespaces: spaces,
        attributeCount: Int(all), attributes: values)
      unsafe run.pointee.event { (run) throws(ScrubError) in unsafe try run.start(start) }
    }
    unsafe handler.endElementNs = { context, _, _, _ in
      guard let run = unsafe XMLCallbacks.run(context) else { return }
      unsafe run.pointee.event { (run) throws(ScrubError) in try run.end() }
    }
    unsafe handler.characters = text
    unsafe handler.ignorableWhitespace = text
    unsafe handler.cdataBlock = text
    unsafe handler.comment = { context, text in
      guard let run = unsafe XMLCallbacks.run(context) else { return }
      unsafe run.pointee.event { (run) throws(ScrubError) in unsafe run.note(text) }
    }
    unsafe handler.processingInstruction = { context, _, text in
      guard let run = unsafe XMLCallbacks.run(context) else { return }
      unsafe run.pointee.event { (run) throws(ScrubError) in unsafe run.note(text) }
    }
    unsafe handler.internalSubset = { context, _, _, _ in
      unsafe XMLCallbacks.run(context)?.pointee.stop(
        ScrubError(.encodingNotSupported, "A document type or an entity is declared."))
    }
    unsafe handler.serror = { context, error in
      guard let run = unsafe XMLCallbacks.run(context), let error = unsafe error,
        unsafe error.pointee.level.rawValue >= XML_ERR_ERROR.rawValue
      else { return }
      // Programs put manifests into metadata without declaring their prefix (C2PA does); what goes
      // with everything inside needs no names.
      let isUndeclared = unsafe error.pointee.code == Int32(XML_NS_ERR_UNDEFINED_NAMESPACE.rawValue)
      if unsafe isUndeclared && run.pointee.isDropping { return }
      unsafe run.pointee.stop(
        ScrubError(.malformedFile, "A text of the document is not well-formed."))
    }
    return unsafe handler
  }

  private static let text: charactersSAXFunc = { context, start, count in
    guard let run = unsafe XMLCallbacks.run(context), count > 0 else { return }
    // libxml2 owns the text for the call.
    let bytes = unsafe UnsafeBufferPointer(start: start, count: Int(count))
    unsafe run.pointee.event { (run) throws(ScrubError) in unsafe try run.text(bytes) }
  }

  /// The run, which `parse` keeps at one place while libxml2 calls back.
  private static func run(
    _ context: UnsafeMutableRawPointer?
  ) -> UnsafeMutablePointer<XMLFilterRun>? {
    unsafe context?.assumingMemoryBound(to: XMLFilterRun.self)
  }
}

extension XMLFilterRun {
  /// Lets libxml2 read; 0 if the document is well-formed.
  static func parse(
    _ me: UnsafeMutablePointer<XMLFilterRun>
  ) throws(ScrubError) -> Int32 {
    xmlInitParser()
    var handler = unsafe XMLCallbacks.handler()
    // The parser copies the handler.
    guard
      let made = unsafe xmlCreateIOParserCtxt(
        &handler, me, XMLCallbacks.read, nil, me, XML_CHAR_ENCODING_NONE)
    else {
      if let error = unsafe me.pointee.source?.error { throw error }
      throw ScrubError(.malformedFile, "A text of the document cannot be read.")
    }
    unsafe me.pointee.parser = made
    defer {
      unsafe xmlFreeParserCtxt(made)
      unsafe me.pointee.parser = nil
    }
    // Its table of names gets slow with very many; without an answer it stops.
    unsafe xmlDictSetLimit(made.pointee.dict, XMLFilterRun.namesBytesMax)
    // Values come with their entities resolved; there are only the five that XML predefines, as a
    // document type stops the parser.
    unsafe xmlCtxtUseOptions(
      made, Int32(XML_PARSE_NONET.rawValue | XML_PARSE_NOENT.rawValue | XML_PARSE_NOCDATA.rawValue))
    let code = unsafe xmlParseDocument(made)
    return unsafe made.pointee.wellFormed == 1 ? code : -1
  }

  /// What libxml2 reads from.
  mutating func fill(_ target: UnsafeMutableRawBufferPointer) -> Int32 {
    unsafe source?.fill(target) ?? 0
  }

  /// Stops the parser with a refusal; the first one counts.
  mutating func stop(_ error: ScrubError) {
    if failure == nil { failure = error }
    if let parser = unsafe parser { unsafe xmlStopParser(parser) }
  }

  /// Runs the handler of an event and stops the parser if it throws.
  @inline(__always)
  mutating func event(_ body: (inout XMLFilterRun) throws(ScrubError) -> Void) {
    source?.noteEvent()
    guard failure == nil else { return }
    do throws(ScrubError) { try body(&self) } catch { stop(error) }
  }
}
