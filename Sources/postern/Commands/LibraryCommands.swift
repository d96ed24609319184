// `postern set`, `validity`, `delete`: changes of documents that are there.

import HTTPMessage
import Wire

extension Command {
  static let set = Command(
    "set", "change a document's title, type, labels or period",
    discussion: """
      What is not named stays. --label replaces all labels; --add-label and --remove-label change
      single ones. Grants may name types and labels: you must be allowed to write the document
      before and after.
      """,
    arguments: [ArgumentSpec("document", "the document's identifier")],
    options: [
      .value("title", "TEXT", "the new title"),
      .value("type", "WORD", "the new type"),
      .value("label", "WORD", "a label that it has from now on", repeatable: true),
      .value("add-label", "WORD", "a label to put on", repeatable: true),
      .value("remove-label", "WORD", "a label to take off", repeatable: true),
      .value("period", "PERIOD", "what it is about, such as 2026-11; none takes it away"),
      .value("revision", "N", "refuse if the document has another revision by now"),
    ] + ServerLocation.options,
    examples: ["postern set doc_... --title \"Invoice 11/2026\" --period 2026-11 --add-label paid"]
  ) { invocation throws(CommandError) in
    let id = try Identifier.document(invocation.arguments[0])
    func list(_ name: String) -> [String]? {
      invocation.allValues(name).isEmpty ? nil : invocation.list(name)
    }
    var body = DocumentChangeBody(
      title: invocation.value("title"), type: invocation.value("type"), labels: list("label"),
      addLabels: list("add-label"), removeLabels: list("remove-label"))
    if let period = invocation.value("period") {
      body.period = period == "none" ? .some(nil) : period
    }
    guard body != DocumentChangeBody() else {
      throw .usage("nothing to change", hint: "postern set --help")
    }
    body.revision = try invocation.number("revision", in: 1...Int.max).map(Int64.init)
    let scope = try await TenantScope.find(invocation, probe: ["documents", id])
    let answer = try await scope.client.call(
      .patch, scope.path("documents", id), body: body.json())
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    let document = try answer.read(DocumentBody.self)
    invocation.console.printRaw(
      Table.facts(
        [
          ("document", document.id), ("title", document.title), ("type", document.type),
          ("labels", document.labels.isEmpty ? nil : document.labels.joined(separator: ", ")),
          ("period", document.period), ("revision", document.revision.map(String.init)),
        ], style: invocation.console.style))
  }

  static let validity = Command(
    "validity", "change from when until when a version is delivered",
    discussion: "Links that are out follow: outside these bounds they deliver nothing.",
    arguments: [
      ArgumentSpec("document", "the document's identifier"),
      ArgumentSpec("version", "the version's identifier"),
    ],
    options: [
      .value("from", "TIME", "from when, such as 2026-12-01 or 2026-12-01T08:00:00Z"),
      .value("until", "TIME", "until when; never takes the end away"),
    ] + ServerLocation.options,
    examples: ["postern validity doc_... ver_... --until 2026-12-31"]
  ) { invocation throws(CommandError) in
    let document = try Identifier.document(invocation.arguments[0])
    let version = try Identifier.version(invocation.arguments[1])
    var body = VersionChangeBody(validFrom: try Moments.wire("from", of: invocation))
    if invocation.value("until") == "never" {
      body.validUntil = .some(nil)
    } else if let end = try Moments.wire("until", of: invocation) {
      body.validUntil = end
    }
    guard body != VersionChangeBody() else {
      throw .usage("one of --from and --until is needed")
    }
    let scope = try await TenantScope.find(invocation, probe: ["documents", document])
    let answer = try await scope.client.call(
      .patch, scope.path("documents", document, "versions", version), body: body.json())
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    let changed = try answer.read(VersionBody.self)
    let console = invocation.console
    console.printRaw(
      Table.facts(
        [
          ("version", "\(changed.id) (number \(changed.number))"),
          ("from", Moments.text(changed.validFrom, console)),
          ("until", Moments.text(changed.validUntil, console) ?? "no end"),
        ], style: console.style))
  }

  static let delete = Command(
    "delete", "delete a document with all its versions, for good",
    discussion: """
      At once it is absent for everybody, and no link delivers it. Its files are deleted from the
      store in the background. The audit log keeps what happened. A document under a legal hold or
      within its retention is kept, and the answer says why.
      """,
    arguments: [ArgumentSpec("document", "the document's identifier")],
    options: [.flag("yes", "really delete; nothing is done without it")] + ServerLocation.options,
    examples: ["postern delete doc_... --yes"]
  ) { invocation throws(CommandError) in
    let id = try Identifier.document(invocation.arguments[0])
    guard invocation.hasFlag("yes") else {
      throw .usage(
        "a deletion cannot be taken back",
        hint: "add --yes, or postern withdraw takes a version out of circulation")
    }
    let scope = try await TenantScope.find(invocation, probe: ["documents", id])
    let answer = try await scope.client.call(.delete, scope.path("documents", id))
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    let body = try answer.read(DeletionBody.self)
    let moment = Moments.text(body.deletedAt, invocation.console) ?? ""
    invocation.console.print("deleted \(id) at \(Plain.text(moment)), files: \(body.objects)")
    Residual.note(body.residualExposureSeconds, invocation)
  }
}
