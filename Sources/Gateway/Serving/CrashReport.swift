// What a crash may tell. Swift's own report shows registers and what they point to, which in these
// programs may be a key, a token or a document; ours says where it happened and nothing else. The
// runtime reads its settings before our first line runs, so a process with others starts anew.

import Glibc

/// Keeps secrets out of what a crash leaves behind.
package enum CrashReport {
  /// The variable that the runtime reads.
  package static let variable = "SWIFT_BACKTRACE"

  /// Settings with which a report shows no registers and no memory.
  package static let settings =
    "interactive=no,color=no,threads=crashed,registers=none,images=none,limit=64,sanitize=yes,"
    + "timeout=10s"

  /// Signals that the runtime makes a report of.
  private static let signals = [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP]

  /// The value of the variable that a process needs; nothing if the present one will do.
  package static func wanted(_ present: String?) -> String? {
    var last = [Substring: Substring]()
    for setting in (present ?? "").split(separator: ",") {
      let parts = setting.split(separator: "=", maxSplits: 1)
      last[parts[0]] = parts.count > 1 ? parts[1] : ""
    }
    if last["enable"] == "no" || last["registers"] == "none" { return nil }
    // The last one of a name counts, so what somebody set stays as far as it may.
    return present.map { $0.isEmpty ? settings : $0 + "," + settings } ?? settings
  }

  /// Sees to it that neither a report nor a core shows the memory of this process: the program starts
  /// anew under `settings`, or, where a report is worth no start, makes none.
  /// - Parameters:
  ///   - arguments: The command line.
  ///   - present: The variable's value now.
  ///   - restarts: Whether to start anew; true for the processes that run for long.
  package static func close(_ arguments: [String], present: String?, restarts: Bool) {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    guard let wanted = wanted(present) else { return }
    if restarts, unsafe setenv(variable, wanted, 1) == 0 {
      var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
      // It returns only if it failed; then there is no report either.
      unsafe execv(ProgramPath.own, &words)
      for index in unsafe words.indices { unsafe free(words[index]) }
    }
    for number in signals { signal(number, SIG_DFL) }
  }
}
