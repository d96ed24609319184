// The workers that parse hostile bytes. The program is started once with a Unix socket as descriptor 0,
// loads what it needs, and for each order makes a copy of itself, which costs a fifth of a start. A
// copy closes its sandbox, waits for one job on a socket of its own, answers it and ends. It holds no
// key, no network and no file but those that came with the job; what is copied has seen no document.
//
//   postern-scrub                  an order is a letter, `s` to scrub or `v` to verify, with the socket
//                                  of the copy; the answer is the copy's process, four bytes, lowest first
//   postern-scrub --selftest DEED  closes the sandbox and then does what it must not
//
// Descriptors of a job: input and output to scrub, the file to be proved clean to verify.

import CSeccomp
import CSystem
import Glibc
import Scrub

@main
struct Main {
  /// How the program ends; the pool reads this from the exit status.
  enum Status: Int32 {
    case done = 0
    case badUsage = 2
    case noDatabase = 70
    case noSandbox = 71
    case noJob = 72
    case noAnswer = 73
  }

  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    switch arguments.first {
    case nil: end(takeOrders())
    case "--selftest" where arguments.count == 2: end(SelfTest.run(arguments[1]))
    default: end(.badUsage)
    }
  }

  /// Ends without running exit handlers, which may want system calls that are closed by now.
  private static func end(_ status: Status) -> Never {
    _exit(status.rawValue)
  }

  /// Makes copies until the socket is closed.
  private static func takeOrders() -> Status {
    do throws(Sandbox.Failure) { try Sandbox.giveUpPrivileges() } catch { return .noSandbox }
    let scrubber: MetadataScrubber
    // The type database is mapped before files can no longer be opened.
    do throws(ScrubError) { scrubber = try MetadataScrubber() } catch { return .noDatabase }
    while true {
      var descriptors: [Int32] = [0, 0, 0, 0]
      var descriptorCount = 0
      var letter: UInt8 = 0
      // The helper writes at most one byte and four descriptors.
      let count = unsafe postern_receive_descriptors(
        0, &letter, 1, &descriptors, &descriptorCount)
      if count == 0 { return .done }
      guard count == 1, descriptorCount == 1, let role = WorkerRole(rawValue: letter) else {
        return .noJob
      }
      let process = postern_copy_beside()
      if process == 0 {
        // The socket of the orders goes, so that no copy can give one.
        guard dup2(descriptors[0], 0) == 0 else { return .noJob }
        close(descriptors[0])
        return serve(role == .scrub ? scrubber : nil)
      }
      close(descriptors[0])
      let number = (0..<4).map { UInt8(truncatingIfNeeded: process >> ($0 * 8)) }
      // One write is one message on this kind of socket.
      guard process > 0, unsafe write(0, number, number.count) == number.count else {
        return .noAnswer
      }
    }
  }

  /// Does one job: scrubs, or verifies without a scrubber.
  private static func serve(_ scrubber: MetadataScrubber?) -> Status {
    do throws(Sandbox.Failure) { try Sandbox.close() } catch { return .noSandbox }
    guard let (job, files) = receive() else { return .noJob }
    let policy = ScrubPolicy(rules: job.rules, collectsExcerpts: job.wantsExcerpts)
    let answer: WorkerAnswer
    do throws(ScrubError) {
      if let scrubber {
        guard files.count == 2 else { return .noJob }
        scrubber.policy = policy
        answer = .scrubbed(
          try scrubber.scrub(.descriptor(files[0]), to: files[1], fileName: job.fileName))
      } else {
        guard files.count == 1 else { return .noJob }
        answer = .proven(
          try ResidueVerifier(limits: policy.limits, rules: policy.rules)
            .verify(.descriptor(files[0])))
      }
    } catch {
      answer = .refused(error)
    }
    let message = answer.message
    // One write is one message on this kind of socket.
    return unsafe write(0, message, message.count) == message.count ? .done : .noAnswer
  }

  private static func receive() -> (WorkerJob, [Int32])? {
    var bytes = [UInt8](repeating: 0, count: WorkerJob.messageBytesMax)
    var descriptors: [Int32] = [0, 0, 0, 0]
    var descriptorCount = 0
    // The helper writes at most the size of the array and four descriptors.
    let count = unsafe postern_receive_descriptors(
      0, &bytes, bytes.count, &descriptors, &descriptorCount)
    guard count > 0, let job = WorkerJob(message: Array(bytes[..<count])) else { return nil }
    return (job, Array(descriptors.prefix(descriptorCount)))
  }
}
