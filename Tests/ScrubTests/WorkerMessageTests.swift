// The messages between gateway and workers come back as they were sent, and nothing else is taken.

import Gateway
import JSONText
import Scrub
import ScrubContract
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
    let rules = try #require(ScrubRules(name: "strict-1+comments=refuse+signed=keep"))
    for job in [
      WorkerJob(fileName: "ä \"b\".jpg", rules: .standard),
      WorkerJob(fileName: nil, rules: rules, wantsExcerpts: true),
    ] {
      #expect(WorkerJob(message: job.message) == job)
    }
    let kept = CleanProof(
      mediaType: "application/pdf", pages: 2, bytes: 3, sha256: proof.sha256, isKept: true)
    #expect(WorkerAnswer(message: WorkerAnswer.proven(kept).message) == .proven(kept))
  }

  @Test func `a job with rules that are unknown, or with none, is no job`() {
    for text in [
      #"{"file_name":"a.jpg"}"#, #"{"file_name":"a.jpg","rules":"strict-1+unheard=drop"}"#,
      #"{"rules":"strict-2"}"#, #"{"rules":1}"#, #"{"rules":"strict-1+comments=keep"}"#,
    ] {
      #expect(WorkerJob(message: Array(text.utf8)) == nil, "\(text)")
    }
    #expect(WorkerJob(message: Array(#"{"rules":"strict-1"}"#.utf8))?.rules == .standard)
  }

  @Test func `a foreign message is no answer`() {
    let texts = [
      "", "{}", "[]", "null", #"{"outcome":"clean"}"#, #"{"outcome":"refused","code":"nonsense"}"#,
      #"{"outcome":"proven","media_type":"image/png","bytes":1,"sha256":"00"}"#,
    ]
    for text in texts { #expect(WorkerAnswer(message: Array(text.utf8)) == nil) }
  }
}
