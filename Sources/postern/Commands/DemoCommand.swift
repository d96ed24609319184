// `postern demo`.

import Base
import Gateway

extension Command {
  static let demo = Command(
    "demo", "show the whole path once, in a throw-away folder",
    discussion: """
      Starts a gateway on free ports, uploads invented pictures full of metadata, asks for a link as
      a portal's backend does, follows it as a customer does, and verifies the audit log. Nothing
      stays behind.
      """,
    options: [.flag("keep", "leave the folder there, with its gateway stopped")],
    examples: ["postern demo"]
  ) { invocation throws(CommandError) in
    // An interrupted demo tidies up like any other. The gateway hears the interrupt of a terminal too.
    let stop = StopSignal()
    let root = try TemporaryFolder.create(in: invocation.environment["TMPDIR"] ?? "/tmp")
    let isKept = invocation.hasFlag("keep")
    let report = DemoReport(invocation, clock: .system)
    // The error type is lost in closures, hence the result (STYLE rule 28).
    let result = await outcome { () async throws(CommandError) in
      try await play(root, report, invocation, stop)
    }
    if !isKept { try TemporaryFolder.remove(root) }
    try check(stop)
    try result.get()
    report.finish(closing(root: isKept ? root : nil, seconds: report.seconds, invocation))
  }

  private static func play(
    _ root: String, _ report: DemoReport, _ invocation: Invocation, _ stop: StopSignal
  ) async throws(CommandError) {
    let stage = try DemoStage(root: root, environment: invocation.environment)
    try stage.prepare()
    let server = Lock<ServerProcess?>(nil)
    var script = DemoScript(stage, report)
    let result = await outcome { () async throws(CommandError) in
      try await script.start { data throws(CommandError) in
        let process = try ServerProcess(
          folder: data, logPath: root + "/serve.log", environment: invocation.environment)
        server.withLock { $0 = process }
        return try process.waitUntilReady()
      }
      try check(stop)
      try await script.upload()
      try check(stop)
      try await script.deliver()
      try check(stop)
      try await script.inspect()
      try check(stop)
      try await script.close()
    }
    let process = server.withLock { $0 }
    guard case .success = result else {
      // The first failure is the one to show; the gateway is stopped whatever comes of that.
      _ = await outcome { () async throws(CommandError) in try await process?.stop() }
      return try result.get()
    }
    try await report.step("The gateway stops in good order") { () throws(CommandError) in
      try await process?.stop()
      return []
    }
  }

  private static func check(_ stop: StopSignal) throws(CommandError) {
    if stop.hasArrived { throw CommandError(.failed, "interrupted", code: "interrupted") }
  }

  private static func outcome(
    _ work: () async throws(CommandError) -> Void
  ) async -> Result<Void, CommandError> {
    do throws(CommandError) {
      return .success(try await work())
    } catch {
      return .failure(error)
    }
  }

  private static func closing(
    root: String?, seconds: String, _ invocation: Invocation
  ) -> [String] {
    let style = invocation.console.style
    return [
      "",
      style.green("All steps passed") + " in \(seconds) s. "
        + (root.map { "The folder is \($0)." } ?? "Nothing was left behind."), "",
      style.bold("The same by hand:"),
      "  postern init",
      "  postern serve &",
      "  postern tenant create acme",
      "  postern put photo.jpg --tenant acme --title \"Site photo\"",
      "  postern link <document>",
      "  curl -L -OJ <url>",
      "  postern audit tail",
      "  postern audit verify",
      "  postern scrub photo.jpg",
    ]
  }
}
