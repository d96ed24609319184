// What the pages of a tenant's links look like; a member of its policy.

package import JSONText

/// Name, colour and logo of a tenant.
public struct BrandBody: WireObject, Equatable {
  /// Who sends, as customers know it: 1 to 200 bytes; the tenant's name if absent.
  public var name: String?

  /// The colour of the button, `#` and six hexadecimal digits.
  public var colour: String?

  /// In answers the digest of the logo, `sha256:` and 64 digits. In requests that, to keep the logo
  /// that there is, or a new one as `data:image/png;base64,...`: PNG or JPEG, at most 16384 bytes and
  /// 1024 pixels a side, without metadata.
  public var logo: String?

  /// Creates a body from its members.
  public init(name: String? = nil, colour: String? = nil, logo: String? = nil) {
    self.name = name
    self.colour = colour
    self.logo = logo
  }

  package init(members: JSONObject) throws(JSONError) {
    try members.allow(only: "name", "colour", "logo")
    name = try members.string("name")
    colour = try members.string("colour")
    logo = try members.string("logo")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("name", name)
    writer.member("colour", colour)
    writer.member("logo", logo)
  }
}
