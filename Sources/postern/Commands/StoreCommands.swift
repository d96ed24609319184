// `postern store credentials`: how other S3 programs reach the embedded store of a data folder. Reads
// local files only; no server has to run.

import Base
import Gateway
import JSONText

extension Command {
  static let storeCredentials = Command(
    "store credentials", "print the keys of the embedded object store",
    discussion: """
      Reads files of the data folder only. --shell prints assignments for a shell or an
      environment file, with the secret; without it the secret stays hidden, with --json too.
      """,
    options: [
      .value("data", "DIR", "the data folder"),
      .flag("shell", "print shell assignments: S3_ENDPOINT, S3_ACCESS_KEY, ..."),
    ],
    examples: ["eval \"$(postern store credentials --shell)\""]
  ) { invocation throws(CommandError) in
    let store = try StoreCredentials(invocation)
    let console = invocation.console
    if invocation.isJSON {
      console.print(
        JSONWriter.object { writer in
          for (name, value) in store.assignments
          where name != StoreCredentials.secretName || invocation.hasFlag("shell") {
            writer.member(String(name.dropFirst(3)).lowercased(), value)
          }
        })
    } else if invocation.hasFlag("shell") {
      for (name, value) in store.assignments {
        console.print(name + "=" + StoreCredentials.quoted(value))
      }
    } else {
      console.printRaw(
        Table.facts(
          [
            ("endpoint", store.endpoint), ("region", store.region), ("bucket", store.bucket),
            ("access key", store.accessKey), ("secret key", "hidden; --shell prints it"),
          ], style: console.style))
    }
  }
}

/// How to reach the embedded store.
struct StoreCredentials {
  /// The assignment that holds the secret.
  static let secretName = "S3_SECRET_KEY"

  let endpoint: String
  let region: String
  let bucket: String
  let accessKey: String
  private let secretKey: String

  /// Reads the settings and the key of a data folder.
  init(_ invocation: Invocation) throws(CommandError) {
    let folder = ServerLocation.folder(invocation)
    guard folder.exists else {
      throw CommandError(
        .failed, "there is no data folder \(Plain.text(folder.path))",
        hint: "postern init makes one", code: "data-folder-missing")
    }
    let settings = try SettingsSource.configuration(
      try SettingsSource.read(folder, invocation)
    ).objectStore
    guard settings.endpoint == nil else {
      throw CommandError(
        .refused, "the store is not the embedded one",
        hint: "its keys come from where object_store.credentials says",
        code: "store-not-embedded")
    }
    guard case .tcp(_, let port) = settings.listen, port != 0 else {
      throw CommandError(
        .refused, "the embedded store does not listen on a port of its own",
        hint: "object_store.listen names one", code: "store-not-reachable")
    }
    endpoint = "http://" + settings.listen.description
    region = settings.region
    bucket = settings.bucket
    let secret: Secret
    do throws(ConfigurationError) {
      secret = try SecretFile.read(folder.file(of: .objectStore))
    } catch {
      throw CommandError(error)
    }
    let text = secret.withBytes { span in
      String(decoding: (0..<span.count).map { span[$0] }, as: UTF8.self)
    }
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    guard parts.count == 2 else {
      throw CommandError(
        .failed, "\(folder.file(of: .objectStore)) must hold ID:SECRET", code: "secret-unusable")
    }
    (accessKey, secretKey) = (parts[0], parts[1])
  }

  /// Names and values in the order of printing.
  var assignments: [(String, String)] {
    [
      ("S3_ENDPOINT", endpoint), ("S3_ACCESS_KEY", accessKey), (Self.secretName, secretKey),
      ("S3_REGION", region), ("S3_BUCKET", bucket),
    ]
  }

  /// A word as a POSIX shell reads it back.
  static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}
