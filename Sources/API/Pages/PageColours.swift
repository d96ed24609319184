// The colours of a page, from the tenant's one: the words on what can be pressed must be readable, and
// its edge must stand out from the paper, in light and in dark (WCAG 2.2, success criteria 1.4.3 and
// 1.4.11). The tenant's own colour stays as it is.

import Delivery
import Glibc

/// What can be pressed, on the paper of one mode.
struct PageColours: Sendable, Hashable {
  /// The least contrast of text.
  static let textContrastMin = 4.5
  /// The least contrast of an edge to its paper.
  static let edgeContrastMin = 3.0

  static let lightPaper = BrandColour(red: 0xFF, green: 0xFF, blue: 0xFF)
  static let darkPaper = BrandColour(red: 0x16, green: 0x1C, blue: 0x23)
  static let lightInk = BrandColour(red: 0x1D, green: 0x27, blue: 0x33)
  static let darkInk = BrandColour(red: 0xE8, green: 0xED, blue: 0xF2)
  private static let standardLight = BrandColour(red: 0x0B, green: 0x5C, blue: 0xAD)
  private static let standardDark = BrandColour(red: 0x6F, green: 0xB1, blue: 0xF5)
  private static let white = BrandColour(red: 0xFF, green: 0xFF, blue: 0xFF)
  private static let black = BrandColour(red: 0, green: 0, blue: 0)

  /// The button.
  let act: BrandColour
  /// The words on it: white where that can be read, else black, which then can.
  let on: BrandColour
  /// Its edge: as the button, or as the text of the page where the button is like the paper.
  let rim: BrandColour

  /// The colours of one mode; without a colour of the tenant's our own.
  init(_ colour: BrandColour?, isDark: Bool) {
    act = colour ?? (isDark ? Self.standardDark : Self.standardLight)
    on = Self.contrast(act, Self.white) >= Self.textContrastMin ? Self.white : Self.black
    let paper = isDark ? Self.darkPaper : Self.lightPaper
    let ink = isDark ? Self.darkInk : Self.lightInk
    rim = Self.contrast(act, paper) >= Self.edgeContrastMin ? act : ink
  }

  /// The contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio").
  static func contrast(_ one: BrandColour, _ other: BrandColour) -> Double {
    let (a, b) = (luminance(one), luminance(other))
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
  }

  /// WCAG 2.2, "relative luminance".
  private static func luminance(_ colour: BrandColour) -> Double {
    func linear(_ share: UInt8) -> Double {
      let value = Double(share) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green)
      + 0.0722 * linear(colour.blue)
  }
}
