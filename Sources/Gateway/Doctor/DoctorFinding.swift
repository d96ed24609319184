// What `postern doctor` finds: a stable code, what it is about, and what to do.

/// One fault, or something that will become one.
package struct DoctorFinding: Sendable, Hashable {
  /// What is wrong; raw texts never change.
  package enum Code: String, Sendable, CaseIterable {
    // The data folder and its keys.
    case dataFolderMissing = "data-folder-missing"
    case folderOpen = "folder-open"
    case keyMissing = "key-missing"
    case keyUnusable = "key-unusable"
    case keyEnded = "key-ended"
    case rotationUnfinished = "rotation-unfinished"
    // Settings and programs.
    case settingsUnusable = "settings-unusable"
    case workerMissing = "worker-missing"
    case workerFails = "worker-fails"
    case scannerUnreachable = "scanner-unreachable"
    case descriptorsFew = "descriptors-few"
    case portInUse = "port-in-use"
    case addressUnusable = "address-unusable"
    // The database.
    case databaseUnreadable = "database-unreadable"
    case schemaNewer = "schema-newer"
    case schemaOlder = "schema-older"
    case databaseDamaged = "database-damaged"
    case clockBehind = "clock-behind"
    // Certificates; the first five as at the start of a gateway.
    case certificateUnusable = "certificate-unusable"
    case certificateChainBroken = "certificate-chain-broken"
    case certificateExpired = "certificate-expired"
    case certificateNotYetValid = "certificate-not-yet-valid"
    case certificateKeyMismatch = "certificate-key-mismatch"
    case certificateEndsSoon = "certificate-ends-soon"
    case certificateNamesAnotherHost = "certificate-names-another-host"
    // The disk.
    case diskFull = "disk-full"
    case diskLow = "disk-low"
    // A running gateway.
    case gatewayDead = "gateway-dead"
    case sealerDead = "sealer-dead"
    case sealerFailing = "sealer-failing"
    // The object store.
    case storeUnreachable = "store-unreachable"
    case storeRefuses = "store-refuses"
    case bucketMissing = "bucket-missing"
    case clockSkewed = "clock-skewed"
  }

  /// How bad it is.
  package enum Level: String, Sendable {
    /// The gateway does not start, or does not work.
    case fault
    /// It works, but somebody should look.
    case warning
  }

  /// What is wrong.
  package let code: Code
  /// How bad it is.
  package let level: Level
  /// What it is about, such as a path, with what was seen; never a secret.
  package let subject: String
  /// What to do.
  package let advice: String

  init(_ level: Level, _ code: Code, _ subject: String, advice: String) {
    self.level = level
    self.code = code
    self.subject = subject
    self.advice = advice
  }
}
