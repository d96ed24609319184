// An error as the client sees it (RFC 9457), read and written.

package import JSONText

/// Problem details.
public struct ProblemBody: WireObject, Equatable {
  /// The address of the explanation, `/problems/{code}`.
  public var type: String

  /// The code in words.
  public var title: String

  /// The HTTP status.
  public var status: Int64

  /// The stable code; raw texts are those of `ProblemCode`.
  public var code: String

  /// What is wrong with this request; absent where telling would help an attacker.
  public var detail: String?

  /// The request's identifier, as in `X-Request-Id`.
  public var instance: String?

  /// The code of a deeper reason, such as why a file was refused.
  public var reason: String?

  /// Creates problem details.
  public init(
    code: ProblemCode, detail: String? = nil, instance: String? = nil, reason: String? = nil
  ) {
    type = "/problems/" + code.rawValue
    title = code.title
    status = Int64(code.status)
    self.code = code.rawValue
    self.detail = detail
    self.instance = instance
    self.reason = reason
  }

  package init(members: JSONObject) throws(JSONError) {
    type = try members.requiredString("type")
    title = try members.requiredString("title")
    status = try members.requiredInteger("status", in: 100...599)
    code = try members.requiredString("code")
    detail = try members.string("detail")
    instance = try members.string("instance")
    reason = try members.string("reason")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("type", type)
    writer.member("title", title)
    writer.member("status", status)
    writer.member("code", code)
    writer.member("detail", detail)
    writer.member("instance", instance)
    writer.member("reason", reason)
  }
}
