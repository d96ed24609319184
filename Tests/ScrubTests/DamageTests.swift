// Damaged files: whatever happens to a file, it is refused or comes out proved clean; never a crash,
// never an unproved output. The positions are fixed by a seed.

import Base
import Foundation
import Gateway
import Scrub
import TestSupport
import Testing

@Suite struct DamageTests {
  /// Damaged copies of a file, by flips and as many by cuts. The standard run of a sanitizer asks for
  /// fewer: these rounds run without it too, and fuzzing has it on the same parsers.
  private static let rounds: Int = {
    guard let text = ProcessInfo.processInfo.environment["DAMAGE_ROUNDS"] else {
      return 200
    }
    guard let rounds = Int(text), rounds > 0 else {
      fatalError("DAMAGE_ROUNDS is no count")
    }
    return rounds
  }()

  @Test(arguments: PlantedPicture.all)
  func `flipped and cut files are refused or proved clean`(picture: PlantedPicture) throws {
    try damage(picture.planted(6))
    try damage(picture.clean())
  }

  @Test(.needsChecks)
  func `the corpus is scrubbed, and so are its damaged copies or they are refused`() throws {
    var count = 0
    let office = ["docx", "xlsx", "pptx", "odf"]
    for folder in [
      "heif", "video", "jpeg", "png", "gif", "webp", "tiff", "pdf", "audio", "text", "svg", "docx",
      "xlsx", "pptx",
      "odf", "malformed",
    ] {
      for name in try files("corpus/scrub/" + folder) {
        let bytes = try Checks.bytes("corpus/scrub/\(folder)/\(name)")
        if bytes.count < 20_000, folder != "pdf", !office.contains(folder) { try damage(bytes) }
        guard case .success(let once) = try scrubbed(bytes) else { continue }
        count += 1
        let twice = try scrubbed(once.bytes).get()
        #expect(once.bytes == twice.bytes, "\(name)")
      }
    }
    #expect(count >= 60)
  }

  @Test(arguments: PlainTextTests.accepted)
  func `flipped and cut text is refused or proved clean`(text: PlainTextTests.Case) throws {
    try damage(text.bytes)
  }

  @Test func `flipped and cut drawings are refused or proved clean`() throws {
    try damage(DrawingTests.planted)
  }

  @Test(arguments: Sound.all)
  func `flipped and cut sound is refused or proved clean`(sound: Sound) throws {
    try damage(sound.planted)
    try damage(sound.clean)
  }

  @Test(arguments: PlantedFile.animated + PlantedFile.tiffs)
  func `flipped and cut animations and scans are refused or proved clean`(file: PlantedFile) throws
  {
    try damage(file.planted)
    try damage(file.clean)
  }

  @Test func `flipped and cut documents are refused or proved clean`() throws {
    try damage(PDFSample.planted())
    try damage(OfficeSample.planted().bytes)
    try damage(OfficeSample.plantedODT().bytes)
  }

  @Test(arguments: BoxTests.Sample.all)
  func `flipped and cut files of boxes are refused or proved clean`(item: BoxTests.Sample) throws {
    try damage(item.planted)
    try damage(item.clean)
  }

  /// Inside an archive with right checksums, where flips of its own bytes do not reach.
  @Test func `flipped XML inside documents is refused or proved clean`() throws {
    let scrubber = try MetadataScrubber()
    var state: UInt64 = 0x2545_f491_4f6c_dd1d
    var unproved = 0
    let samples = [OfficeSample.planted().zip, OfficeSample.plantedODT()]
    for round in 0..<(3 * Self.rounds) {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      var zip = samples[round % 2]
      let texts = zip.members.indices.filter { zip.members[$0].bytes.first == UInt8(ascii: "<") }
      let member = texts[round / 2 % texts.count]
      let place = Int(state >> 33) % zip.members[member].bytes.count
      zip.members[member].bytes[place] ^= 1 << UInt8(round % 7)
      if !isRefusedOrClean(zip.bytes, scrubber) { unproved += 1 }
    }
    #expect(unproved == 0)
  }

  private func damage(_ bytes: [UInt8]) throws {
    let scrubber = try MetadataScrubber()
    var state: UInt64 = 0x2545_f491_4f6c_dd1d
    var unproved = 0
    for round in 0..<Self.rounds {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let place = Int(state >> 33) % bytes.count
      var copy = bytes
      copy[place] ^= 1 << UInt8(round % 8)
      if !isRefusedOrClean(copy, scrubber) { unproved += 1 }
      if !isRefusedOrClean(Array(bytes[..<place]), scrubber) { unproved += 1 }
    }
    #expect(unproved == 0)
  }

  /// A refusal by either reading is right; what is written must be stable under a second scrub.
  private func isRefusedOrClean(_ bytes: [UInt8], _ scrubber: MetadataScrubber) -> Bool {
    do throws(ScrubError) {
      let output = try scrubber.scrub(.bytes(bytes)).bytes
      _ = try ResidueVerifier().verify(.bytes(output))
      return try scrubber.scrub(.bytes(output)).bytes == output
    } catch {
      return true
    }
  }

  private func files(_ folder: String) throws -> [String] {
    (FolderNames.read(try Checks.path(folder)) ?? []).filter { !$0.hasPrefix(".") }
  }
}
