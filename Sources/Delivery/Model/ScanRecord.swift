// What a malware scanner said about one file. It is part of the receipt and of the audit event, so
// that somebody can tell later with which signatures a file passed.

import JSONText

/// The word of a scanner.
package struct ScanRecord: Sendable, Hashable {
  /// What it came to.
  package enum Verdict: Sendable, Hashable {
    /// Nothing was found.
    case clean
    /// Nobody looked: the scanner was away, and the settings let files pass then.
    case skipped
    /// Something was found; the name is the scanner's, printable, up to 200 bytes.
    case found(String)

    /// `clean`, `skipped` or `found`.
    package var word: String {
      switch self {
      case .clean: "clean"
      case .skipped: "skipped"
      case .found: "found"
      }
    }
  }

  /// The most bytes of each text.
  package static let textBytesMax = 200

  /// What it came to.
  package let verdict: Verdict
  /// The scanner and its release, such as `ClamAV 1.0.7`; nothing if nobody looked.
  package let scanner: String?
  /// The version of its signatures, such as `27432`; nothing if it does not say.
  package let database: String?

  /// Takes the values as they are.
  package init(_ verdict: Verdict, scanner: String? = nil, database: String? = nil) {
    self.verdict = verdict
    self.scanner = scanner
    self.database = database
  }

  /// The members in a receipt. Only files that passed have one, so that no name of malware is in it.
  var json: JSONValue {
    var members = JSONObject()
    members["verdict"] = .string(verdict.word)
    members["scanner"] = scanner.map { .string($0) }
    members["database"] = database.map { .string($0) }
    return .object(members)
  }

  /// Reads the members; nothing if one is missing, unknown or out of its bounds.
  init?(json value: JSONValue) {
    guard let object = value.objectValue,
      Set(object.names).isSubset(of: ["verdict", "scanner", "database"])
    else { return nil }
    switch object["verdict"]?.stringValue {
    case "clean": verdict = .clean
    case "skipped": verdict = .skipped
    default: return nil
    }
    do throws(JSONError) {
      scanner = try object.string("scanner", bytesMax: ScanRecord.textBytesMax)
      database = try object.string("database", bytesMax: ScanRecord.textBytesMax)
    } catch {
      return nil
    }
  }
}
