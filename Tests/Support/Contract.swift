// What each metadata store must do. One table of rules; the tests of an implementation run all:
//
//   @Test(arguments: MetadataStoreContract.rules)
//   func `the store keeps the contract`(rule: ContractRule) async throws { … rule.check(stage) }

import Delivery
import Testing

/// One rule with its proof.
package struct ContractRule: Sendable, CustomTestStringConvertible {
  /// The rule in words.
  package let testDescription: String
  private let body: @Sendable (Stage) async throws -> Void

  init(_ description: String, _ body: @escaping @Sendable (Stage) async throws -> Void) {
    testDescription = description
    self.body = body
  }

  /// Proves the rule on an empty store.
  package func check(_ stage: Stage) async throws { try await body(stage) }
}

/// The rules of the port `MetadataStore`.
package enum MetadataStoreContract {
  /// All rules.
  package static let rules: [ContractRule] =
    tenantRules + tokenRules + grantRules + documentRules + libraryRules + uploadRules + linkRules
    + redemptionRules + downloadRules + revocationRules + exposureRules
    + auditRules + idempotencyRules
}

/// Expects a store error of one code, and that nothing was recorded for it.
func expectError(
  _ code: StoreError.Code, _ stage: Stage, in log: LogID?,
  sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () async throws -> Void
) async throws {
  let before = try await total(stage)
  var caught: StoreError.Code?
  do { try await body() } catch let error as StoreError { caught = error.code }
  #expect(caught == code, sourceLocation: sourceLocation)
  #expect(try await total(stage) == before, sourceLocation: sourceLocation)
}

/// All events of all logs.
func total(_ stage: Stage) async throws -> Int64 {
  try await stage.store.logs().reduce(0) { $0 + $1.size }
}
