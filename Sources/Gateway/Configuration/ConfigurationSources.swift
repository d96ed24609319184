// Merges defaults, file, environment and flags, in that order; the last word wins. What nobody
// knows is refused: a misspelt limit must not be a missing limit.

import Base
package import JSONText

/// Where an effective value came from.
package enum SettingOrigin: String, Sendable {
  case fallback = "default"
  case file
  case environment
  case flag
}

/// The effective value of each setting.
package struct ConfigurationSources: Sendable {
  /// Variables that begin with `POSTERN_` and are not settings: the command's own and the tests'.
  static let otherVariables: Set<String> = [
    "POSTERN_DATA", "POSTERN_URL", "POSTERN_TOKEN_FILE", "POSTERN_CONTEXT_FILE", "POSTERN_CHECKS",
  ]

  private var values: [String: (value: JSONValue, origin: SettingOrigin)] = [:]

  /// Starts with the defaults.
  package init() {
    for setting in Settings.all { values[setting.name] = (setting.fallback, .fallback) }
  }

  /// The effective value of a setting of the table.
  package func value(_ name: String) -> JSONValue {
    guard let entry = values[name] else { preconditionFailure("no setting is called \(name)") }
    return entry.value
  }

  /// Where the effective value came from.
  package func origin(_ name: String) -> SettingOrigin { values[name]?.origin ?? .fallback }

  /// Takes the members of a configuration file.
  /// - Throws: `configuration-malformed`, `setting-unknown` or `setting-invalid`.
  package mutating func merge(file bytes: [UInt8]) throws(ConfigurationError) {
    let root: JSONValue
    do throws(JSONError) {
      root = try JSONValue(parsing: bytes, limits: .configuration, allowComments: true)
    } catch {
      throw ConfigurationError(.malformed, error.description)
    }
    guard let members = root.objectValue else {
      throw ConfigurationError(.malformed, "the file must hold one object")
    }
    try merge(members, prefix: "")
  }

  private mutating func merge(
    _ members: JSONObject, prefix: String
  ) throws(ConfigurationError) {
    for member in members.members {
      let name = prefix + member.name
      if let setting = Settings.all.first(where: { $0.name == name }) {
        try setting.check(member.value)
        values[name] = (member.value, .file)
      } else if let group = member.value.objectValue,
        Settings.all.contains(where: { $0.name.hasPrefix(name + ".") })
      {
        try merge(group, prefix: name + ".")
      } else {
        throw ConfigurationSources.unknown("key", name, among: Settings.all.map(\.name))
      }
    }
  }

  /// Takes the variables that begin with `POSTERN_`.
  /// - Throws: `setting-unknown` or `setting-invalid`.
  package mutating func merge(environment: [String: String]) throws(ConfigurationError) {
    for (variable, text) in environment.sorted(by: { $0.key < $1.key })
    where variable.hasPrefix("POSTERN_") && !Self.otherVariables.contains(variable) {
      guard let setting = Settings.all.first(where: { $0.variable == variable }) else {
        throw ConfigurationSources.unknown(
          "variable", variable, among: Settings.all.map(\.variable))
      }
      values[setting.name] = (try setting.parse(text), .environment)
    }
  }

  /// Takes one flag without its dashes.
  /// - Throws: `setting-unknown` or `setting-invalid`.
  package mutating func merge(flag: String, text: String) throws(ConfigurationError) {
    guard let setting = Settings.all.first(where: { $0.flag == flag }) else {
      throw ConfigurationSources.unknown("flag", flag, among: Settings.all.map(\.flag))
    }
    values[setting.name] = (try setting.parse(text), .flag)
  }

  // The name came from outside: only the plain part of it is repeated.
  private static func unknown(
    _ kind: String, _ name: String, among known: [String]
  ) -> ConfigurationError {
    let plain = name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } && name.utf8.count <= 80
    return ConfigurationError(
      .unknownSetting, "unknown \(kind) \(plain ? name : "with an unusual name")")
  }
}
