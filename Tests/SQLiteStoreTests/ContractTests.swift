// The rules that every metadata store keeps, and that the right tenant is in every query.

import Foundation
import TestSupport
import Testing

@Suite struct ContractTests {
  @Test(arguments: MetadataStoreContract.rules)
  func `the SQLite store keeps the contract`(rule: ContractRule) async throws {
    try await withStore { _, stage, _ in try await rule.check(stage) }
  }

  @Test(arguments: MetadataStoreContract.searchRules, [0, 1, 3] as [Int64])
  func `lists are the same however many documents are few`(
    rule: ContractRule, fewMax: Int64
  ) async throws {
    try await withStore(fewMax: fewMax) { _, stage, _ in try await rule.check(stage) }
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
    // Who holds a token does not say whose it is.
    "SQLiteStore+Links.byDigest",
    // Tokens belong to issuers.
    "SQLiteStore+Tokens.revoke", "SQLiteStore+Tokens.revoked", "SQLiteStore+Tokens.forgetRevoked",
    "SQLiteStore+Tokens.isRevoked",
    // Over all tenants: the janitor's list.
    "SQLiteStore+Uploads.pending",
  ]
}
