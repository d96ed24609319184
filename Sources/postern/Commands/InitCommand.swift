// `postern init`.

import Gateway
import JSONText

extension Command {
  static let initialize = Command(
    "init", "make a data folder with its keys",
    discussion: "Nothing that exists is touched, so it is safe to run it again.",
    options: [
      .value("data", "DIR", "the folder to make; \(ServerLocation.standardFolder) if absent")
    ],
    examples: ["postern init", "postern init --data /var/lib/postern"]
  ) { invocation throws(CommandError) in
    let folder = ServerLocation.folder(invocation)
    let made: [String]
    do throws(FileError) {
      made = try folder.create()
    } catch {
      throw CommandError(.failed, error.description, code: "file-unusable")
    }
    let console = invocation.console
    if invocation.isJSON {
      console.print(
        JSONWriter.object { writer in
          writer.member("data", folder.path)
          writer.member("made", made)
        })
      return
    }
    for path in made { console.print("made " + Plain.text(path)) }
    if made.isEmpty { console.print("\(Plain.text(folder.path)) was complete already") }
    let option =
      folder.path == ServerLocation.standardFolder ? "" : " --data \(Plain.text(folder.path))"
    console.note("next: postern serve\(option)")
  }
}
