// What is running: our release and the libraries that it runs with.

import SQLiteStore

/// This release.
package enum Release {
  /// Its number (semver.org).
  package static let number = "1.0.0"

  /// The libraries whose faults we work around, with the versions in use.
  static var libraries: [(name: String, version: String)] {
    [("sqlite", SQLiteStore.libraryVersion)]
  }
}
