// Runs command lines in this process with a console that keeps what is printed, and the built program
// that lies beside the test bundle.

import Base
import Foundation

@testable import postern

/// What a command line did.
struct Outcome: Equatable {
  var code: Int32
  var output: String
  var errors: String
}

enum Harness {
  /// A console without colours that keeps what is printed.
  static func console(
    _ printed: Lock<(String, String)>, isInteractive: Bool = false
  ) -> Console {
    Console(
      style: Style(isColoured: false), errorStyle: Style(isColoured: false),
      isInteractive: isInteractive, hasProgress: false,
      write: { text, stream in
        printed.withLock { printed in
          if stream == .output { printed.0 += text } else { printed.1 += text }
        }
      })
  }

  /// Runs the command in this process.
  static func run(
    _ words: [String], environment: [String: String] = [:], isInteractive: Bool = false
  ) async -> Outcome {
    let printed = Lock(("", ""))
    let code = await Main.run(
      words, console: console(printed, isInteractive: isInteractive), environment: environment)
    let (output, errors) = printed.withLock { $0 }
    return Outcome(code: code.rawValue, output: output, errors: errors)
  }

  /// An invocation of a command that does nothing, for the code below the commands.
  static func invocation(
    _ words: [String], options: [OptionSpec] = ServerLocation.options,
    arguments: [ArgumentSpec] = [ArgumentSpec("file", "files", count: .optionalMany)],
    environment: [String: String] = [:]
  ) throws(CommandError) -> Invocation {
    let command = Command("test", "test", arguments: arguments, options: options) { _ in }
    return try Invocation(
      command, words: words, console: console(Lock(("", ""))), environment: environment)
  }

  /// The built program; nothing if the tests were built elsewhere.
  static let program: String? = {
    let bundle = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    guard let bundle else { return nil }
    let path = URL(fileURLWithPath: bundle).deletingLastPathComponent()
      .appendingPathComponent("postern").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()

  /// Runs a program, the built one by default, in a folder without any variables of ours; `meanwhile`
  /// gets it started.
  static func program(
    _ words: [String], in folder: String, environment: [String: String] = [:],
    executable: String? = program, meanwhile: (Process) throws -> Void = { _ in }
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable ?? "/nonexistent")
    process.arguments = words
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = environment.merging(
      ["PATH": "/usr/bin:/bin", "HOME": folder, "TMPDIR": folder]) { own, _ in own }
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    try meanwhile(process)
    // Each stream fits the pipe's buffer, so one after the other is safe.
    let outputBytes = output.fileHandleForReading.readDataToEndOfFile()
    let errorBytes = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(
      code: process.terminationStatus, output: String(decoding: outputBytes, as: UTF8.self),
      errors: String(decoding: errorBytes, as: UTF8.self))
  }

  /// Runs the built program as a gateway over `postern-data` in a folder, on free ports.
  static func serving(_ folder: String, _ body: () throws -> Void) throws {
    let made = try program(["init"], in: folder)
    guard made.code == 0 else { throw CommandError(.failed, made.errors) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program ?? "/nonexistent")
    process.arguments =
      ["serve", "--public-url", "http://localhost:8080"]
      + ["listen", "ops-listen", "object-store-listen"].flatMap { ["--" + $0, "127.0.0.1:0"] }
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ["PATH": "/usr/bin:/bin", "HOME": folder]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    defer {
      process.terminate()
      process.waitUntilExit()
    }
    // The first line says that it is ready; without one it has ended.
    guard !output.fileHandleForReading.availableData.isEmpty else {
      throw CommandError(.failed, "the gateway did not start")
    }
    try body()
  }

  /// Runs `body` with a folder that is removed afterwards.
  static func withFolder<Result>(
    _ body: (String) async throws -> Result
  ) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("postern-tests-\(UUID().uuidString.prefix(8))").path
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
  }
}
