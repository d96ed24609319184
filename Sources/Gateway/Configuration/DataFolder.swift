// The data folder: where everything of one gateway lies. `postern init` makes it.

/// Names inside the data folder.
package struct DataFolder: Sendable {
  /// The keys; each is a file of its own, readable by its owner only.
  package enum Key: String, Sendable, CaseIterable {
    /// Hides link tokens in the database.
    case pepper
    /// Signs tokens of the local issuer.
    case localIssuer = "local-issuer"
    /// Signs checkpoints; only `postern seal` reads it.
    case audit
    /// Access key of the embedded store: `ID:SECRET`.
    case objectStore = "object-store"
  }

  /// The folder's path without a final slash.
  package let path: String

  /// Names a folder; it need not exist.
  package init(path: String) {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = path
  }

  package var configuration: String { path + "/postern.json" }
  package var database: String { path + "/postern.db" }
  package var lock: String { path + "/postern.lock" }
  package var keys: String { path + "/keys" }
  package var objects: String { path + "/objects" }
  package var audit: String { path + "/audit" }
  /// The public keys that verify receipts: every one that ever signed any.
  package var receiptKeys: String { path + "/receipt-keys.json" }
  /// Where the gateway itself reaches the embedded store when that speaks TLS.
  package var storeSocket: String { path + "/store.sock" }
  package var adminSocket: String { path + "/admin.sock" }

  /// The file of a key.
  package func file(of key: Key) -> String { keys + "/" + key.rawValue }
}
