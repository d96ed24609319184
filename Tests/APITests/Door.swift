// How a test talks to its gateway.

import Base
import Delivery
import Foundation
import HTTPServer
import JSONText
import TestSupport

/// The listeners of a running gateway.
struct Door: Sendable {
  let house: House
  /// The public listener.
  let address: ListenAddress
  /// The socket in the data folder.
  let adminAddress: ListenAddress
  /// A Unix socket of the public listener, as a proxy would use it.
  let proxyAddress: ListenAddress

  /// Asks with a token of a BFF that has all scopes, or with another one.
  func ask(
    _ method: String = "GET", _ target: String, token: String? = nil,
    fields: [(String, String)] = [], json: String? = nil
  ) async throws -> Answer {
    var fields = fields
    fields.append(("Authorization", "Bearer \(try token ?? house.token())"))
    if json != nil { fields.append(("Content-Type", "application/json")) }
    return try await exchange(
      Question(method: method, target: target, fields: fields, body: Array((json ?? "").utf8)),
      with: address)
  }

  /// Asks without any token.
  func knock(
    _ method: String = "GET", _ target: String, fields: [(String, String)] = [],
    body: String = "", at address: ListenAddress? = nil
  ) async throws -> Answer {
    try await exchange(
      Question(method: method, target: target, fields: fields, body: Array(body.utf8)),
      with: address ?? self.address)
  }

  /// Asks on the admin socket, where the kernel says who we are.
  func command(
    _ method: String = "GET", _ target: String, json: String? = nil
  ) async throws -> Answer {
    try await knock(
      method, target, fields: json == nil ? [] : [("Content-Type", "application/json")],
      body: json ?? "", at: adminAddress)
  }

  /// Uploads bytes as the next version of a document.
  func upload(
    _ bytes: [UInt8], to document: DocumentID, query: String = "",
    fields: [(String, String)] = [], declaredLength: Int? = nil, token: String? = nil
  ) async throws -> Answer {
    try await exchange(
      Question(
        method: "POST", target: "/v1/documents/\(document)/versions\(query)",
        fields: fields + [("Authorization", "Bearer \(try token ?? house.token())")],
        body: bytes, declaredLength: declaredLength), with: address)
  }

  /// Issues a link and gives the path of its URL.
  func link(to document: DocumentID, _ order: String = "{}") async throws -> String {
    let answer = try await ask("POST", "/v1/documents/\(document)/links", json: order)
    guard let url = answer.member("url"), let path = url.range(of: "/d/") else {
      throw ExchangeFailed(step: "link: \(answer.text)")
    }
    return String(url[path.lowerBound...])
  }

  /// Opens the page of a link and gives its form: nonce and cookie.
  func form(of path: String) async throws -> (nonce: String, cookie: String) {
    let page = try await knock("GET", path)
    guard let cookie = page["Set-Cookie"]?.split(separator: ";").first,
      let start = page.text.range(of: "name=\"nonce\" value=\""),
      let nonce = page.text[start.upperBound...].split(separator: "\"").first
    else { throw ExchangeFailed(step: "page: \(page.status)") }
    return (String(nonce), String(cookie))
  }

  /// Presses the button of a page.
  func press(
    _ path: String, nonce: String, cookie: String, fields: [(String, String)] = []
  ) async throws -> Answer {
    try await knock(
      "POST", path,
      fields: fields + [
        ("Cookie", cookie), ("Content-Type", "application/x-www-form-urlencoded"),
      ], body: "nonce=\(nonce)")
  }
}

extension House {
  /// A published document of a tenant in which everyone may do everything.
  func openDocument(
    in tenant: TenantID? = nil, title: String = "Invoice 1"
  ) async throws -> (document: Document, version: Version, grant: GrantID) {
    let tenant = tenant ?? acme
    let grant = try await stage.grant(.everyone, .all, [.read, .issue, .write], in: tenant)
    let document = try await stage.createDocument(in: tenant, title: title)
    return (document, try await stage.publish(document), grant)
  }

  /// Changes the policy of acme.
  func setPolicy(_ change: (inout TenantPolicy) -> Void) async throws {
    var policy = try await store.policy(of: acme)
    policy.version += 1
    change(&policy)
    _ = try await store.putPolicy(
      policy, of: acme, event: stage.event(.policyChange, in: .tenant(acme)))
  }
}
