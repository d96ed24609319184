// All routes of the interface in one place. Routes of a token's own tenant stand below `/v1`; an
// operator reaches the same ones of any tenant below `/v1/tenants/{tenant}`.

package import HTTPMessage
import HTTPServer

/// The routes.
package enum RouteTable {
  /// A route of the tenant's own, with what it does.
  static let tenantRoutes: [(HTTPMethod, String, Endpoint)] = [
    (.get, "/documents", DocumentEndpoints.list),
    (.post, "/documents", DocumentEndpoints.create),
    (.get, "/documents/{document}", DocumentEndpoints.show),
    (.patch, "/documents/{document}", DocumentEndpoints.change),
    (.delete, "/documents/{document}", DocumentEndpoints.delete),
    (.get, "/documents/{document}/holds", HoldEndpoints.list),
    (.post, "/documents/{document}/holds", HoldEndpoints.add),
    (.delete, "/documents/{document}/holds/{hold}", HoldEndpoints.remove),
    (.get, "/documents/{document}/versions", DocumentEndpoints.versions),
    (.post, "/documents/{document}/versions", UploadEndpoints.upload),
    (.get, "/documents/{document}/versions/{version}", DocumentEndpoints.version),
    (.patch, "/documents/{document}/versions/{version}", DocumentEndpoints.changeVersion),
    (.delete, "/documents/{document}/versions/{version}", DocumentEndpoints.withdraw),
    (.get, "/documents/{document}/versions/{version}/receipt", DocumentEndpoints.receipt),
    (.get, "/documents/{document}/links", LinkEndpoints.list),
    (.post, "/documents/{document}/links", LinkEndpoints.issue),
    (.post, "/documents/{document}/presigned-urls", LinkEndpoints.presign),
    (.get, "/links/{link}", LinkEndpoints.show),
    (.delete, "/links/{link}", LinkEndpoints.revoke),
    (.post, "/link-revocations", LinkEndpoints.revokeSet),
    (.get, "/uploads/{upload}", UploadEndpoints.show),
    (.get, "/grants", AdministrationEndpoints.grants),
    (.post, "/grants", AdministrationEndpoints.putGrant),
    (.get, "/grants/explanation", AdministrationEndpoints.explainGrants),
    (.delete, "/grants/{grant}", AdministrationEndpoints.removeGrant),
    (.get, "/policy", AdministrationEndpoints.policy),
    (.put, "/policy", AdministrationEndpoints.putPolicy),
    (.get, "/policy/versions", AdministrationEndpoints.policyVersions),
    (.get, "/audit/events", AuditEndpoints.events),
    (.get, "/audit/events/{event}", AuditEndpoints.event),
    (.get, "/audit/events/{event}/receipt", AuditEndpoints.receipt),
    (.get, "/audit/people", AuditEndpoints.people),
    (.get, "/audit/people/{pseudonym}", AuditEndpoints.person),
    (.delete, "/audit/people/{pseudonym}", AuditEndpoints.erase),
    (.get, "/audit/log/checkpoint", AuditEndpoints.checkpoint),
    (.get, "/audit/log/tile/{path...}", AuditEndpoints.tile),
  ]

  /// Routes for operators that exist below no tenant of their own.
  static let operatorRoutes: [(HTTPMethod, String, Endpoint)] = [
    (.get, "/v1/tenants", AdministrationEndpoints.tenants),
    (.post, "/v1/tenants", AdministrationEndpoints.createTenant),
    (.get, "/v1/tenants/{tenant}", AdministrationEndpoints.tenant),
    (.post, "/v1/tenants/{tenant}/tokens", TokenEndpoints.issue),
    (.get, "/v1/tenants/{tenant}/tokens", TokenEndpoints.list),
    (.post, "/v1/tenants/{tenant}/tokens/revocations", TokenEndpoints.revoke),
    (.post, "/v1/system/tokens/revocations", TokenEndpoints.revokeEverywhere),
    (.get, "/v1/system/keys", KeyEndpoints.list),
    (.post, "/v1/system/keys/changes", KeyEndpoints.record),
    (.post, "/v1/system/keys/reload", KeyEndpoints.reload),
    (.get, "/v1/system/audit/events", SystemAuditEndpoints.events),
    (.get, "/v1/system/audit/events/{event}", SystemAuditEndpoints.event),
    (.get, "/v1/system/audit/events/{event}/receipt", SystemAuditEndpoints.receipt),
    (.get, "/v1/system/audit/log/checkpoint", SystemAuditEndpoints.checkpoint),
    (.get, "/v1/system/audit/log/tile/{path...}", SystemAuditEndpoints.tile),
  ]

  /// Every route with its method and template, for the documentation and the cross-tenant matrix.
  package static var all: [(method: HTTPMethod, template: String)] {
    router.routes.map { ($0.method, $0.template) }
  }

  /// What requests are counted by: every route, links, and the rest. A closed set, so that nobody
  /// can fill the metrics with names.
  package static let labels: [(method: String, route: String)] =
    router.routes.map { ($0.method.rawValue, $0.template) } + [
      ("any", "/d/{token}"), ("any", "none"),
    ]

  static let router: Router<Endpoint> = {
    var router = Router<Endpoint>()
    for (method, template, endpoint) in tenantRoutes {
      router.add(method, "/v1" + template, endpoint)
      router.add(method, "/v1/tenants/{tenant}" + template, endpoint)
    }
    for (method, template, endpoint) in operatorRoutes { router.add(method, template, endpoint) }
    return router
  }()
}
