// Keys, notes, checkpoints and receipts as text.

import AuditLog
import Testing

@Suite struct NoteTests {
  /// The example of c2sp.org/signed-note.
  private static let exampleKey =
    "example.com/foo+530d903c+ATUx9MXx/pJOXU7rxIaMuWcBgcr0vfXpjEsxd3SKvXvG"
  private static let exampleNote = """
    This is an example message.

    \u{2014} example.com/foo Uw2QPIrRxMZl+Wb7pAOsBZsZeRM/3MQqDbdKPhCzDh3aBBQ8yHp9kAlPvLIYXBXr5eFY1AWHSBYvGoqyx2tX4D1NUwU=

    """

  @Test func `a verifier key keeps its text form`() throws {
    let signer = try makeSigner()
    let text = signer.verifier.description
    #expect(try NoteVerifier(text) == signer.verifier)
    #expect(signer.description == text)
  }

  @Test func `a verifier key whose id belongs to another key is refused`() throws {
    let text = try makeSigner().verifier.description
    let other = try makeSigner(seed: 8).verifier.description
    let mixed =
      text.split(separator: "+")[..<2].joined(separator: "+") + "+"
      + other.split(separator: "+", maxSplits: 2)[2]
    let wrong = [mixed, "", "a+b", text + "A", "+" + text, "a b" + text, text.uppercased()]
    #expect(
      wrong.map { text in code { _ = try NoteVerifier(text) } } == wrong.map { _ in .malformed })
  }

  @Test func `a note is read back as it was signed, by all its keys`() throws {
    let keys = try [makeSigner(), makeSigner(seed: 8)]
    let note = try SignedNote(signing: "one\n\nthree\n", with: keys)
    let read = try SignedNote(parsing: note.bytes)
    #expect(read == note && read.text == "one\n\nthree\n")
    for key in keys { try read.verify(trusting: [key.verifier]) }
    let stranger = try makeSigner("other", seed: 7).verifier
    #expect(code { try read.verify(trusting: [stranger]) } == .untrusted)
    #expect(code { try read.verify(trusting: []) } == .untrusted)
  }

  @Test func `no changed byte of a signed text passes`() throws {
    let key = try makeSigner()
    let note = try SignedNote(signing: "origin\n12\n", with: [key]).bytes
    var passed = [Int]()
    for position in note.indices {
      for change in [UInt8(1), 0x20, 0x80] {
        var damaged = note
        damaged[position] ^= change
        if code({ try SignedNote(parsing: damaged).verify(trusting: [key.verifier]) }) == nil {
          passed.append(position)
        }
      }
    }
    #expect(passed == [])
  }

  @Test(arguments: [
    "a\n", "a\n\n", "a\n\n\n", "a\n\n- n AAAAAAA=\n", "a\n\n\u{2014} n AAAA\n",
    "a\n\n\u{2014}  AAAAAAA=\n", "a\n\n\u{2014} n AAAAAAA=", "a\r\n\n\u{2014} n AAAAAAA=\n",
    "a\n\n\u{2014} n  AAAAAAA=\n", "a\n\n\u{2014} n AAAAAAB=\n", "a\n\n\u{2014} n AAAAAAA= \n",
  ])
  func `text that is not a note is refused`(text: String) {
    #expect(code { _ = try SignedNote(parsing: Array(text.utf8)) } == .malformed)
  }

  @Test func `sixteen signatures are read and seventeen are not`() {
    func note(_ count: Int) -> [UInt8] {
      Array(("a\n\n" + String(repeating: "\u{2014} n AAAAAAA=\n", count: count)).utf8)
    }
    #expect(code { _ = try SignedNote(parsing: note(16)) } == nil)
    #expect(code { _ = try SignedNote(parsing: note(17)) } == .limitExceeded)
  }

  @Test func `a checkpoint carries its time under the signature`() throws {
    let checkpoint = Checkpoint(origin: origin, size: 3, root: .empty, timeMilliseconds: noon)
    #expect(checkpoint.text.hasSuffix("\ntime 2026-11-21T12:00:00.000Z\n"))
    #expect(try Checkpoint(parsing: checkpoint.text) == checkpoint)
    #expect(checkpoint.timeMilliseconds == noon)
  }

  @Test(arguments: ["03", "-1", "+3", "3 ", "", "99999999999999999999", "0x3"])
  func `a size is a plain decimal number`(size: String) {
    let text = Checkpoint(origin: origin, size: 3, root: .empty, timeMilliseconds: noon).text
      .replacing("\n3\n", with: "\n\(size)\n")
    #expect(code { _ = try Checkpoint(parsing: text) } == .malformed)
  }

  @Test func `a checkpoint of another log is refused even if the key signed it`() throws {
    let key = try makeSigner()
    let other = Checkpoint(origin: "other", size: 0, root: .empty, timeMilliseconds: noon)
    let note = try SignedNote(signing: other.text, with: [key]).bytes
    #expect(
      code { _ = try Checkpoint(verifying: note, trusting: [key.verifier]) } == .originMismatch)
  }
}

@Suite struct ReceiptTests {
  @Test func `a receipt proves its entry offline and nothing else`() throws {
    try withTemporaryFolder { path in
      let note = try makeLog(path, size: 300)
      let keys = try [makeSigner().verifier]
      for index in [0, 255, 256, 299] {
        let made = try Receipt(
          source: LogDirectory(path).servingSource, checkpoint: note, index: index)
        let read = try Receipt(parsing: made.bytes)
        #expect(read == made)
        #expect(try read.verify(trusting: keys).size == 300)
        #expect(code { _ = try read.verify(entry: entry(1), trusting: keys) } == .proofMismatch)
      }
      let source = LogDirectory(path).servingSource
      #expect(
        code { _ = try Receipt(source: source, checkpoint: note, index: 300) } == .limitExceeded)
    }
  }

  @Test func `no changed byte of a receipt passes`() throws {
    try withTemporaryFolder { path in
      let note = try makeLog(path, size: 5)
      let keys = try [makeSigner().verifier]
      let receipt = try Receipt(source: LogDirectory(path).source, checkpoint: note, index: 3).bytes
      var passed = [Int]()
      for position in receipt.indices {
        var damaged = receipt
        damaged[position] ^= 1
        if code({ try Receipt(parsing: damaged).verify(trusting: keys) }) == nil {
          passed.append(position)
        }
      }
      #expect(passed == [])
    }
  }
}
