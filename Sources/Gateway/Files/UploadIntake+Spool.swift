// Where the bytes of an upload go while they come in.

package import API
package import Base
import Delivery

extension UploadIntake {
  /// Spools in a data folder, for `seconds` at most from the opening of each spool.
  ///
  /// Appending later throws `upload-incomplete`.
  package static func spool(
    in folder: DataFolder, seconds: Int, clock: Clock
  ) -> UploadIntake {
    UploadIntake(
      open: {
        let spool = try Spool(folder: folder.path)
        let end = clock.monotonicNanoseconds() + UInt64(seconds) * 1_000_000_000
        return Sink(
          append: { bytes in
            guard clock.monotonicNanoseconds() < end else {
              throw DeliveryError(.uploadIncomplete, "The bytes took longer than \(seconds) s.")
            }
            try await spool.append(bytes)
          },
          finish: { await spool.finish() })
      },
      isFull: { ($0 as? FileError)?.isFull ?? false })
  }
}
