// The store that the other tests lean on keeps the contract itself.

import TestSupport
import Testing

@Suite struct MemoryStoreTests {
  @Test(arguments: MetadataStoreContract.rules)
  func `the memory store keeps the contract`(rule: ContractRule) async throws {
    let time = ManualClock()
    try await rule.check(Stage(store: MemoryStore(clock: time.clock), time: time))
  }
}
