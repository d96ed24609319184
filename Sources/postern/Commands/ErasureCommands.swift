// `postern audit people` and `audit erase`: whom a log names, and forgetting them.

import HTTPMessage
import JSONText
import Wire

extension Command {
  static let auditPeople = Command(
    "audit people", "list the people whom a tenant's audit log names",
    discussion: "The log itself has pseudonyms only; this is the table that resolves them.",
    options: [.value("subject", "NAME", "only people of this name")] + Paging.options
      + ServerLocation.options,
    examples: ["postern audit people --tenant acme --subject anna@example.com"]
  ) { invocation throws(CommandError) in
    let query = [("subject", invocation.value("subject"))] + (try Paging.query(invocation))
    let scope = try await TenantScope.find(invocation)
    let answer = try await scope.client.call(.get, scope.path("audit", "people"), query: query)
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    let page = try answer.read(PageBody<PersonBody>.self)
    invocation.console.printRaw(
      Table.text(
        ["PSEUDONYM", "SUBJECT", "ISSUER"],
        page.items.map { [$0.pseudonym, $0.subject, $0.issuer] },
        style: invocation.console.style))
    Paging.note(page.nextCursor, invocation)
  }

  static let auditErase = Command(
    "audit erase", "forget a person in a tenant's audit log, for ever",
    discussion: """
      Deletes the name behind a pseudonym, and the addresses, programs and file names of what the
      person did or received. The log with its signatures and receipts stays valid. Backups keep
      what they have, and grants and links that name the person stay in force.
      """,
    arguments: [ArgumentSpec("pseudonym", "16 digits, as `audit people` shows them")],
    options: [.flag("yes", "do it; it cannot be undone")] + ServerLocation.options,
    examples: ["postern audit erase 3f2a9c01b7d84e55 --tenant acme --yes"]
  ) { invocation throws(CommandError) in
    let pseudonym = invocation.arguments[0]
    let scope = try await TenantScope.find(
      invocation, probe: ["audit", "people", pseudonym])
    guard invocation.hasFlag("yes") else {
      // Tells of a wrong pseudonym, too.
      let answer = try await scope.client.call(
        .get, scope.path("audit", "people", pseudonym))
      let person = try answer.read(PersonBody.self)
      throw CommandError(
        .refused, "this forgets \(Plain.text(person.subject)) for ever",
        hint: "--yes does it", code: "confirmation-missing")
    }
    var erased: Int64 = 0
    var step: ErasureBody
    repeat {
      let answer = try await scope.client.call(
        .delete, scope.path("audit", "people", pseudonym))
      step = try answer.read(ErasureBody.self)
      erased += step.erased
    } while !step.isComplete
    let event = step.eventID
    invocation.console.print(
      invocation.isJSON
        ? JSONWriter.object { writer in
          writer.member("erased", erased)
          writer.member("event_id", event)
        }
        : "erased the person and the data of \(erased) event\(erased == 1 ? "" : "s"); \(Plain.text(event)) says so"
    )
  }
}
