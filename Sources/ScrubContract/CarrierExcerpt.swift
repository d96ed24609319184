// What was found, in a few words, for the person who owns the file. Collected only when a job asks for
// it: the gateway never does, so that no value reaches a log, a receipt or an answer.

/// A short printable piece of something that was removed.
public struct CarrierExcerpt: Sendable, Hashable {
  /// The most excerpts of one file.
  public static let countMax = 64
  /// The most characters (Unicode scalars) of one excerpt.
  public static let charactersMax = 120

  /// What it was found in.
  public let carrier: CarrierClass
  /// Printable characters only.
  public let text: String

  /// Takes an excerpt; nothing for a text that is empty, too long or not printable.
  public init?(_ carrier: CarrierClass, _ text: String) {
    guard !text.isEmpty, text.unicodeScalars.count <= CarrierExcerpt.charactersMax,
      text.unicodeScalars.allSatisfy(CarrierExcerpt.isPrintable)
    else { return nil }
    self.carrier = carrier
    self.text = text
  }

  /// Whether a character can be shown without steering a terminal or changing its neighbours.
  public static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7f }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned,
      .privateUse:
      return false
    default: return scalar != "\u{fffd}"
    }
  }
}
