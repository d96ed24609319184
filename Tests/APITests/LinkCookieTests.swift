// Somebody who opens many links in a few minutes, as on the day of the invoices.

import Delivery
import Testing

@Suite struct LinkCookieTests {
  /// A cookie of another link.
  private static func other(_ kind: String, _ number: Int) -> String {
    let digits = String(number, radix: 16)
    let name = String(repeating: "0", count: 12 - digits.count) + digits
    return "__Host-pst-\(kind)-\(name)=AAAAAAAAAAAAAAAAAAAAAA"
  }

  private static func others(_ kind: String, _ numbers: Range<Int>) -> [String] {
    numbers.map { other(kind, $0) }
  }

  @Test(arguments: [0, 1, 63, 64, 65, 180])
  func `the button works, however many links one opened before`(count: Int) async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    try await house.open { door in
      let path = try await door.link(to: document.id, #"{"max_downloads":1}"#)
      let form = try await door.form(of: path)
      let cookies = Self.others("n", 0..<count) + [form.cookie]
      let pressed = try await door.press(
        path, nonce: form.nonce, cookie: cookies.joined(separator: "; "))
      #expect(pressed.status == 303)
    }
  }

  /// Forms and sessions that a browser has, and those that a page ends.
  private static let crowds: [(forms: Int, sessions: Int, ended: [String])] = [
    (0, 0, []), (20, 20, []), (40, 0, []), (41, 0, ["n-0"]), (20, 21, ["n-0"]),
    (21, 22, ["n-0", "n-1", "n-2"]), (1, 42, ["n-0", "s-0", "s-1"]),
  ]

  @Test(arguments: crowds)
  func `a page ends the oldest cookies beyond forty, those of forms first`(
    forms: Int, sessions: Int, ended: [String]
  ) async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    try await house.open { door in
      let path = try await door.link(to: document.id, #"{"max_downloads":1}"#)
      let strange = ["x=y", "__Host-pst-n-zz=1", "__Host-pst-n-0000000000zz=1", "pst-n-0=1"]
      let cookies = Self.others("s", 0..<sessions) + Self.others("n", 0..<forms) + strange
      let page = try await door.knock(
        "GET", path, fields: [("Cookie", cookies.joined(separator: "; "))])
      let set = page.all("Set-Cookie")
      #expect(set.count == 1 + ended.count && set.first?.contains("Max-Age=600") == true)
      for (field, name) in zip(set.dropFirst(), ended) {
        let parts = name.split(separator: "-").map(String.init)
        let wanted = Self.other(parts[0], Int(parts[1]) ?? -1).split(separator: "=")[0]
        #expect(field == "\(wanted)=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure")
      }
    }
  }

  @Test func `a page never ends the cookies of its own link`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    try await house.open { door in
      let path = try await door.link(to: document.id, #"{"max_downloads":1}"#)
      let own = try await door.form(of: path).cookie
      let cookies = [own] + Self.others("n", 0..<40)
      let page = try await door.knock(
        "GET", path, fields: [("Cookie", cookies.joined(separator: "; "))])
      let ended = page.all("Set-Cookie").filter { $0.contains("Max-Age=0") }
      let first = Self.other("n", 0).split(separator: "=")[0]
      #expect(ended.count == 1 && ended.first?.hasPrefix(first) == true)
    }
  }
}
