// The input as libqpdf sees it: opened strictly, without recovery, from memory or a mapping. Objects
// leave this file as values and streams as copies; handles and pointers never do.

import CQPDF
import Glibc

/// An open PDF. Not thread-safe.
@safe final class PDFFile {
  /// Lives as long as the handle, which reads it.
  private let bytes: FileBytes
  // Created in `init`, freed in `deinit`, never handed out.
  private var handle: qpdf_data?

  /// What an object is.
  struct Object {
    /// The value; of a stream its dictionary.
    let value: PDFValue
    /// True if data belongs to the dictionary.
    let isStream: Bool
  }

  /// Opens a file; `malformed-pdf` if libqpdf would have to guess.
  init(_ input: ScrubInput, bytesMax: Int) throws(ScrubError) {
    bytes = try FileBytes(input, bytesMax: bytesMax)
    unsafe handle = qpdf_init()
    try open()
  }

  deinit {
    if unsafe handle != nil { unsafe qpdf_cleanup(&handle) }
  }

  private static var outOfMemory: ScrubError {
    ScrubError(.tooLarge, "The PDF needs more memory than a worker may use.")
  }

  private func open() throws(ScrubError) {
    unsafe qpdf_silence_errors(handle)
    unsafe qpdf_set_suppress_warnings(handle, QPDF_TRUE)
    unsafe qpdf_set_attempt_recovery(handle, QPDF_FALSE)
    // libqpdf reads the bytes, which live as long as this object, and does not write.
    let code = try unsafe bytes.withBytes { (bytes) throws(ScrubError) in
      unsafe qpdf_read_memory(
        handle, "input", bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
        UInt64(bytes.count), nil)
    }
    if code & QPDF_ERRORS != 0 { throw failure() }
    try check()
  }

  /// The refusal that the last error stands for; its text may quote the file and is not passed on.
  private func failure() -> ScrubError {
    guard let error = unsafe qpdf_get_error(handle) else {
      return ScrubError(.malformedPDF, "The PDF cannot be read.")
    }
    switch unsafe qpdf_get_error_code(handle, error) {
    case qpdf_e_password:
      return ScrubError(.encrypted, "The PDF is encrypted with a password.")
    case qpdf_e_unsupported:
      return ScrubError(.encodingNotSupported, "The PDF uses a feature that is not supported.")
    default:
      return unsafe isOutOfMemory(error)
        ? PDFFile.outOfMemory
        : ScrubError(.malformedPDF, "The structure of the PDF is damaged.")
    }
  }

  /// An allocation that failed has no code of its own; this is what C++ calls it.
  private func isOutOfMemory(_ error: qpdf_error) -> Bool {
    guard let text = unsafe qpdf_get_error_message_detail(handle, error) else { return false }
    return unsafe String(cString: text).contains("std::bad_alloc")
  }

  /// Throws if libqpdf reported an error or had to guess since the last call.
  private func check() throws(ScrubError) {
    if unsafe qpdf_has_error(handle) != 0 { throw failure() }
    if let warning = unsafe qpdf_next_warning(handle) {
      throw unsafe isOutOfMemory(warning)
        ? PDFFile.outOfMemory
        : ScrubError(.malformedPDF, "The PDF can only be read by guessing.")
    }
  }

  /// True if the file is encrypted, be it with an empty password.
  var isEncrypted: Bool { unsafe qpdf_is_encrypted(handle) != 0 }

  /// The version after `%PDF-`, such as `1.7`.
  var version: String {
    unsafe qpdf_get_pdf_version(handle).map { unsafe String(cString: $0) } ?? ""
  }

  /// The pages as libqpdf counts them.
  func pageCount() throws(ScrubError) -> Int {
    let pages = unsafe qpdf_get_num_pages(handle)
    try check()
    guard pages >= 0 else { throw ScrubError(.malformedPDF, "The pages cannot be counted.") }
    return Int(pages)
  }

  /// The trailer dictionary.
  func trailer() throws(ScrubError) -> PDFDictionary {
    defer { unsafe qpdf_oh_release_all(handle) }
    let trailer = unsafe qpdf_get_trailer(handle)
    guard let dictionary = try value(trailer).dictionary else {
      throw ScrubError(.malformedPDF, "The PDF has no trailer.")
    }
    return dictionary
  }

  /// An object of the file; null for one that is not there.
  func object(_ id: PDFObjectID) throws(ScrubError) -> Object {
    defer { unsafe qpdf_oh_release_all(handle) }
    let object = unsafe qpdf_get_object_by_id(handle, id.number, id.generation)
    if unsafe qpdf_oh_is_stream(handle, object) != 0 {
      return Object(value: try value(unsafe qpdf_oh_get_dict(handle, object)), isStream: true)
    }
    return Object(value: try value(object), isStream: false)
  }

  private func value(_ object: qpdf_oh) throws(ScrubError) -> PDFValue {
    let text = unsafe qpdf_oh_unparse_resolved(handle, object)
    let length = unsafe qpdf_get_last_string_length(handle)
    try check()
    guard let text = unsafe text else { throw PDFFile.outOfMemory }
    // The text belongs to libqpdf, has `length` bytes, and is copied before the next call.
    let bytes = unsafe [UInt8](
      UnsafeRawBufferPointer(start: UnsafeRawPointer(text), count: length))
    return try PDFText.value(of: bytes)
  }

  /// Shows the data of a stream, as it is stored or with its general filters undone; the flag says
  /// whether they could be.
  func withStream<Result>(
    _ id: PDFObjectID, isDecoded: Bool,
    _ body: (UnsafeRawBufferPointer, Bool) throws(ScrubError) -> Result
  ) throws(ScrubError) -> Result {
    defer { unsafe qpdf_oh_release_all(handle) }
    let object = unsafe qpdf_get_object_by_id(handle, id.number, id.generation)
    var isFiltered: QPDF_BOOL = QPDF_FALSE
    var buffer: UnsafeMutablePointer<UInt8>?
    var length = 0
    let level = isDecoded ? qpdf_dl_specialized : qpdf_dl_none
    let code = unsafe qpdf_oh_get_stream_data(
      handle, object, level, &isFiltered, &buffer, &length)
    // The block comes from malloc, has `length` bytes and is ours.
    defer { unsafe free(buffer) }
    if code & QPDF_ERRORS != 0 { throw failure() }
    try check()
    return try unsafe body(
      UnsafeRawBufferPointer(start: buffer, count: length), isFiltered != QPDF_FALSE)
  }

  /// All bytes of the file.
  func withBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws(ScrubError) -> Result
  ) throws(ScrubError) -> Result {
    try unsafe bytes.withBytes(body)
  }

  /// Lends libqpdf's handle to the verifier's reading; errors and guesses are refused after it.
  func withHandle<Result>(
    _ body: (qpdf_data?) throws(ScrubError) -> Result
  ) throws(ScrubError) -> Result {
    let result = try unsafe body(handle)
    try check()
    return result
  }

  /// Lets go of all object handles.
  func releaseAll() { unsafe qpdf_oh_release_all(handle) }
}
