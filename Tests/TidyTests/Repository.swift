// The repository as the hygiene tests see it: files with their text, and the package's arrows.

import Foundation

/// One text file of the project.
struct SourceFile: Sendable {
  let path: String
  let text: String

  var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
  var isTest: Bool { path.hasPrefix("Tests/") }
  var module: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
}

enum Repository {
  /// The folder that holds `Package.swift`.
  static let root: URL = {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    return folder
  }()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  /// Every file below `folder` with one of the extensions, sorted by path.
  static func files(below folder: String, extensions: Set<String>) throws -> [SourceFile] {
    let start = root.appendingPathComponent(folder)
    guard let walker = FileManager.default.enumerator(atPath: start.path) else { return [] }
    var found = [SourceFile]()
    for case let name as String in walker
    where extensions.contains((name as NSString).pathExtension) {
      let path = folder + "/" + name
      found.append(SourceFile(path: path, text: try text(path)))
    }
    return found.sorted { $0.path < $1.path }
  }

  /// All Swift files of the project's own.
  static func swiftFiles() throws -> [SourceFile] {
    try files(below: "Sources", extensions: ["swift"])
      + files(below: "Tests", extensions: ["swift"])
      + files(below: "Storage", extensions: ["swift"])
  }
}
