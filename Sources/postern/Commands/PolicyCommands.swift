// `postern policy show` and `postern policy set`.

import Delivery
import HTTPMessage
import JSONText
import Wire

extension Command {
  static let policyShow = Command(
    "policy show", "show what a tenant allows",
    options: [.value("version", "N", "an earlier one, by its number")] + ServerLocation.options
  ) { invocation throws(CommandError) in
    let number = try invocation.number("version", in: 0...1_000_000_000)
    let scope = try await TenantScope.find(invocation)
    if let number {
      let policy = try await PolicyHistory.version(number, scope)
      invocation.console.printRaw(
        invocation.isJSON
          ? String(decoding: policy.write(), as: UTF8.self) + "\n"
          : Table.facts(
            PolicyText.flat(policy, prefix: "").map { ($0.0, $0.1) },
            style: invocation.console.style))
      return
    }
    let answer = try await scope.client.call(.get, scope.path("policy"))
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    let facts = PolicyText.flat(try PolicyText.parse(answer.body), prefix: "")
    invocation.console.printRaw(
      Table.facts(facts.map { ($0.0, $0.1) }, style: invocation.console.style))
  }

  static let policySet = Command(
    "policy set", "change what a tenant allows",
    discussion: """
      Members are named as `policy show` prints them. The change is refused if somebody else changed
      the policy meanwhile. --file takes a whole policy, as `policy show --json` prints it, after
      editing; `-` is standard input.

      The brand is what customers see on the pages of links: brand.name, brand.colour and, with
      --logo, a small PNG or JPEG, whose metadata is taken out. brand.logo=null takes it away.
      """,
    arguments: [ArgumentSpec("member=value", "what to change", count: .optionalMany)],
    options: [
      .value("file", "FILE", "a whole policy instead"),
      .value("logo", "FILE", "the logo on the pages of links"),
    ] + ServerLocation.options,
    examples: [
      "postern policy set --tenant acme brand.name='Acme GmbH' brand.colour=#0b5cad --logo acme.png",
      "postern policy set --tenant acme presigned_allowed=true link_seconds.max=3600",
      "postern policy set --tenant acme inline_types='[\"image/png\"]'",
    ]
  ) { invocation throws(CommandError) in
    var policy: JSONValue
    let scope: TenantScope
    if let path = invocation.value("file") {
      guard invocation.arguments.isEmpty, invocation.value("logo") == nil else {
        throw .usage("--file holds the whole policy; leave out the members and --logo")
      }
      policy = try PolicyText.read(path)
      scope = try await TenantScope.find(invocation)
    } else {
      let logo = try invocation.value("logo").map { path throws(CommandError) in
        try PolicyText.logo(path)
      }
      guard !invocation.arguments.isEmpty || logo != nil else {
        throw .usage("<member=value> is missing")
      }
      scope = try await TenantScope.find(invocation)
      policy = try PolicyText.parse(
        try await scope.client.call(.get, scope.path("policy")).body)
      for change in invocation.arguments { try PolicyText.apply(change, to: &policy) }
      if let logo { try PolicyText.set(["brand", "logo"], to: .string(logo), in: &policy) }
    }
    let answer = try await scope.client.call(
      .put, scope.path("policy"), body: try PolicyText.successor(of: policy))
    let version = try answer.read(PolicyBody.self).version
    invocation.console.print(invocation.isJSON ? answer.text : "policy is version \(version) now")
  }
}

/// A policy as a person edits it.
enum PolicyText {
  static let bytesMax = 65_536

  /// Reads a policy from a file; `-` is standard input.
  static func read(_ path: String) throws(CommandError) -> JSONValue {
    try parse(
      path == "-"
        ? try LocalFile.readStandardInput(bytesMax: bytesMax)
        : try LocalFile.read(path, bytesMax: bytesMax))
  }

  /// The policy as a person edits it: one member a line.
  static func pretty(_ value: JSONValue, indent: String = "") -> String {
    guard let members = value.objectValue?.members else {
      return String(decoding: value.write(), as: UTF8.self)
    }
    let inner = indent + "  "
    let lines = members.map { member in
      inner + String(decoding: JSONValue.string(member.name).write(), as: UTF8.self) + ": "
        + pretty(member.value, indent: inner)
    }
    let end = indent.isEmpty ? "\n" : ""
    return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}" + end
  }

  /// Makes a logo of a picture's file: without metadata, as the text of a policy.
  static func logo(_ path: String) throws(CommandError) -> String {
    let file = try LocalFile.read(path, bytesMax: LogoImage.sourceBytesMax)
    do throws(DeliveryError) {
      return try LogoImage(cleaning: file).dataURL
    } catch {
      throw CommandError(.refused, error.detail, code: error.code.rawValue)
    }
  }

  static func parse(_ bytes: [UInt8]) throws(CommandError) -> JSONValue {
    do throws(JSONError) {
      let value = try JSONValue(parsing: bytes, limits: .request)
      guard value.objectValue != nil else {
        throw JSONError(.wrongType, "a policy is one object")
      }
      return value
    } catch {
      throw CommandError(.usage, "the policy is not understood: \(error.detail)")
    }
  }

  /// Members and values, nested ones joined by dots.
  static func flat(_ value: JSONValue, prefix: String) -> [(String, String)] {
    (value.objectValue?.members ?? []).flatMap { member in
      let name = prefix + member.name
      guard member.value.objectValue == nil else { return flat(member.value, prefix: name + ".") }
      return [
        (name, member.value.stringValue ?? String(decoding: member.value.write(), as: UTF8.self))
      ]
    }
  }

  /// Changes one member that is there; the value is JSON, or else a text.
  static func apply(_ change: String, to policy: inout JSONValue) throws(CommandError) {
    let parts = change.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw .usage("\"\(Plain.text(change))\" is not member=value")
    }
    let path = parts[0].split(separator: ".").map(String.init)
    try set(path, to: value(String(parts[1])), in: &policy)
  }

  /// Changes the member at a path.
  static func set(
    _ path: [String], to value: JSONValue, in policy: inout JSONValue
  ) throws(CommandError) {
    policy = try replaced(policy, path[...], with: value)
  }

  /// Members that are absent while they have their default.
  private static let optionalMembers: Set<String> = [
    "delivered_types", "proxy_above_bytes", "brand", "brand.name", "brand.colour", "brand.logo",
  ]

  /// The bytes of the policy with the next version number.
  static func successor(of policy: JSONValue) throws(CommandError) -> [UInt8] {
    guard var members = policy.objectValue, let version = policy["version"]?.integerValue else {
      throw CommandError(.usage, "the policy has no version number")
    }
    members["version"] = .integer(version + 1)
    return JSONValue.object(members).write()
  }

  private static func replaced(
    _ value: JSONValue, _ path: ArraySlice<String>, below prefix: String = "", with new: JSONValue
  ) throws(CommandError) -> JSONValue {
    guard let name = path.first else { return new }
    guard var members = value.objectValue,
      members[name] != nil || optionalMembers.contains(prefix + name)
    else {
      let known = value.objectValue?.names ?? []
      throw .usage(
        "the policy has no member \"\(Plain.text(name))\"",
        hint: Spelling.nearest(to: name, among: known).map { "did you mean \($0)?" }
          ?? "postern policy show")
    }
    let inner = members[name] ?? (path.count > 1 ? .object(JSONObject()) : .null)
    members[name] = try replaced(
      inner, path.dropFirst(), below: prefix + name + ".", with: new)
    return .object(members)
  }

  private static func value(_ text: String) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue(parsing: Array(text.utf8), limits: .request)
    } catch {
      // Words such as `page` need no quotes on the command line.
      return .string(text)
    }
  }
}
