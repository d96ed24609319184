// A file that is being written, under a name that no reader knows. It becomes visible by one
// rename, or it is removed; after a crash the next start removes it.

import Base
import Glibc
import Synchronization

/// A file in the folder for unfinished work.
final class TemporaryFile: Sendable {
  /// The open file, positioned behind what was written.
  let file: Descriptor
  private let folder: Descriptor
  private let name: String
  private let isGone = Atomic(false)

  /// Creates the file `name` in `folder`.
  init(_ name: String, in folder: Descriptor) throws(SystemFailure) {
    file = try folder.fileCreated(name)
    self.folder = folder
    self.name = name
  }

  deinit {
    guard !isGone.load(ordering: .relaxed) else { return }
    // Nobody is left to tell; a file that stays is removed at the next start.
    unsafe unlinkat(folder.number, name, 0)
  }

  /// Makes the content durable, then visible as `newName` in `destination`, then the name durable.
  func publish(as newName: String, in destination: Descriptor) throws(SystemFailure) {
    try file.synchronize()
    try folder.rename(name, to: newName, in: destination)
    isGone.store(true, ordering: .relaxed)
    try destination.synchronize()
  }
}
