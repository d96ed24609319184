// The effective settings of a data folder: its file, POSTERN_* variables, flags.

import Gateway

enum SettingsSource {
  /// The largest configuration file in bytes.
  private static let fileBytesMax = 1 << 20

  /// The flags of all settings that can be given as text.
  static let options: [OptionSpec] = Settings.all.filter(\.hasTextForm).map { setting in
    let choices: [String] = if case .choice(let words) = setting.form { words } else { [] }
    return .value(setting.flag, placeholder(setting), setting.summary, choices: choices)
  }

  /// Merges the sources; a folder without a file has the defaults.
  static func read(
    _ folder: DataFolder, _ invocation: Invocation
  ) throws(CommandError) -> ConfigurationSources {
    var sources = ConfigurationSources()
    do {
      if LocalFile.exists(folder.configuration) {
        try sources.merge(
          file: try LocalFile.read(folder.configuration, bytesMax: fileBytesMax))
      }
      try sources.merge(environment: invocation.environment)
      for setting in Settings.all {
        guard let text = invocation.value(setting.flag) else { continue }
        try sources.merge(flag: setting.flag, text: text)
      }
      return sources
    } catch let error as ConfigurationError {
      throw CommandError(error)
    } catch let error as CommandError {
      throw error
    } catch {
      throw CommandError(.failed, "the settings cannot be read")
    }
  }

  /// Gives the settings their types.
  static func configuration(
    _ sources: ConfigurationSources
  ) throws(CommandError) -> Configuration {
    do throws(ConfigurationError) {
      return try Configuration(sources)
    } catch {
      throw CommandError(error)
    }
  }

  private static func placeholder(_ setting: Setting) -> String {
    switch setting.form {
    case .integer: "N"
    case .truth: "true|false"
    case .texts: "TEXT,..."
    case .text, .choice, .objects: "TEXT"
    }
  }
}

extension CommandError {
  /// A setting that cannot be used.
  init(_ error: ConfigurationError) {
    let isSecret = error.code == .secretUnusable
    self.init(
      isSecret ? .failed : .usage, Plain.text(error.detail),
      hint: isSecret ? nil : "postern serve --print-config shows every setting",
      code: error.code.rawValue)
  }
}
