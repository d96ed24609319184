// The second way to read an object: entry by entry through libqpdf's own iteration, without the text
// that the walk reads. For the verifier.

import CQPDF

/// What an object of a written file is made of.
struct PDFScan {
  /// What stands behind a key.
  enum Value {
    case name(String)
    case string
    case other
  }

  /// Every dictionary in the object, the outermost first, with its entries.
  var dictionaries: [[(key: String, value: Value)]] = []
  /// The places in `dictionaries` of those that an entry for names of the document's own holds.
  var maps: Set<Int> = []
  /// Objects that such an entry names.
  var mapNumbers: Set<Int> = []
  /// The numbers of all objects that are named.
  var references: [Int] = []
  /// Objects that are named as colour profiles.
  var profiles: [Int] = []
  /// Objects that are named as the common segments of JBIG2 pictures.
  var segments: Set<Int> = []
  /// The filters of a stream.
  var filters: [String] = []
  var isStream = false

  fileprivate static let depthMax = 200
}

extension PDFFile {
  /// Reads an object entry by entry.
  func scan(_ number: Int) throws(ScrubError) -> PDFScan {
    defer { releaseAll() }
    return try unsafe withHandle { (handle) throws(ScrubError) in
      var scan = PDFScan()
      let object = unsafe qpdf_get_object_by_id(handle, Int32(truncatingIfNeeded: number), 0)
      var value = object
      if unsafe qpdf_oh_is_stream(handle, object) != 0 {
        scan.isStream = true
        value = unsafe qpdf_oh_get_dict(handle, object)
        scan.filters = unsafe PDFFile.filters(handle, value)
      }
      try unsafe PDFFile.scan(handle, value, into: &scan, depth: 0)
      return scan
    }
  }

  private static func filters(_ handle: qpdf_data?, _ dictionary: qpdf_oh) -> [String] {
    let filter = unsafe qpdf_oh_get_key(handle, dictionary, "/Filter")
    if unsafe qpdf_oh_is_name(handle, filter) != 0 { return [unsafe name(handle, filter)] }
    guard unsafe qpdf_oh_is_array(handle, filter) != 0 else { return [] }
    return unsafe (0..<qpdf_oh_get_array_n_items(handle, filter)).map {
      unsafe name(handle, qpdf_oh_get_array_item(handle, filter, $0))
    }
  }

  /// A name without its slash; the text is libqpdf's until its next call.
  private static func name(_ handle: qpdf_data?, _ object: qpdf_oh) -> String {
    guard unsafe qpdf_oh_is_name(handle, object) != 0,
      let text = unsafe qpdf_oh_get_name(handle, object)
    else { return "" }
    return String(unsafe String(cString: text).dropFirst())
  }

  private static func scan(
    _ handle: qpdf_data?, _ object: qpdf_oh, into scan: inout PDFScan, depth: Int
  ) throws(ScrubError) {
    guard depth <= PDFScan.depthMax else { throw ResidueVerifier.residue("a deep object") }
    switch unsafe qpdf_oh_get_type_code(handle, object) {
    case ot_array:
      let count = unsafe qpdf_oh_get_array_n_items(handle, object)
      var isProfile = false
      for index in 0..<count {
        let item = unsafe qpdf_oh_get_array_item(handle, object, index)
        if index == 0 { isProfile = unsafe name(handle, item) == "ICCBased" }
        try unsafe visit(handle, item, isProfile: isProfile, into: &scan, depth: depth)
      }
    case ot_dictionary: try unsafe scanDictionary(handle, object, into: &scan, depth: depth)
    default: break
    }
  }

  private static func scanDictionary(
    _ handle: qpdf_data?, _ object: qpdf_oh, into scan: inout PDFScan, depth: Int
  ) throws(ScrubError) {
    var keys: [String] = []
    unsafe qpdf_oh_begin_dict_key_iter(handle, object)
    while unsafe qpdf_oh_dict_more_keys(handle) != 0 {
      // The text is valid until the next key.
      if let key = unsafe qpdf_oh_dict_next_key(handle) { keys.append(unsafe String(cString: key)) }
    }
    let place = scan.dictionaries.count
    scan.dictionaries.append([])
    for key in keys {
      let item = unsafe qpdf_oh_get_key(handle, object, key)
      let value: PDFScan.Value
      switch unsafe qpdf_oh_get_type_code(handle, item) {
      case ot_name: value = .name(unsafe name(handle, item))
      case ot_string: value = .string
      default: value = .other
      }
      scan.dictionaries[place].append((String(key.dropFirst()), value))
      let isProfile = key == "/DestOutputProfile"
      if key == "/JBIG2Globals" {
        scan.segments.insert(Int(unsafe qpdf_oh_get_object_id(handle, item)))
      }
      if PDFKeysProof.maps.contains(String(key.dropFirst())) {
        if unsafe qpdf_oh_is_indirect(handle, item) != 0 {
          scan.mapNumbers.insert(Int(unsafe qpdf_oh_get_object_id(handle, item)))
        } else if unsafe qpdf_oh_is_dictionary(handle, item) != 0 {
          scan.maps.insert(scan.dictionaries.count)
        }
      }
      try unsafe visit(handle, item, isProfile: isProfile, into: &scan, depth: depth)
    }
  }

  /// Takes note of a reference, or goes on into a direct value.
  private static func visit(
    _ handle: qpdf_data?, _ object: qpdf_oh, isProfile: Bool, into scan: inout PDFScan,
    depth: Int
  ) throws(ScrubError) {
    defer { unsafe qpdf_oh_release(handle, object) }
    guard unsafe qpdf_oh_is_indirect(handle, object) != 0 else {
      return try unsafe self.scan(handle, object, into: &scan, depth: depth + 1)
    }
    let number = Int(unsafe qpdf_oh_get_object_id(handle, object))
    scan.references.append(number)
    if isProfile { scan.profiles.append(number) }
  }
}
