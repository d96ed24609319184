// The messages between gateway and workers come back as they were sent, and nothing else is taken.

import Gateway
import JSONText
import Scrub
import Testing

@Suite struct WorkerMessageTests {
  @Test func `an answer comes back as it was sent`() throws {
    let report = try scrubbed(DemoPictures.jpeg()).get().report
    let proof = try ResidueVerifier().verify(.bytes(DemoPictures.cleanPNG()))
    let answers: [WorkerAnswer] = [
      .scrubbed(report), .proven(proof),
      .refused(ScrubError(.typeNotSupported, "No.", detectedType: "image/gif")),
      .refused(ScrubError(.truncated, "Short.")),
    ]
    for answer in answers { #expect(WorkerAnswer(message: answer.message) == answer) }
    for job in [WorkerJob(fileName: "ä \"b\".jpg"), WorkerJob(fileName: nil)] {
      #expect(WorkerJob(message: job.message) == job)
    }
  }

  @Test func `a foreign message is no answer`() {
    let texts = [
      "", "{}", "[]", "null", #"{"outcome":"clean"}"#, #"{"outcome":"refused","code":"nonsense"}"#,
      #"{"outcome":"proven","media_type":"image/png","bytes":1,"sha256":"00"}"#,
    ]
    for text in texts { #expect(WorkerAnswer(message: Array(text.utf8)) == nil) }
  }
}
