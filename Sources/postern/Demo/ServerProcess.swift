// A child `postern serve`, as a user would start it: waits for its `ready` line, stops it with SIGTERM.

import Base
import Gateway
import Glibc

/// A gateway in a process of its own.
final class ServerProcess: Sendable {
  /// How long the gateway may take to start, in milliseconds.
  private static let startMilliseconds: Int32 = 30_000

  /// How often the end is asked for, a twentieth of a second apart.
  private static let stopAttemptsMax = 600

  private let process: pid_t
  private let output: FileDescriptor
  private let logPath: String
  private let hasEnded = Lock(false)

  /// Starts the gateway of a data folder; what it logs goes to a file.
  init(folder: String, logPath: String, environment: [String: String]) throws(CommandError) {
    self.logPath = logPath
    var ends: [Int32] = [-1, -1]
    // Two descriptors are written into the array of two.
    guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else {
      throw LocalFile.failure("open", "a socket pair")
    }
    output = FileDescriptor(owning: ends[0])
    let writing = FileDescriptor(owning: ends[1])
    _ = fcntl(output.number, F_SETFD, FD_CLOEXEC)
    let log = unsafe open(logPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard log >= 0 else { throw LocalFile.failure("create", logPath) }
    defer { close(log) }
    // Settings of the person's own gateway must not reach this one.
    let variables = environment.filter { !$0.key.hasPrefix("POSTERN_") }
      .map { "\($0.key)=\($0.value)" }
    process = try Self.spawn(
      ["postern", "serve", "--data", folder], variables, output: writing.number, log: log)
  }

  deinit {
    if !hasEnded.withLock({ $0 }) { kill(process, SIGTERM) }
  }

  /// Waits for the line that says where links begin. Blocks its thread; nothing else runs by then.
  func waitUntilReady() throws(CommandError) -> String {
    var text = [UInt8]()
    while !text.contains(0x0a) {
      var entry = pollfd(fd: output.number, events: Int16(POLLIN), revents: 0)
      let count = unsafe poll(&entry, 1, Self.startMilliseconds)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("the gateway did not start in time") }
      var bytes = [UInt8](repeating: 0, count: 512)
      // The kernel writes at most the size of the array.
      let length = unsafe read(output.number, &bytes, bytes.count)
      guard length > 0 else { throw failure("the gateway did not start") }
      text += bytes[..<length]
    }
    let line = String(decoding: text.prefix { $0 != 0x0a }, as: UTF8.self)
    guard line.hasPrefix("ready: ") else { throw failure("the gateway says: \(Plain.text(line))") }
    return String(line.dropFirst(7))
  }

  /// Stops the gateway in good order; throws if it ended with an error.
  func stop() async throws(CommandError) {
    guard !hasEnded.withLock({ $0 }) else { return }
    kill(process, SIGTERM)
    for _ in 0..<Self.stopAttemptsMax {
      var status: Int32 = 0
      let found = unsafe waitpid(process, &status, WNOHANG)
      if found == process {
        hasEnded.withLock { $0 = true }
        guard status == 0 else { throw failure("the gateway ended with status \(status)") }
        return
      }
      await Pause.milliseconds(50)
    }
    kill(process, SIGKILL)
    throw failure("the gateway did not stop in time")
  }

  /// A failure with the last line of the log.
  private func failure(_ message: String) -> CommandError {
    var last = ""
    do throws(CommandError) {
      let bytes = try LocalFile.read(logPath, bytesMax: 1 << 20)
      last = bytes.split(separator: 0x0a).last.map { String(decoding: $0, as: UTF8.self) } ?? ""
    } catch {
      last = error.message
    }
    return CommandError(.failed, message, hint: last.isEmpty ? nil : Plain.text(last))
  }

  private static func spawn(
    _ words: [String], _ environment: [String], output: Int32, log: Int32
  ) throws(CommandError) -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, log, 2)
    unsafe posix_spawn_file_actions_addclose(&actions, output)
    // Both lists end with a null pointer and live until the call returns.
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] =
      unsafe environment.map { unsafe strdup($0) } + [nil]
    defer {
      for index in unsafe arguments.indices { unsafe free(arguments[index]) }
      for index in unsafe variables.indices { unsafe free(variables[index]) }
    }
    var process: pid_t = 0
    let code = unsafe posix_spawn(
      &process, "/proc/self/exe", &actions, nil, &arguments, &variables)
    guard code == 0 else { throw CommandError(.failed, "the gateway cannot be started (\(code))") }
    return process
  }
}
