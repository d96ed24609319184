// The library as a portal's backend in another package meets it: this target sees public declarations
// only, and talks to a gateway of its own, started like any other.

import Foundation
import PosternClient
import Testing
import Wire

@Suite(.enabled(if: LiveGateway.program != nil, "the program lies beside the tests"))
struct OutsidePackageTests {
  @Test func `a backend makes a tenant, a document and a link, and revokes it`() async throws {
    let gateway = try LiveGateway()
    defer { gateway.stop() }
    let portal = try await gateway.portal(scopes: [
      "documents:read", "documents:write", "links:create", "links:revoke", "links:delegate",
    ])
    let document = try await portal.createDocument(
      DocumentRequestBody(title: "Site photo", type: "photo"), idempotencyKey: "first")
    let again = try await portal.createDocument(
      DocumentRequestBody(title: "Site photo", type: "photo"), idempotencyKey: "first")
    #expect(again.id == document.id)
    let upload = try await portal.uploadVersion(
      of: document.id, Array(LiveGateway.picture), filename: "Grüße.png",
      scrub: ["hidden": "refuse", "comments": "refuse"])
    #expect(upload.state == "ready")
    #expect(upload.version?.receipt?.policy == "strict-1+comments=refuse+hidden=refuse")
    #expect(upload.version?.mediaType == "image/png")
    let version = try #require(upload.version)
    let receipt = try await portal.receipt(of: version.id, of: document.id)
    #expect(receipt.split(separator: ".").count == 3)
    let keys = String(decoding: try await portal.receiptKeys(), as: UTF8.self)
    #expect(keys.contains(#""kty":"OKP""#) && !keys.contains(#""d":"#))
    let link = try await portal.issueLink(
      to: document.id, LinkRequestBody(expiresInSeconds: 300, recipient: RecipientBody(id: "anna")))
    #expect(link.url.contains("/d/pst_"))
    #expect(try await portal.link(link.id).state == "live")
    #expect(try await portal.links(to: document.id).items.map(\.id) == [link.id])
    #expect(try await portal.revokeLink(link.id).residualExposureSeconds >= 0)
    #expect(try await portal.link(link.id).state == "revoked")
    let own = try await portal.issueLink(to: document.id)
    let revoked = try await portal.revokeLinks(.subject("portal"))
    #expect(revoked.links == 1 && revoked.residualExposure.presignedURL == 0)
    #expect(try await portal.link(own.id).revokedAt == revoked.revokedAt)
    _ = try await portal.issueLink(to: document.id)
    #expect(try await portal.revokeLinks(.document(document.id)).links == 1)
    var search = PosternSearch()
    search.words = "site"
    #expect(try await portal.documents(search).items.map(\.id) == [document.id])
    search.type = "invoice"
    #expect(try await portal.documents(search).items.isEmpty)
    #expect(try await portal.deleteDocument(document.id).objects == 1)
  }

  @Test func `a refusal has the problem's code, and so has a server that is not there`()
    async throws
  {
    let gateway = try LiveGateway()
    defer { gateway.stop() }
    let portal = try await gateway.portal(scopes: ["documents:read"])
    let absent = "doc_01kafq0zv5e8c9w0yb3s7m2n4p"
    let unknown = await failure { () async throws(PosternError) in
      _ = try await portal.document(absent)
    }
    #expect(unknown?.kind == .refused)
    #expect(unknown?.problemCode == .documentNotFound)
    #expect(unknown?.status == 404)
    let forbidden = await failure { () async throws(PosternError) in
      _ = try await portal.issueLink(to: absent)
    }
    #expect(forbidden?.code == "scope-missing")
    let stranger = try PosternClient(url: gateway.url, token: "none")
    let refused = await failure { () async throws(PosternError) in
      _ = try await stranger.documents()
    }
    #expect(refused?.problemCode == .tokenRefused)
    gateway.stop()
    let gone = await failure { () async throws(PosternError) in _ = try await portal.documents() }
    #expect(gone?.kind == .unanswered)
    #expect(gone?.code == "connect-failed")
    #expect(gone?.isBeforeSending == true)
    #expect(gone?.problem == nil)
  }

  @Test func `too many requests are refused with the seconds to wait`() async throws {
    let gateway = try LiveGateway(limits: #"{"subject_requests_per_minute": 1}"#)
    defer { gateway.stop() }
    let portal = try await gateway.portal(scopes: ["documents:read"])
    var limited: PosternError?
    for _ in 0..<100 where limited == nil {
      limited = await failure { () async throws(PosternError) in _ = try await portal.documents() }
    }
    #expect(limited?.problemCode == .rateLimited)
    #expect(limited?.status == 429)
    #expect((limited?.retryAfterSeconds ?? 0) >= 1)
  }

  @Test(arguments: [
    "", "files.example.com", "ftp://a", "https://", "https://a/b", "https://u@a", "https://a?b",
    "https://a b", "http://a#b",
  ])
  func `only an origin is an address`(url: String) {
    let error = #expect(throws: PosternError.self) { try PosternClient(url: url, token: "t") }
    #expect(error?.code == "origin-malformed")
    #expect(error?.kind == .misused)
  }

  private func failure(
    _ work: () async throws(PosternError) -> Void
  ) async -> PosternError? {
    do throws(PosternError) {
      try await work()
      return nil
    } catch {
      return error
    }
  }
}
