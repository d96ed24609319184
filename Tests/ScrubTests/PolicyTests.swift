import Scrub
import Testing

@Suite struct PolicyTests {
  @Test func `codes are lower-case words joined by hyphens`() {
    for code in ScrubError.Code.allCases {
      #expect(code.rawValue.allSatisfy { $0 == "-" || ($0.isLowercase && $0.isASCII) })
    }
  }
}
