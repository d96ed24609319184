// `postern doctor`.

import Gateway
import JSONText

extension Command {
  static let doctor = Command(
    "doctor", "look for what is wrong on this machine",
    discussion: """
      Looks at the data folder, its keys, the database, the disk, ports, programs, the sealer and the
      object store, and changes nothing. Each finding has a stable code and says what to do. Ends
      with 1 if there is a fault; warnings alone end with 0.
      """,
    options: [
      .value("data", "DIR", "the data folder"),
      .flag("deep", "read the whole database too; takes long for a large one"),
    ] + SettingsSource.options,
    examples: ["postern doctor", "postern doctor --deep --json"]
  ) { invocation throws(CommandError) in
    let folder = ServerLocation.folder(invocation)
    let findings = await Doctor(folder: folder, environment: invocation.environment)
      .examine(settings(folder, invocation), isDeep: invocation.hasFlag("deep"))
    let console = invocation.console
    let hasFault = findings.contains { $0.level == .fault }
    if invocation.isJSON {
      console.print(
        JSONWriter.object { writer in
          writer.member("healthy", !hasFault)
          writer.objects("findings", findings) { finding, writer in
            writer.member("code", finding.code.rawValue)
            writer.member("level", finding.level.rawValue)
            writer.member("subject", finding.subject)
            writer.member("advice", finding.advice)
          }
        })
    } else {
      for finding in findings {
        let mark =
          finding.level == .fault ? console.style.red("✗") : console.style.yellow("!")
        console.print("\(mark) \(finding.code.rawValue): \(Plain.text(finding.subject))")
        console.print("  \(console.style.dim("do:")) \(Plain.text(finding.advice))")
      }
      if findings.isEmpty { console.print(console.style.green("✓") + " nothing is wrong") }
    }
    if hasFault { throw .shown(.failed) }
  }

  private static func settings(
    _ folder: DataFolder, _ invocation: Invocation
  ) -> Result<Configuration, ConfigurationError> {
    do throws(CommandError) {
      return .success(
        try SettingsSource.configuration(try SettingsSource.read(folder, invocation)))
    } catch {
      return .failure(
        ConfigurationError(
          ConfigurationError.Code(rawValue: error.code) ?? .malformed, error.message))
    }
  }
}
