// Every type that the scrubber proves clean has a name for people and an extension.

import Delivery
import Scrub
import Testing

@Suite struct MediaTypeTests {
  @Test(arguments: MetadataScrubber.mediaTypes)
  func `a scrubbed type has a name and an extension`(text: String) throws {
    let type = try #require(MediaType(text))
    #expect(type.kind != .file && type.fileExtension?.isEmpty == false)
  }

  @Test func `another type has none`() throws {
    let type = try #require(MediaType("application/x-unheard-of"))
    #expect(type.kind == .file && type.fileExtension == nil)
  }
}
