// Identifiers on the command line are checked before anything is sent: a document's where a link's
// is meant is a slip of the hand, not a thing that is not there.

import Base
import Delivery

enum Identifier {
  static func document(_ text: String) throws(CommandError) -> String {
    try check(text, DocumentID.self, "a document's identifier", "doc_")
  }

  static func version(_ text: String) throws(CommandError) -> String {
    try check(text, VersionID.self, "a version's identifier", "ver_")
  }

  static func link(_ text: String) throws(CommandError) -> String {
    try check(text, LinkID.self, "a link's identifier", "lnk_")
  }

  static func grant(_ text: String) throws(CommandError) -> String {
    try check(text, GrantID.self, "a grant's identifier", "grt_")
  }

  static func hold(_ text: String) throws(CommandError) -> String {
    try check(text, HoldID.self, "a hold's identifier", "hld_")
  }

  static func event(_ text: String) throws(CommandError) -> String {
    try check(text, EventID.self, "an event's identifier", "evt_")
  }

  private static func check<Kind>(
    _ text: String, _: TypedID<Kind>.Type, _ name: String, _ prefix: String
  ) throws(CommandError) -> String {
    guard TypedID<Kind>(text) != nil else {
      throw .usage("\"\(Plain.text(text))\" is not \(name)", hint: "it starts with \(prefix)")
    }
    return text
  }
}
