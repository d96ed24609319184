// `postern serve --print-config`: the effective settings and where each came from. No setting holds
// a secret, secrets lie in files; the keys of the data folder are listed as `redacted` all the same,
// so that a reader sees what else the server holds.

import JSONText

extension ConfigurationSources {
  /// The effective settings as pretty JSON.
  package func printed() -> String {
    var writer = JSONWriter(capacity: 4096, pretty: true)
    writer.beginObject()
    for setting in Settings.all {
      writer.key(setting.name)
      writer.beginObject()
      writer.member("value", json: value(setting.name))
      writer.member("from", origin(setting.name).rawValue)
      writer.endObject()
    }
    for key in DataFolder.Key.allCases { writer.member("keys." + key.rawValue, "redacted") }
    writer.endObject()
    return writer.text
  }
}
