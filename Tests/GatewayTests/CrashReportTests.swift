// What the runtime is told to print of a crash, whatever it was told before.

import Gateway
import Testing

@Suite struct CrashReportTests {
  private static let cases: [(String?, String?)] = [
    (nil, CrashReport.settings), ("", CrashReport.settings),
    ("enable=yes,threads=all", "enable=yes,threads=all," + CrashReport.settings),
    ("registers=none,registers=all", "registers=none,registers=all," + CrashReport.settings),
    ("enable=no,enable=tty", "enable=no,enable=tty," + CrashReport.settings),
    ("registers=all,registers=none", nil), ("enable=no", nil), (CrashReport.settings, nil),
  ]

  @Test(arguments: Self.cases)
  func `no setting shows registers`(present: String?, wanted: String?) {
    #expect(CrashReport.wanted(present) == wanted)
    // What it starts anew with is good, so that it starts anew once.
    if let wanted { #expect(CrashReport.wanted(wanted) == nil) }
  }
}
