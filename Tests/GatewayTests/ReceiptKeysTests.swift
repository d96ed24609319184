// The keys of receipts: published before they sign, and for good.

import Base
import Delivery
import Foundation
import Gateway
import JOSE
import JSONText
import TestSupport
import Testing

@Suite struct ReceiptKeysTests {
  private let root: TemporaryFolder
  private let folder: DataFolder
  private let time = ManualClock()

  init() throws {
    (root, folder) = try DataFolder.temporary()
  }

  private func published() throws -> JWKSet {
    try JWKSet(parsing: try content(folder.receiptKeys))
  }

  @Test func `a receipt outlives the key that signed it`() async throws {
    let keeper = try KeyKeeper(folder, hasStore: true, clock: time.clock)
    let receipt = try keeper.current.localSigner.sign(
      payload: Array("{}".utf8), type: VersionReceipt.type)
    #expect(mode(folder.receiptKeys) == 0o644)
    #expect(try JWKSet(parsing: keeper.receiptKeySet).keyIDs == (try published().keyIDs))
    let first = keeper.current.localSigner.keyID
    let rotation = try KeyRotation(
      .localIssuer, folder, overlapSeconds: 60, at: time.now)
    try rotation.commit()
    try await keeper.reload { (ring) throws(ConfigurationError) in }
    let second = keeper.current.localSigner.keyID
    #expect(second != first)
    #expect(try published().keyIDs == [second, first])
    let former = try #require(try KeyFiles.list(folder, [.localIssuer]).last)
    try KeyRotation.retire(former, folder)
    let restarted = try KeyKeeper(folder, hasStore: true, clock: time.clock)
    #expect(restarted.current.localSigners.map(\.keyID) == [second])
    #expect(try JWKSet(parsing: restarted.receiptKeySet).keyIDs == [second, first])
    let payload = try published().payload(of: Array(receipt.utf8), type: VersionReceipt.type)
    #expect(payload == Array("{}".utf8))
  }

  @Test(arguments: ["", "{}", #"{"keys":[{"kty":"OKP"}]}"#, "not JSON"])
  func `a damaged file stops the gateway and stays as it is`(text: String) throws {
    try root.write("receipt-keys.json", text)
    let error = #expect(throws: ConfigurationError.self) {
      _ = try KeyKeeper(folder, hasStore: true, clock: time.clock)
    }
    #expect(error?.code == .secretUnusable && error?.detail.contains("receipt-keys.json") == true)
    #expect(try content(folder.receiptKeys) == Array(text.utf8))
  }

  @Test func `the file holds no secret and no more than thirty-two keys`() async throws {
    var keys = [JSONValue]()
    for number in UInt8(1)...40 {
      let signer = try JWSSigner(ed25519Seed: [UInt8](repeating: number, count: 32))
      let set = try JSONValue(parsing: JWSSigner.keySet(of: [signer]), limits: .request)
      keys += try #require(set["keys"]?.arrayValue)
    }
    let full: JSONValue = ["keys": .array(Array(keys.prefix(32)))]
    try root.write("receipt-keys.json", String(decoding: full.write(), as: UTF8.self))
    let keeper = try KeyKeeper(folder, hasStore: true, clock: time.clock)
    #expect(try published().count == 32)
    #expect(try published().keyIDs.first == keeper.current.localSigner.keyID)
    let text = String(decoding: try content(folder.receiptKeys), as: UTF8.self)
    #expect(!text.contains(#""d""#))
  }
}
