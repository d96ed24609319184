// Dates, ranges, entity tags and conditions.

import Base
import HTTPMessage
import Testing

@Suite struct ConditionTests {
  private static let moment = Timestamp(seconds: 784_111_777)
  private static let text = "Sun, 06 Nov 1994 08:49:37 GMT"

  @Test func `a date is written and read as IMF-fixdate`() {
    #expect(HTTPDate.text(Self.moment) == Self.text)
    for seconds: Int64 in [0, 951_782_400, 4_102_444_799, 1_790_000_000] {
      let moment = Timestamp(seconds: seconds)
      #expect(HTTPDate.parse(HTTPDate.text(moment)) == moment)
    }
  }

  @Test(arguments: [
    "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Mon, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 6 Nov 1994 08:49:37 GMT", "",
    "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
  ])
  func `any other date text is nothing`(text: String) {
    #expect(HTTPDate.parse(text) == nil)
  }

  @Test(arguments: [
    (nil, ByteRange.whole), ("bytes=0-0", .part(0..<1)), ("bytes=0-", .part(0..<100)),
    ("bytes=99-", .part(99..<100)), ("bytes=100-", .unsatisfiable), ("bytes=-1", .part(99..<100)),
    ("bytes=-100", .part(0..<100)), ("bytes=-101", .part(0..<100)), ("bytes=-0", .unsatisfiable),
    ("bytes=10-19", .part(10..<20)), ("bytes=10-1000", .part(10..<100)), ("bytes=20-10", .whole),
    ("Bytes=5-6", .part(5..<7)), ("bytes=0-1,3-4", .whole), ("bytes=", .whole), ("bytes=-", .whole),
    ("items=0-1", .whole), ("bytes=a-b", .whole), ("bytes= 0-1", .whole), ("bytes=+1-2", .whole),
    ("bytes=0-99999999999999999999999", .part(0..<100)),
    ("bytes=99999999999999999999999-", .unsatisfiable),
  ])
  func `one range is honoured, anything else sends the whole`(value: String?, range: ByteRange) {
    #expect(ByteRange(value, size: 100) == range)
  }

  @Test func `a range of nothing cannot be satisfied and says the size`() {
    #expect(ByteRange("bytes=0-", size: 0) == .unsatisfiable)
    #expect(ByteRange("bytes=-5", size: 0) == .unsatisfiable)
    #expect(ByteRange("bytes=5-", size: 5).contentRange(size: 5) == "bytes */5")
    #expect(ByteRange("bytes=2-3", size: 5).contentRange(size: 5) == "bytes 2-3/5")
  }

  @Test func `entity tags are parsed exactly`() {
    let good = ["\"a\"": EntityTag("a"), "W/\"a\"": EntityTag("a", isWeak: true)]
    for (text, tag) in good { #expect(EntityTag(parsing: text) == tag) }
    for text in ["a", "\"a", "w/\"a\"", "\"a\"b\"", "W/", "\"", "\"a b\""] {
      #expect(EntityTag(parsing: text) == nil, "\(text)")
    }
    #expect(EntityTagList(["\"a,b\" , W/\"c\"", "\"d\""]) != nil)
    for lines in [[""], ["*, \"a\""], ["\"a\" \"b\""], ["a"], [",", ","]] {
      #expect(EntityTagList(lines) == nil, "\(lines)")
    }
    let many = Array(repeating: "\"a\"", count: EntityTagList.countMax)
    #expect(EntityTagList(many) != nil)
    #expect(EntityTagList(many + ["\"a\""]) == nil)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let method: HTTPMethod
    let fields: [(FieldName, String)]
    let outcome: PreconditionOutcome
    init(_ method: HTTPMethod, _ fields: [(FieldName, String)], _ outcome: PreconditionOutcome) {
      self.method = method
      self.fields = fields
      self.outcome = outcome
    }
    var testDescription: String { "\(method) \(fields)" }
  }

  @Test(arguments: [
    Case(.get, [], .proceed),
    Case(.get, [(.ifNoneMatch, "\"a\"")], .notModified),
    Case(.head, [(.ifNoneMatch, "W/\"a\"")], .notModified),
    Case(.put, [(.ifNoneMatch, "\"a\"")], .failed),
    Case(.put, [(.ifNoneMatch, "*")], .failed),
    Case(.get, [(.ifNoneMatch, "\"b\"")], .proceed),
    Case(.get, [(.ifMatch, "\"a\"")], .proceed),
    Case(.get, [(.ifMatch, "W/\"a\"")], .failed),
    Case(.get, [(.ifMatch, "\"b\", \"a\"")], .proceed),
    Case(.get, [(.ifMatch, "nonsense")], .failed),
    Case(.put, [(.ifMatch, "*")], .proceed),
    Case(.get, [(.ifModifiedSince, text)], .notModified),
    Case(.get, [(.ifModifiedSince, "Sun, 06 Nov 1994 08:49:36 GMT")], .proceed),
    Case(.put, [(.ifModifiedSince, text)], .proceed),
    Case(.get, [(.ifModifiedSince, "yesterday")], .proceed),
    Case(.get, [(.ifUnmodifiedSince, text)], .proceed),
    Case(.get, [(.ifUnmodifiedSince, "Sun, 06 Nov 1994 08:49:36 GMT")], .failed),
    // If-None-Match wins over If-Modified-Since, If-Match over If-Unmodified-Since.
    Case(.get, [(.ifNoneMatch, "\"b\""), (.ifModifiedSince, text)], .proceed),
    Case(
      .get, [(.ifMatch, "\"a\""), (.ifUnmodifiedSince, "Sun, 06 Nov 1994 08:49:36 GMT")], .proceed),
  ])
  func `conditions are evaluated in the order of the standard`(example: Case) {
    let current = Validators(tag: EntityTag("a"), lastModified: Self.moment)
    let outcome = Preconditions.evaluate(example.method, HTTPFields(example.fields), current)
    #expect(outcome == example.outcome)
  }

  @Test func `what does not exist matches nothing, not even the star`() {
    let star = HTTPFields([(.ifMatch, "*")])
    #expect(Preconditions.evaluate(.put, star, .absent) == .failed)
    let none = HTTPFields([(.ifNoneMatch, "*")])
    #expect(Preconditions.evaluate(.put, none, .absent) == .proceed)
  }

  @Test(arguments: [
    ("\"a\"", true), ("\"b\"", false), ("W/\"a\"", false), (text, true),
    ("Sun, 06 Nov 1994 08:49:38 GMT", false), ("nonsense", false),
  ])
  func `a range needs the exact state that If-Range names`(value: String, applies: Bool) {
    let current = Validators(tag: EntityTag("a"), lastModified: Self.moment)
    #expect(Preconditions.rangeApplies(HTTPFields([(.ifRange, value)]), current) == applies)
  }
}
