// What the pages of a link say, in one language: a value for each language, in a file of its own. A
// text is plain; the pages escape it.

import Base
import Delivery

/// The texts of one language.
struct PageTexts: Sendable {
  /// The language tag (RFC 5646) for `lang` and Content-Language.
  let tag: String

  // The page of a link that works.
  let ready: String
  /// Who sends the file.
  let from: @Sendable (_ sender: String) -> String
  let document: String
  let kind: String
  let size: String
  let until: String
  /// Labels the running clock.
  let timeLeft: String
  let downloadsLeft: String
  let download: String
  let lookingIsFree: String
  let breaksOff: String
  let newerVersion: String

  let kinds: [FileKind: String]
  /// By the power of ten of the upper bound in megabytes, from below 1 MB to above 1 GB.
  let sizes: [String]
  /// A moment of UTC.
  let moment: @Sendable (_ parts: CalendarParts) -> String

  // The page of a link that does not.
  /// Whom to ask where the sender is not known.
  let theSender: String
  let gone: @Sendable (_ reason: GoneReason, _ sender: String) -> GoneText

  /// The kind and format, such as `Picture (JPEG)`.
  func words(for type: MediaType) -> String {
    (kinds[type.kind] ?? "") + (type.format.map { " (\($0))" } ?? "")
  }

  /// The size as people need it to decide whether to wait for Wi-Fi.
  func sizeClass(_ bytes: Int64) -> String {
    let bounds: [Int64] = [1_000_000, 10_000_000, 100_000_000, 1_000_000_000]
    return sizes[bounds.firstIndex { bytes < $0 } ?? bounds.count]
  }

  /// Two digits.
  static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

/// The two sentences of the page of a dead link.
struct GoneText: Sendable, Hashable {
  let heading: String
  let advice: String
}

/// Why a link does not work, as far as its reader can do something about it.
enum GoneReason: Sendable, Hashable {
  case expired, usedUp, revoked, superseded, withdrawn, unavailable
  /// Not valid before a moment, if it is known.
  case notYet(CalendarParts?)
  /// The form was not ours, or too old.
  case form
  /// Too many requests, or something does not answer.
  case busy
  /// A method that links do not have, and bodies that are no form.
  case strange
  /// Everything else, all that could be guessing included.
  case unknown
}
