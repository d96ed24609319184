// The descriptions of all routes. A route without one breaks the tests, not the server.

package import HTTPMessage
import Wire

/// Finds what is said about a route.
package enum RouteDescriptions {
  /// What is said about a route of the table; nothing if it was forgotten.
  package static func find(_ method: HTTPMethod, _ template: String) -> RouteDescription? {
    if let own = operators["\(method.rawValue) \(template)"] { return own }
    let key = "\(method.rawValue) \(shortened(template))"
    return library[key] ?? links[key] ?? administration[key]
  }

  /// Whether the route is the operators' way to a tenant's own.
  static func isInTenant(_ template: String) -> Bool { template.hasPrefix(tenantPrefix) }

  private static let tenantPrefix = "/v1/tenants/{tenant}/"

  private static func shortened(_ template: String) -> String {
    let prefix = isInTenant(template) ? tenantPrefix : "/v1/"
    return "/" + template.dropFirst(prefix.count)
  }

  /// Routes for operators only, by method and whole template.
  static let operators: [String: RouteDescription] = [
    "GET /v1/tenants": RouteDescription(
      "listTenants", "Tenants", "List the tenants", .page(BodySchemas.tenant),
      isRevalidated: true),
    "POST /v1/tenants": RouteDescription(
      "createTenant", "Tenants", "Create a tenant", request: BodySchemas.tenantRequest,
      .object(201, BodySchemas.tenant, hasLocation: true),
      problems: [.tenantExists, .titleInvalid]),
    "GET /v1/tenants/{tenant}": RouteDescription(
      "getTenant", "Tenants", "Show a tenant", .object(200, BodySchemas.tenant),
      isRevalidated: true),
    "POST /v1/tenants/{tenant}/tokens": RouteDescription(
      "issueToken", "Tokens", "Issue a token of the local issuer",
      request: BodySchemas.tokenRequest, .object(201, BodySchemas.token),
      problems: [.expiryOutOfRange]),
    "GET /v1/tenants/{tenant}/tokens": RouteDescription(
      "listTokens", "Tokens", "List the tokens that were issued, never the tokens themselves",
      .page(BodySchemas.issuedToken), isRevalidated: true),
    "POST /v1/tenants/{tenant}/tokens/revocations": RouteDescription(
      "revokeTokens", "Tokens", "End tokens of a tenant before their time",
      request: BodySchemas.tokenRevocation, .empty, problems: [.validityInvalid]),
    "POST /v1/system/tokens/revocations": RouteDescription(
      "revokeTokensEverywhere", "Tokens", "End tokens of every tenant before their time",
      request: BodySchemas.systemTokenRevocation, .empty, problems: [.validityInvalid]),
    "GET /v1/system/keys": RouteDescription(
      "listKeys", "Keys", "List the keys that count: ids and times", .page(BodySchemas.key),
      isRevalidated: true),
    "POST /v1/system/keys/changes": RouteDescription(
      "recordKeyChange", "Keys", "Record a change of a key before it is made",
      request: BodySchemas.keyChange, .empty),
    "POST /v1/system/keys/reload": RouteDescription(
      "reloadKeys", "Keys", "Read the keys anew", .page(BodySchemas.key),
      problems: [.keysUnusable]),
    "GET /v1/system/audit/events": RouteDescription(
      "listSystemEvents", "Audit", "List the events that belong to no tenant",
      .page(BodySchemas.event)),
    "GET /v1/system/audit/events/{event}": RouteDescription(
      "getSystemEvent", "Audit", "Show an event that belongs to no tenant",
      .object(200, BodySchemas.event), problems: [.eventNotFound]),
    "GET /v1/system/audit/events/{event}/receipt": RouteDescription(
      "getSystemEventReceipt", "Audit", "The proof of such an event (c2sp.org/tlog-proof@v1)",
      .file("text/plain; charset=utf-8"), problems: [.eventNotFound, .eventNotPublished]),
    "GET /v1/system/audit/log/checkpoint": RouteDescription(
      "getSystemCheckpoint", "Audit", "The newest signed checkpoint of the system's log",
      .file("text/plain; charset=utf-8"), problems: [.eventNotPublished]),
    "GET /v1/system/audit/log/tile/{path...}": RouteDescription(
      "getSystemTile", "Audit", "A tile of the system's log (c2sp.org/tlog-tiles)",
      .file("application/octet-stream")),
  ]
}
