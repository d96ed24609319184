// What the pages of a tenant's links look like: who speaks, in which colour, under which logo. Part of
// the policy, so that it is versioned and every change of it is audited.

import JSONText

/// A tenant as its customers know it.
package struct Brand: Sendable, Hashable {
  /// The longest name in bytes of UTF-8.
  package static let nameBytesMax = Tenant.nameBytesMax

  /// Who sends; the tenant's own name if nothing is said.
  package var name: String?
  /// The colour of what can be pressed.
  package var colour: BrandColour?
  /// The picture above the page.
  package var logo: LogoImage?

  /// Takes the values as they are; `TenantPolicy.check` checks them.
  package init(name: String? = nil, colour: BrandColour? = nil, logo: LogoImage? = nil) {
    self.name = name
    self.colour = colour
    self.logo = logo
  }

  var isInRange: Bool {
    name.map { Names.isPrintable($0, bytesMax: Brand.nameBytesMax) } ?? true
  }
}

/// A colour as three bytes of sRGB.
package struct BrandColour: Sendable, Hashable, CustomStringConvertible {
  /// The shares of red, green and blue, 0 to 255.
  package let red, green, blue: UInt8

  /// Takes the shares.
  package init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// Reads `#` and six hexadecimal digits; nothing for any other text.
  package init?(_ text: String) {
    let digits = Array(text.utf8)
    guard digits.count == 7, digits[0] == UInt8(ascii: "#"),
      digits.dropFirst().allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let number = UInt32(text.dropFirst(), radix: 16)
    else { return nil }
    self.init(
      red: UInt8(truncatingIfNeeded: number >> 16), green: UInt8(truncatingIfNeeded: number >> 8),
      blue: UInt8(truncatingIfNeeded: number))
  }

  /// `#` and six hexadecimal digits in lower case.
  package var description: String {
    let number = UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)
    let digits = String(number, radix: 16)
    return "#" + String(repeating: "0", count: 6 - digits.utf8.count) + digits
  }
}

extension Brand {
  var json: JSONValue {
    var object = JSONObject()
    if let name { object["name"] = .string(name) }
    if let colour { object["colour"] = .string(colour.description) }
    if let logo { object["logo"] = .string(logo.dataURL) }
    return .object(object)
  }

  init(json object: JSONObject) throws(JSONError) {
    self.init()
    try object.allow(only: "name", "colour", "logo")
    name = try object.string("name")
    if let text = try object.string("colour") {
      guard let read = BrandColour(text) else {
        throw JSONError(.outOfRange, "brand.colour is # and six hexadecimal digits")
      }
      colour = read
    }
    guard let text = try object.string("logo") else { return }
    do throws(DeliveryError) {
      logo = try LogoImage(dataURL: text)
    } catch {
      throw JSONError(.outOfRange, "brand.logo: \(error.detail.dropLast())")
    }
  }
}
