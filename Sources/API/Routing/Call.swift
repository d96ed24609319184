// One request on its way through an endpoint: everything that the endpoint may need, already
// checked.

import Base
import Delivery
import HTTPMessage
import HTTPServer
import Wire

/// A request of an authenticated caller.
struct Call: Sendable {
  let request: HTTPRequest
  let body: HTTPRequestBody
  let parameters: PathParameters
  let query: QueryReader
  let principal: Principal
  let context: RequestContext

  /// The tenant that an operator named in the path; nothing on routes of a token's own tenant.
  let tenant: TenantID?

  /// The caller, acting for `recipient` if the body named one.
  func caller(for recipient: RecipientBody? = nil) throws(Problem) -> Caller {
    let person = try recipient.map { body throws(Problem) in try Self.recipient(body) }
    do throws(DeliveryError) {
      if let tenant {
        return try Caller(operator: principal, in: tenant, recipient: person, request: context)
      }
      return try Caller(principal, recipient: person, request: context)
    } catch {
      throw Problem(error)
    }
  }

  /// Reads an identifier of the path.
  func id<Kind>(_ name: String, _: TypedID<Kind>.Type) throws(Problem) -> TypedID<Kind> {
    guard let text = parameters[name], let id = TypedID<Kind>(text) else {
      throw Problem(.identifierMalformed, "{\(name)} is no identifier of its kind.")
    }
    return id
  }

  /// Reads the JSON body.
  func json<Body: WireBody>(_: Body.Type) throws(Problem) -> Body {
    let bytes = body.bytes
    // An absent body stands for an object without members where every member is optional.
    guard bytes.isEmpty || isJSON else {
      throw Problem(.mediaTypeUnsupported, "Send application/json.")
    }
    do throws(WireError) {
      return try Body(json: bytes.isEmpty ? Array("{}".utf8) : bytes)
    } catch {
      throw Problem(error)
    }
  }

  /// Whether the body's media type is `application/json`, with any parameters.
  private var isJSON: Bool {
    guard let field = request.fields.bytes(of: .contentType) else { return false }
    var type = field.prefix { $0 != UInt8(ascii: ";") }
    while type.last == UInt8(ascii: " ") || type.last == UInt8(ascii: "\t") { type.removeLast() }
    return type.elementsEqual(Self.jsonType) { Characters.lowercase($0) == $1 }
  }

  private static let jsonType = Array("application/json".utf8)

  private static func recipient(_ body: RecipientBody) throws(Problem) -> Recipient {
    let roles = (body.roles ?? []).compactMap { Role($0) }
    guard let subject = SubjectID(body.id), roles.count == body.roles?.count ?? 0,
      let recipient = Recipient(subject: subject, roles: roles)
    else {
      throw Problem(.memberInvalid, "The recipient's id or roles are not usable names.")
    }
    return recipient
  }
}

extension Substring {
  /// The text without spaces and tabs at both ends.
  func trimmingSpaces() -> String {
    var rest = self
    while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
    while rest.last == " " || rest.last == "\t" { rest.removeLast() }
    return String(rest)
  }
}
