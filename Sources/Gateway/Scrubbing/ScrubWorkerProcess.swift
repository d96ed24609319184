// One worker: a copy of the template that waits for its one job on a socket of its own.

import Base
import CSystem
import Glibc
import ScrubContract

/// Why a worker gave no answer.
enum ScrubWorkerFailure: Error {
  /// The worker was killed, by its sandbox or by a fault, or broke the protocol.
  case crashed
  /// The worker did not answer in time.
  case timeout
  /// The worker could not start its work; the status tells the log why.
  case notStarted(status: Int32)
  /// There is no process or no socket to be had.
  case unavailable(FileError)
}

/// A worker that waits for its one job. Belongs to one lane; not thread-safe.
final class ScrubWorkerProcess {
  private let process: OwnedProcess
  private let socket: FileDescriptor

  init(process: OwnedProcess, socket: FileDescriptor) {
    self.process = process
    self.socket = socket
  }

  /// Hands the job over; false if the worker is gone already.
  func send(_ job: WorkerJob, _ descriptors: [Int32]) -> Bool {
    let message = job.message
    // The helper reads exactly the two counts that it is given.
    let count = unsafe postern_send_descriptors(
      socket.number, message, message.count, descriptors, descriptors.count)
    return count == message.count
  }

  /// Waits for the answer and ends the process in any case.
  func receive(
    before deadline: UInt64, _ clock: Clock
  ) throws(ScrubWorkerFailure) -> WorkerAnswer {
    let bytes = try process.message(
      on: socket, bytesMax: WorkerJob.messageBytesMax, before: deadline, clock)
    process.stop()
    guard let answer = WorkerAnswer(message: bytes) else { throw .crashed }
    return answer
  }
}
