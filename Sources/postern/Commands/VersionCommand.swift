// `postern version`.

import JSONText

/// This release.
enum Release {
  /// Its number (semver.org).
  static let number = "1.0.0"
}

extension Command {
  static let version = Command("version", "print the release") { invocation throws(CommandError) in
    invocation.console.print(
      invocation.isJSON
        ? JSONWriter.object { $0.member("version", Release.number) } : "postern \(Release.number)")
  }
}
