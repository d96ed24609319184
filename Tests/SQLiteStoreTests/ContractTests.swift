// The rules that every metadata store keeps, and that the right tenant is in every query.

import Delivery
import Foundation
import TestSupport
import Testing

@testable import SQLiteStore

@Suite struct ContractTests {
  @Test(arguments: MetadataStoreContract.rules)
  func `the SQLite store keeps the contract`(rule: ContractRule) async throws {
    try await withStore { _, stage, _ in try await rule.check(stage) }
  }

  @Test(
    arguments: MetadataStoreContract.searchRules,
    [(0, 1), (0, 2), (0, 5_000), (1, 3), (3, 5_000)] as [(Int64, Int64)])
  func `lists are the same however many documents are few or looked at`(
    rule: ContractRule, limits: (few: Int64, walk: Int64)
  ) async throws {
    let search = SearchLimits(fewMax: limits.few, walkMax: limits.walk)
    try await withStore(search: search) { _, stage, _ in try await rule.check(stage) }
  }

  @Test(arguments: [DocumentSort.Key.created, .updated, .title], [true, false])
  func `a page ends after so many documents, found or not`(
    key: DocumentSort.Key, isDescending: Bool
  ) async throws {
    try await withStore(search: SearchLimits(fewMax: 0, walkMax: 4)) { store, stage, _ in
      let tenant = try await stage.createTenant("acme")
      for number in 0..<9 {
        stage.time.advance(seconds: 1)
        let title = [0, 4, 8].contains(number) ? "paid \(number)" : "\(number) open"
        _ = try await stage.createDocument(in: tenant, title: title)
      }
      let query = DocumentQuery(text: "paid", sort: DocumentSort(key, isDescending: isDescending))
      var pages = [Int]()
      var after: DocumentPosition?
      repeat {
        let page = try await store.documents(
          query, stage.operatorAccess(in: tenant), PageRequest(after: after))
        pages.append(page.items.count)
        after = page.next
      } while after != nil
      // What is found comes behind the numbers when titles are sorted.
      let byTitle = isDescending ? [3, 0, 0] : [0, 2, 1]
      #expect(pages == (key == .title ? byTitle : [1, 1, 1]))
    }
  }

  @Test func `every query names the tenant, or stands on the list of those that need none`()
    throws
  {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/SQLiteStore/Steps")
    var without = [String]()
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
      let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
      for match in text.matches(of: /static let (\w+) = Query\(((?:[^()]|\([^()]*\))*)\)/) {
        let sql = String(match.2)
        if !sql.contains("tenant"), !sql.contains("log = ?"), !sql.contains("place >= ?") {
          without.append(file.replacing(".swift", with: "") + "." + match.1)
        }
      }
    }
    #expect(without.sorted() == ContractTests.withoutTenant.sorted())
  }

  private static let withoutTenant = [
    // Health, the list of logs, and the lookup of a log by its name.
    "SQLiteStore+Audit.anything", "SQLiteStore+Audit.log", "SQLiteStore+Audit.logs",
    // These are put together from a text that has it.
    "SQLiteStore+Audit.events", "SQLiteStore+Audit.eventsOfDocument",
    "SQLiteStore+Audit.eventsOfLink",
    "SQLiteStore+Revocation.documentSending", "SQLiteStore+Revocation.seenOfDocument",
    "SQLiteStore+Revocation.seenOfSubject", "SQLiteStore+Revocation.seenOfTenant",
    "SQLiteStore+Revocation.subjectSending",
    // Who holds a token does not say whose it is.
    "SQLiteStore+Links.byDigest",
    // Tokens belong to issuers.
    "SQLiteStore+Tokens.revoke", "SQLiteStore+Tokens.revoked", "SQLiteStore+Tokens.forgetRevoked",
    "SQLiteStore+Tokens.isRevoked",
    // Over all tenants: the janitor's list.
    "SQLiteStore+Uploads.pending",
  ]
}
