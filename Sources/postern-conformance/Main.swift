// The front for independent checkers: the first argument picks a subcommand, the rest is its own.
// Not shipped. Each subcommand lives in a file of its own and has one row in the table.

import Glibc

@main
struct Main {
  /// A subcommand: its arguments in, its exit code out.
  typealias Subcommand = @Sendable (_ arguments: [String]) async -> Int32

  static let subcommands: [String: Subcommand] = [
    "bench-scrub": ScrubBench.run,
    "disposition": { Disposition.run($0) },
    "http-echo": HTTPEcho.run,
    "jose": { JOSECommand.run($0) },
    "s3-serve": S3Serve.run,
    "s3-transfer": S3Transfer.run,
    "scrub": ScrubTree.run,
    "scrub-damage": ScrubDamage.run,
    "bench-presign": { BenchPresign.run($0) },
    "bench-verify": { BenchVerify.run($0) },
    "presign": { Presign.run($0) },
    "store": StoreCommand.run,
    "store-check": StoreCommand.check,
    "bench-store": StoreCommand.bench,
  ]

  static func main() async {
    let arguments = CommandLine.arguments.dropFirst()
    guard let name = arguments.first, let run = subcommands[name] else {
      let names = subcommands.keys.sorted().joined(separator: ", ")
      complain("usage: postern-conformance SUBCOMMAND ...; one of: \(names)")
      exit(2)
    }
    exit(await run(Array(arguments.dropFirst())))
  }

  /// Writes one line to standard error.
  static func complain(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
  }
}
