// A machine whose clock is set by an hour: what lived by the calendar ends or lives on as the new time
// says, nothing breaks, and readiness, metrics and log name the reason.

import Base
import Gateway
import HTTPClient
import HTTPMessage
import JSONText
import TestSupport
import Testing

@Suite struct ClockTests {
  /// The machine's clock with a calendar that a test moves.
  private final class MovedClock: Sendable {
    private let shift = Lock<Int64>(0)

    func set(secondsAhead: Int64) { shift.withLock { $0 = secondsAhead * 1000 } }

    var clock: Clock {
      Clock(
        now: {
          let moved = self.shift.withLock { $0 }
          return Timestamp(milliseconds: Clock.system.now().milliseconds + moved)
        }, monotonicNanoseconds: Clock.system.monotonicNanoseconds)
    }
  }

  @Test(arguments: [
    (Int64(9), 0, 0), (-9, 0, 0), (10, 1, 0), (-10, 0, 1), (3600, 1, 0), (-3600, 0, 1),
  ])
  func `a step of ten seconds is a jump, told for a quarter of an hour`(
    step: Int64, forward: Int, back: Int
  ) throws {
    // Milliseconds pass between two readings of the real clocks, hence the standing ones.
    let (calendar, ticks) = (Lock<Int64>(1_800_000_000_000), Lock<UInt64>(5_000_000_000))
    let lines = LogLines()
    let clock = Clock(
      now: { Timestamp(milliseconds: calendar.withLock { $0 }) },
      monotonicNanoseconds: { ticks.withLock { $0 } })
    func wait(_ seconds: UInt64) {
      calendar.withLock { $0 += Int64(seconds) * 1000 }
      ticks.withLock { $0 += seconds * 1_000_000_000 }
    }
    let watch = ClockWatch(clock: clock, log: lines.log(clock))
    wait(7200)
    let calm = watch.look()
    #expect(calm.forward == 0 && calm.back == 0 && !calm.isRecent)
    calendar.withLock { $0 += step * 1000 }
    for _ in 1...2 {
      let seen = watch.look()
      #expect(seen.forward == forward && seen.back == back)
      #expect(seen.isRecent == (forward + back > 0))
      #expect(seen.lastMilliseconds == (forward + back > 0 ? step * 1000 : nil))
    }
    #expect(try lines.count("clock-jumped") == forward + back)
    wait(ClockWatch.toldSeconds - 1)
    #expect(watch.look().isRecent == (forward + back > 0))
    wait(1)
    #expect(!watch.look().isRecent)
  }

  @Test func `a store with another time is named before it refuses us`() async throws {
    let store = try ScriptedServer { connection in
      while connection.readHead() != nil {
        connection.answer("200 OK", fields: "Date: Fri, 01 Jan 2100 00:00:00 GMT\r\n")
      }
    }
    var setup = try GatewaySetup()
    setup.use(store: "http://127.0.0.1:\(store.port)")
    try await setup.run { gateway in
      let ready = try await gateway.send(.get, gateway.ops + "/readyz")
      #expect(
        ready.status == 200 && ready.text.contains(#""code":"clock-skewed""#), "\(ready.text)")
      let metrics = MetricsDocument(try await gateway.send(.get, gateway.ops + "/metrics").text)
      #expect(metrics["object_store_skew_milliseconds"] ?? 0 > 3_600_000)
    }
  }

  private struct Seen: Equatable {
    var link: Int
    var token: Int
    var codes: Bool
    var forward: Double?
    var back: Double?
  }

  private func look(_ gateway: RunningGateway, _ url: String, _ token: String) async throws -> Seen
  {
    let ready = try await gateway.send(.get, gateway.ops + "/readyz")
    let codes = (ready.json["reasons"]?.arrayValue ?? []).map { $0["code"]?.stringValue }
    #expect(ready.status == 200, "\(ready.text)")
    let answers = (
      try await gateway.send(.get, url), try await gateway.call(.get, "/v1/documents", token)
    )
    let metrics = MetricsDocument(try await gateway.send(.get, gateway.ops + "/metrics").text)
    #expect(metrics.faults == [])
    return Seen(
      link: answers.0.status, token: answers.1.status, codes: codes.contains("clock-jumped"),
      forward: metrics["clock_jumps_total", ["direction": "forward"]],
      back: metrics["clock_jumps_total", ["direction": "back"]])
  }

  @Test func `a clock that is set an hour ahead and back is survived and named`() async throws {
    var setup = try GatewaySetup()
    let moved = MovedClock()
    setup.clock = moved.clock
    try await setup.run { gateway in
      let token = try await gateway.makeTenant("acme")
      let document = try await gateway.makeDocument(token)
      let upload = try await gateway.upload(document, token, .bytes(DemoPictures.jpeg()))
      #expect(upload.status == 201, "\(upload.text)")
      let url = try await gateway.call(
        .post, "/v1/documents/\(document)/links", token, #"{"expires_in":300}"#
      ).string("url")
      let calm = Seen(link: 303, token: 200, codes: false, forward: 0, back: 0)
      #expect(try await look(gateway, url, token) == calm)
      // Links and tokens of before have ended; new ones are made and lead to the object.
      moved.set(secondsAhead: 3700)
      let ahead = Seen(link: 410, token: 401, codes: true, forward: 1, back: 0)
      #expect(try await look(gateway, url, token) == ahead)
      let fresh = try await gateway.operate(
        .post, "/v1/tenants/acme/tokens",
        #"{"subject":"bff","scopes":["documents:read","links:create","audit:read"]}"#
      ).string("token")
      try await follow(gateway, document, fresh)
      // Back again: the old ones live on, a token from the future counts for nothing.
      moved.set(secondsAhead: 0)
      let back = Seen(link: 303, token: 200, codes: true, forward: 1, back: 1)
      #expect(try await look(gateway, url, token) == back)
      #expect(try await gateway.call(.get, "/v1/documents", fresh).status == 401)
      try await follow(gateway, document, token)
      #expect(try gateway.lines.count("clock-jumped") == 2)
      // The audit log never goes back in time.
      let events = try await gateway.call(.get, "/v1/audit/events?limit=100", token)
      let times = (events.json["items"]?.arrayValue ?? []).map { $0.text("time") }
      #expect(times.count > 8 && (times == times.sorted() || times == times.sorted(by: >)))
    }
  }

  /// A new link, through the gateway to the bytes.
  private func follow(
    _ gateway: RunningGateway, _ document: String, _ token: String
  ) async throws {
    let made = try await gateway.call(
      .post, "/v1/documents/\(document)/links", token, #"{"expires_in":300}"#)
    #expect(made.status == 201, "\(made.text)")
    let redirect = try await gateway.send(.get, made.string("url"))
    let location = try #require(redirect.fields[.location])
    #expect(try await gateway.send(.get, location).status == 200)
  }
}
