// Which server a command line, variables and the context file name, and in which order they count.

import Foundation
import Testing

@testable import postern

@Suite struct ServerLocationTests {
  static let remote = ServerLocation.remote(origin: "https://files.example.com", tokenFile: "t")

  @Test func `without anything it is the usual data folder`() throws {
    #expect(try Self.find([]) == .adminSocket(folder: "postern-data"))
  }

  @Test func `the folder of a variable goes before the usual one`() throws {
    #expect(try Self.find([], ["POSTERN_DATA": "/srv/p"]) == .adminSocket(folder: "/srv/p"))
  }

  @Test func `a URL of a variable goes before a folder of one`() throws {
    let variables = [
      "POSTERN_DATA": "/srv/p", "POSTERN_URL": "https://files.example.com/",
      "POSTERN_TOKEN_FILE": "t",
    ]
    #expect(try Self.find([], variables) == Self.remote)
    #expect(try Self.find(["--data", "d"], variables) == .adminSocket(folder: "d"))
  }

  @Test func `flags go before variables`() throws {
    let variables = ["POSTERN_URL": "https://other.example.com", "POSTERN_TOKEN_FILE": "o"]
    let words = ["--server", "https://files.example.com", "--token-file", "t"]
    #expect(try Self.find(words, variables) == Self.remote)
  }

  @Test func `the context file counts where nothing else is said`() async throws {
    try await Harness.withFolder { folder in
      let path = folder + "/context.json"
      let text = """
        // the office's gateway
        {"server": "https://files.example.com", "token_file": "t"}
        """
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      let variables = ["POSTERN_CONTEXT_FILE": path]
      #expect(try Self.find([], variables) == Self.remote)
      let both = variables.merging(["POSTERN_DATA": "d"]) { $1 }
      #expect(try Self.find([], both) == .adminSocket(folder: "d"))
    }
  }

  @Test(arguments: ["", "[]", "{}", #"{"server":"https://a","extra":1}"#, #"{"server":7}"#])
  func `a context file that is not understood is refused`(text: String) async throws {
    try await Harness.withFolder { folder in
      let path = folder + "/context.json"
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      let error = #expect(throws: CommandError.self) {
        try Self.find([], ["POSTERN_CONTEXT_FILE": path])
      }
      #expect(error?.exit == .usage)
    }
  }

  @Test func `a context file that was named must be there, the usual one need not`() throws {
    #expect(throws: CommandError.self) {
      try Self.find([], ["POSTERN_CONTEXT_FILE": "/nonexistent/context.json"])
    }
    #expect(try Self.find([], ["HOME": "/nonexistent"]) == .adminSocket(folder: "postern-data"))
  }

  @Test(arguments: [
    "http://files.example.com", "http://127.0.0.1.example.com", "http://localhost.example.com",
    "ftp://files.example.com", "https://files.example.com/path", "files.example.com", "",
  ])
  func `a token is not sent in clear text or to something that is no gateway`(url: String) {
    let error = #expect(throws: CommandError.self) {
      try Self.find(["--server", url, "--token-file", "t"])
    }
    #expect(error?.exit == .usage)
  }

  @Test(arguments: [
    "http://127.0.0.1:8080", "http://localhost", "http://[::1]:8080", "https://files.example.com",
  ])
  func `the own machine needs no TLS`(url: String) throws {
    #expect(
      try Self.find(["--server", url, "--token-file", "t"])
        == .remote(origin: url, tokenFile: "t"))
  }

  @Test func `clear text has to be asked for`() throws {
    let words = ["--server", "http://gateway:8080", "--token-file", "t", "--plain-http"]
    #expect(try Self.find(words) == .remote(origin: "http://gateway:8080", tokenFile: "t"))
  }

  @Test func `a URL without a token, or with a folder, is a usage error`() {
    for words in [["--server", "https://a"], ["--server", "https://a", "--data", "d"]] {
      #expect(throws: CommandError.self) { try Self.find(words) }
    }
  }

  private static func find(
    _ words: [String], _ environment: [String: String] = [:]
  ) throws(CommandError) -> ServerLocation {
    try ServerLocation.find(try Harness.invocation(words, environment: environment))
  }
}
