// How far uploads of this process are. Progress is not worth a durable write: after a crash every
// pending upload has failed anyway.

import Base

/// The stage of each upload at work, for `GET /v1/uploads/{id}`.
package final class UploadProgress: Sendable {
  private let stages = Lock<[UploadID: UploadState]>([:])

  /// Nothing at work.
  package init() {}

  /// Notes a stage; each upload is forgotten by the use case that noted it.
  func note(_ id: UploadID, _ stage: UploadState) {
    stages.withLock { $0[id] = stage }
  }

  /// Forgets an upload that has ended.
  func forget(_ id: UploadID) {
    stages.withLock { $0[id] = nil }
  }

  /// The upload with its stage, if it is at work here.
  package func applied(to upload: Upload) -> Upload {
    guard !upload.state.isFinal, let stage = stages.withLock({ $0[upload.id] }) else {
      return upload
    }
    var upload = upload
    upload.state = stage
    return upload
  }

  /// How many uploads are at work.
  package var count: Int { stages.withLock { $0.count } }
}
