// Whose things a command is about. An operator names the tenant; if it is left out, the only tenant
// is meant, or the one that has the document, link or event that the command names.

import HTTPMessage
import Wire

/// The routes of one tenant.
struct TenantScope: Sendable {
  /// Tenants that are asked for a thing before the command gives up.
  private static let tenantsMax = 1000

  let client: ServerClient

  /// The tenant's name; nothing where the token says it.
  let tenant: String?

  private let prefix: String

  private init(_ client: ServerClient, tenant: String?) {
    self.client = client
    self.tenant = tenant
    prefix = tenant.map { "/v1/tenants/" + PercentCoding.encode($0) } ?? "/v1"
  }

  /// The path of a route of the tenant.
  func path(_ parts: String...) -> String {
    prefix + parts.map { "/" + PercentCoding.encode($0) }.joined()
  }

  /// Finds the tenant.
  /// - Parameter probe: Route parts of a thing that only the tenant in question has.
  static func find(
    _ invocation: Invocation, probe: [String] = [], quietSeconds: Int = 30
  ) async throws(CommandError) -> TenantScope {
    let client = try ServerClient(try ServerLocation.find(invocation), quietSeconds: quietSeconds)
    if let tenant = invocation.value("tenant") { return TenantScope(client, tenant: tenant) }
    guard case .adminSocket = client.location else { return TenantScope(client, tenant: nil) }
    let tenants = try await names(client)
    if tenants.count == 1 { return TenantScope(client, tenant: tenants[0]) }
    guard !tenants.isEmpty else {
      throw .usage("there is no tenant yet", hint: "postern tenant create NAME")
    }
    guard !probe.isEmpty else {
      throw .usage(
        "--tenant is missing", hint: "one of " + tenants.prefix(8).joined(separator: ", "))
    }
    for tenant in tenants {
      let scope = TenantScope(client, tenant: tenant)
      do throws(CommandError) {
        _ = try await client.call(
          .get, scope.prefix + probe.map { "/" + PercentCoding.encode($0) }.joined())
        return scope
      } catch  where error.exit == .notFound {
        continue
      }
    }
    throw CommandError(
      .notFound, "no tenant has \(Plain.text(probe.last ?? ""))",
      hint: "postern ls --tenant NAME lists the documents of one", code: "not-found")
  }

  private static func names(_ client: ServerClient) async throws(CommandError) -> [String] {
    var names = [String]()
    var cursor: String?
    repeat {
      let answer = try await client.call(
        .get, "/v1/tenants", query: [("limit", "200"), ("cursor", cursor)])
      let page = try answer.read(PageBody<TenantBody>.self)
      names += page.items.map(\.id)
      cursor = page.nextCursor
    } while cursor != nil && names.count < tenantsMax
    return names
  }
}
