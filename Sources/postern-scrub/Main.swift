// The worker that parses hostile bytes. It is started ahead of need with a Unix socket as descriptor
// 0, closes its sandbox, waits for one job, answers it and ends. It holds no key, no network and no
// file but those that came with the job.
//
//   postern-scrub            descriptors of the job: input, output
//   postern-scrub --verify   descriptor of the job: the file to be proved clean
//   postern-scrub --selftest DEED   closes the sandbox and then does what it must not

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
    case nil: end(serve(scrubs: true))
    case "--verify" where arguments.count == 1: end(serve(scrubs: false))
    case "--selftest" where arguments.count == 2: end(SelfTest.run(arguments[1]))
    default: end(.badUsage)
    }
  }

  /// Ends without running exit handlers, which may want system calls that are closed by now.
  private static func end(_ status: Status) -> Never {
    _exit(status.rawValue)
  }

  private static func serve(scrubs: Bool) -> Status {
    var scrubber: MetadataScrubber?
    if scrubs {
      // The type database is mapped before files can no longer be opened.
      do throws(ScrubError) { scrubber = try MetadataScrubber() } catch { return .noDatabase }
    }
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
