// `postern serve` and `postern seal`: the two processes of a gateway.

import Base
import Gateway
import JSONText

extension Command {
  static let serve = Command(
    "serve", "run the gateway",
    discussion: """
      Settings come from postern.json in the data folder, from POSTERN_* variables and from the
      options below; the last one wins. SIGTERM and SIGINT stop the gateway in good order.
      """,
    options: [
      .value("data", "DIR", "the data folder that `postern init` made"),
      .flag("print-config", "print every setting and where it came from, then end"),
    ] + SettingsSource.options,
    examples: [
      "postern serve", "postern serve --data /var/lib/postern --listen 0.0.0.0:8080",
      "postern serve --print-config",
    ]
  ) { invocation throws(CommandError) in
    let folder = ServerLocation.folder(invocation)
    let sources = try SettingsSource.read(folder, invocation)
    let configuration = try SettingsSource.configuration(sources)
    let console = invocation.console
    if invocation.hasFlag("print-config") {
      console.print(sources.printed())
      return
    }
    try requireKeys(folder)
    let options = GatewayServer.Options(
      folder: folder, configuration: configuration, log: .standardError(clock: .system),
      environment: invocation.environment)
    do throws(StartError) {
      try await GatewayServer.serve(options) { origin in
        console.print(
          invocation.isJSON
            ? JSONWriter.object { $0.member("ready", origin) } : "ready: \(origin)")
      }
    } catch {
      throw CommandError(.failed, error.detail, code: error.code.rawValue)
    }
  }

  static let seal = Command(
    "seal", "sign the audit logs of a data folder",
    discussion: """
      The only process that reads the audit key. `postern serve` starts one by itself unless
      audit.seal is "separate".
      """,
    options: [
      .value("data", "DIR", "the data folder that `postern init` made"),
      .flag("once", "sign what is there, then end"),
      .flag("until-input-ends", "end when standard input does, as below `postern serve`"),
    ] + SettingsSource.options.filter { $0.name.hasPrefix("audit-") },
    examples: ["postern seal --once"]
  ) { invocation throws(CommandError) in
    let folder = ServerLocation.folder(invocation)
    let configuration = try SettingsSource.configuration(
      try SettingsSource.read(folder, invocation))
    try requireKeys(folder)
    let end: SealProgram.End =
      invocation.hasFlag("once")
      ? .once : invocation.hasFlag("until-input-ends") ? .inputEnds : .signal
    do throws(StartError) {
      try await SealProgram.run(
        folder, configuration, until: end, log: .standardError(clock: .system))
    } catch {
      throw CommandError(.failed, error.detail, code: error.code.rawValue)
    }
  }

  private static func requireKeys(_ folder: DataFolder) throws(CommandError) {
    guard folder.exists else {
      throw CommandError(
        .failed, "there is no data folder \(Plain.text(folder.path))",
        hint: "postern init --data \(Plain.text(folder.path))", code: "data-folder-missing")
    }
  }
}
