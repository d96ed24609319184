// Which files a command line means: those that it names, and those below the folders that it names.

import Base
import Glibc

/// The files to scrub, in the order of the command line, each folder in the order of its names.
struct ScrubTargets {
  /// The most files of one run.
  static let filesMax = 1_000_000
  /// How deep folders may lie in folders.
  static let depthMax = 64

  /// The paths; those that were named may be anything, those found below folders are regular files.
  private(set) var paths: [String] = []
  /// Links, devices and results of earlier runs that were found below folders.
  private(set) var passedOver = 0

  private let skipsOwnOutput: Bool

  init(_ arguments: [String], _ order: ScrubOrder) throws(CommandError) {
    skipsOwnOutput = order.destination == .beside
    for path in arguments {
      var status = stat()
      // What cannot be examined is reported when it is opened.
      let isFolder = unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      guard isFolder else {
        paths.append(path)
        continue
      }
      if case .file = order.destination { throw .usage("--output takes a file, not a folder") }
      guard order.destination != .standardOutput else {
        throw .usage("--output takes a file, not a folder")
      }
      try add(folder: path, depth: 0)
    }
  }

  private mutating func add(folder: String, depth: Int) throws(CommandError) {
    guard depth < Self.depthMax else {
      throw CommandError(.failed, "\(Plain.text(folder)) is nested too deeply")
    }
    guard let names = FolderNames.read(folder) else {
      // Opening it will say why; the others go on.
      paths.append(folder)
      return
    }
    let outputs = skipsOwnOutput ? Set(names.map(LocalScrubbing.outputPath)) : []
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    for name in names {
      var status = stat()
      guard unsafe lstat(prefix + name, &status) == 0 else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: try add(folder: prefix + name, depth: depth + 1)
      case S_IFREG where !outputs.contains(name): paths.append(prefix + name)
      default: passedOver += 1
      }
      guard paths.count <= Self.filesMax else {
        throw CommandError(.failed, "there are more than \(Self.filesMax) files")
      }
    }
  }
}
