// Which server a command talks to. Flags go before variables, variables before the context file,
// and without any of them it is the gateway of ./postern-data through its admin socket.

import Gateway
import JSONText

/// Where the server is, and with which authority the command speaks.
enum ServerLocation: Sendable, Equatable {
  /// The admin socket of a data folder: the kernel names the caller, who is an operator.
  case adminSocket(folder: String)

  /// A URL, with a token from a file.
  case remote(origin: String, tokenFile: String)

  /// The folder if nothing else is said.
  static let standardFolder = "postern-data"

  /// The largest context file in bytes.
  private static let contextBytesMax = 16_384

  /// The options of each command that talks to a server.
  static let options: [OptionSpec] = [
    .value("tenant", "NAME", "the tenant; not needed if there is only one"),
    .value("data", "DIR", "the data folder of a gateway on this machine"),
    .value("server", "URL", "the gateway's URL, instead of the data folder"),
    .value("token-file", "FILE", "the file with the token for --server"),
    .flag("plain-http", "let the token travel in clear text"),
  ]

  /// The data folder that the options or `POSTERN_DATA` name, for commands that read local files.
  static func folder(_ invocation: Invocation) -> DataFolder {
    DataFolder(
      path: invocation.value("data") ?? invocation.environment["POSTERN_DATA"] ?? standardFolder)
  }

  /// Finds the server.
  static func find(_ invocation: Invocation) throws(CommandError) -> ServerLocation {
    let environment = invocation.environment
    let tokenFile = invocation.value("token-file") ?? environment["POSTERN_TOKEN_FILE"]
    if let url = invocation.value("server") {
      guard invocation.value("data") == nil else {
        throw .usage("--server and --data exclude each other")
      }
      return try remote(url, tokenFile, invocation)
    }
    if let folder = invocation.value("data") { return .adminSocket(folder: folder) }
    if let url = environment["POSTERN_URL"] { return try remote(url, tokenFile, invocation) }
    if let folder = environment["POSTERN_DATA"] { return .adminSocket(folder: folder) }
    if let context = try context(environment) {
      return try remote(context.server, tokenFile ?? context.tokenFile, invocation)
    }
    return .adminSocket(folder: standardFolder)
  }

  private static func remote(
    _ url: String, _ tokenFile: String?, _ invocation: Invocation
  ) throws(CommandError) -> ServerLocation {
    guard let origin = Origin(url) else {
      throw .usage("the server's URL is http:// or https:// with a host and nothing behind it")
    }
    guard origin.isSecure || isLoopback(origin.description) || invocation.hasFlag("plain-http")
    else {
      throw .usage(
        "the token would travel in clear text",
        hint: "use https://, or --plain-http on a network that you trust")
    }
    guard let tokenFile else {
      throw .usage(
        "a server at a URL needs a token",
        hint: "--token-file FILE or POSTERN_TOKEN_FILE; `postern token issue` makes one")
    }
    return .remote(origin: origin.description, tokenFile: tokenFile)
  }

  private static func isLoopback(_ origin: String) -> Bool {
    let host = origin.drop { $0 != ":" }.dropFirst(3)
    return ["localhost", "127.0.0.1", "[::1]"].contains { name in
      host == name || host.hasPrefix(name + ":")
    }
  }

  /// The context file: `{"server": "https://...", "token_file": "..."}`.
  private static func context(
    _ environment: [String: String]
  ) throws(CommandError) -> (server: String, tokenFile: String?)? {
    let configurations =
      environment["XDG_CONFIG_HOME"] ?? environment["HOME"].map { $0 + "/.config" }
    guard
      let path = environment["POSTERN_CONTEXT_FILE"]
        ?? configurations.map({ $0 + "/postern/context.json" })
    else { return nil }
    // A file that was named has to be there; the usual one may be absent.
    guard environment["POSTERN_CONTEXT_FILE"] != nil || LocalFile.exists(path) else { return nil }
    let bytes = try LocalFile.read(path, bytesMax: contextBytesMax)
    do throws(JSONError) {
      let value = try JSONValue(parsing: bytes, limits: .configuration, allowComments: true)
      guard let members = value.objectValue else {
        throw JSONError(.wrongType, "the file must hold one object")
      }
      try members.allow(only: "server", "token_file")
      return (try members.requiredString("server"), try members.string("token_file"))
    } catch {
      throw CommandError(.usage, "\(path): \(error.detail)", code: "context-malformed")
    }
  }
}
