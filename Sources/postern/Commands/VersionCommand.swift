// `postern version`.

import Gateway
import JSONText

extension Command {
  static let version = Command("version", "print the release") { invocation throws(CommandError) in
    invocation.console.print(
      invocation.isJSON
        ? JSONWriter.object { $0.member("version", Release.number) } : "postern \(Release.number)")
  }
}
