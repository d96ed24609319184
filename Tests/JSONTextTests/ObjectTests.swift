// Typed access to members: what is absent, what is of the wrong type, what is out of bounds.

import JSONText
import Testing

private let sample: JSONObject = {
  let value: JSONValue = [
    "text": "abc", "number": 7, "flag": true, "list": ["a", "b"], "mixed": ["a", 1],
    "object": ["x": 1], "nothing": .null,
  ]
  return value.objectValue ?? JSONObject()
}()

private func code<Value>(_ body: () throws(JSONError) -> Value) -> JSONError.Code? {
  do throws(JSONError) {
    _ = try body()
    return nil
  } catch {
    return error.code
  }
}

@Suite struct ObjectTests {
  @Test func `each accessor yields its type and nothing for what is absent or null`() throws {
    #expect(try sample.string("text") == "abc")
    #expect(try sample.integer("number") == 7)
    #expect(try sample.bool("flag") == true)
    #expect(try sample.strings("list") == ["a", "b"])
    #expect(try sample.array("mixed") == ["a", 1])
    #expect(try sample.object("object")?["x"] == 1)
    #expect(try sample.requiredString("text", bytesMax: 3) == "abc")
    #expect(try sample.requiredInteger("number", in: 7...7) == 7)
    for name in ["absent", "nothing"] {
      #expect(try sample.string(name) == nil)
      #expect(try sample.integer(name) == nil)
      #expect(try sample.bool(name) == nil)
      #expect(try sample.strings(name) == nil)
      #expect(try sample.array(name) == nil)
      #expect(try sample.object(name) == nil)
    }
  }

  @Test(
    arguments: [
      ("1.0", 1), ("1e2", 100), ("-0.0", 0), ("9007199254740991.0", 9_007_199_254_740_991),
      ("9007199254740992.0", nil), ("1.5", nil), ("1e400", nil), ("1e300", nil),
    ] as [(String, Int64?)])
  func `a whole number may be written with a point or an exponent`(
    text: String, number: Int64?
  ) throws {
    let found: Int64?
    do throws(JSONError) {
      let value = try JSONValue(parsing: Array("{\"n\":\(text)}".utf8), limits: .request)
      found = try value.objectValue?.integer("n")
    } catch {
      found = nil
    }
    #expect(found == number, "\(text)")
  }

  @Test func `each accessor refuses another type, and bounds hold on both sides`() {
    #expect(code { () throws(JSONError) in try sample.string("number") } == .wrongType)
    #expect(code { () throws(JSONError) in try sample.integer("text") } == .wrongType)
    #expect(code { () throws(JSONError) in try sample.bool("number") } == .wrongType)
    #expect(code { () throws(JSONError) in try sample.strings("mixed") } == .wrongType)
    #expect(code { () throws(JSONError) in try sample.array("object") } == .wrongType)
    #expect(code { () throws(JSONError) in try sample.object("list") } == .wrongType)
    #expect(code { () throws(JSONError) in try sample.string("text", bytesMax: 2) } == .outOfRange)
    #expect(code { () throws(JSONError) in try sample.integer("number", in: 0...6) } == .outOfRange)
    #expect(code { () throws(JSONError) in try sample.integer("number", in: 8...9) } == .outOfRange)
    #expect(code { () throws(JSONError) in try sample.requiredString("nothing") } == .missingMember)
    #expect(code { () throws(JSONError) in try sample.requiredInteger("absent") } == .missingMember)
  }

  @Test func `unknown members are refused by name`() {
    let object: JSONObject = (["a": 1, "b\n": 2] as JSONValue).objectValue ?? JSONObject()
    #expect(code { () throws(JSONError) in try object.allow(only: "a", "b\n") } == nil)
    do throws(JSONError) {
      try object.allow(only: "b\n")
      Issue.record("accepted")
    } catch {
      #expect(error.description == "json-unknown-member: unknown member \"a\"")
    }
    do throws(JSONError) {
      try object.allow(only: "a")
      Issue.record("accepted")
    } catch {
      #expect(error.description == "json-unknown-member: unknown member with an unusual name")
    }
  }

  @Test func `setting a member replaces, appends or removes it`() {
    var object = JSONObject()
    object["a"] = 1
    object["b"] = 2
    object["a"] = 3
    #expect(object.names == ["a", "b"])
    object["a"] = nil
    object["x"] = nil
    #expect(object.names == ["b"])
    #expect(object.count == 1)
  }
}
