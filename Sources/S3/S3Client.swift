// The core of the client: sign, send, classify, repeat. The operations are in extensions.

package import Base
import Cryptography
package import HTTPClient
import HTTPMessage
import SigV4

/// A client of one S3-compatible store; use one from any number of tasks.
package final class S3Client: Sendable {
  /// The settings.
  package let configuration: S3Configuration

  let http: HTTPClient
  let signers: SignerSource
  let clock: Clock
  let hasher = PartHasher()
  private let circuit: CircuitBreaker
  private let abandoned = Lock(0)
  private let skew = Lock<Int64?>(nil)
  private let observer: (@Sendable (S3Call) -> Void)?

  /// Creates a client; credentials are loaded with the first request. Retries follow the policy and
  /// the budget of `http`. `observer` is told of each operation when it has ended.
  package init(
    _ configuration: S3Configuration, credentials: CredentialsProvider, http: HTTPClient,
    clock: Clock, observer: (@Sendable (S3Call) -> Void)? = nil
  ) {
    self.observer = observer
    self.configuration = configuration
    self.http = http
    self.clock = clock
    circuit = CircuitBreaker(configuration.circuit, clock: clock)
    signers = SignerSource(configuration, credentials, clock)
  }

  /// Milliseconds by which the store's clock was ahead of ours at the last answer; within about a
  /// second, since `Date` has whole seconds. Nothing before the first answer.
  package var lastSkewMilliseconds: Int64? { skew.withLock { $0 } }

  /// Whether requests go through to the endpoint, for readiness and metrics.
  package var circuitState: CircuitBreaker.Snapshot { circuit.snapshot }

  /// Multipart uploads since the start that failed and could not be aborted; the sweep finds them.
  package var abandonedUploads: Int { abandoned.withLock { $0 } }

  /// Seconds until the credentials end; negative afterwards, nothing for long-lived or unloaded ones.
  package var credentialsSecondsLeft: Int64? {
    signers.expiresAt.map { $0.seconds - clock.now().seconds }
  }

  /// One operation as it is signed and sent.
  struct Operation: Sendable {
    var method: HTTPMethod
    var bucket: String
    var key: [UInt8] = []
    var query: [(name: String, value: String)] = []
    var fields: [(name: String, value: String)] = []
    var payload: PayloadHash = .empty
    var body: ClientBody = .none
    /// For answers that a store works on for long without a word, such as COPY.
    var quietSeconds: Int?
    var totalTimeout: Duration?
    /// Sent even to an endpoint that rests: what undoes something is not left out lightly.
    var ignoresCircuit = false
  }

  /// Sends an operation until it succeeds, fails for good or the attempts are used up; each attempt
  /// is signed anew. `errorBody` reads the body of an answer that is not a success; `lateError` finds
  /// an error inside of one that says 200.
  func perform<Answer>(
    _ operation: Operation, head: KeyPath<Answer, ClientResponseHead>,
    errorBody: (Answer) async throws(HTTPClientError) -> [UInt8],
    lateError: (Answer) -> S3Error? = { _ in nil },
    send: (ClientRequest) async throws(HTTPClientError) -> Answer
  ) async throws(S3Error) -> Answer {
    let watch = CallWatch(operation.method, clock)
    var attempts = 0
    do throws(S3Error) {
      let answer = try await repeating(
        operation, watch.trace, &attempts, head: head, errorBody: errorBody, lateError: lateError,
        send: send)
      observer?(watch.call(attempts, nil, clock))
      return answer
    } catch {
      observer?(watch.call(attempts, error.code, clock))
      throw error
    }
  }

  private func repeating<Answer>(
    _ operation: Operation, _ trace: TraceContext?, _ attempt: inout Int,
    head: KeyPath<Answer, ClientResponseHead>,
    errorBody: (Answer) async throws(HTTPClientError) -> [UInt8],
    lateError: (Answer) -> S3Error?, send: (ClientRequest) async throws(HTTPClientError) -> Answer
  ) async throws(S3Error) -> Answer {
    var hasRenewed = false
    var last: S3Error?
    while true {
      attempt += 1
      let current = try await signers.signers()
      let request = try request(operation, current.own, trace)
      let ticket = circuit.admit()
      guard ticket != nil || operation.ignoresCircuit else {
        throw last ?? S3Error(.circuitOpen)
      }
      var failure: S3Error
      var retryAfter: Duration?
      do throws(HTTPClientError) {
        let answer = try await send(request)
        let head = answer[keyPath: head]
        noteSkew(head)
        retryAfter = head.retryAfter
        if !(200..<300).contains(head.status.code) {
          failure = S3Error(
            status: head.status, fields: head.fields, body: try await errorBody(answer),
            isForObject: !operation.key.isEmpty)
        } else if let late = lateError(answer) {
          failure = late
        } else {
          if let ticket { circuit.note(.answered, ticket) }
          http.budget.noteSuccess()
          return answer
        }
      } catch {
        failure = S3Error(error)
      }
      if let ticket { circuit.note(failure.circuitOutcome, ticket) }
      failure.attempts = attempt
      // A store that has forgotten our credentials gets newer ones, once, if there are any.
      if failure.blamesCredentials, !hasRenewed, operation.body.isReplayable,
        await signers.renew(current)
      {
        hasRenewed = true
        continue
      }
      guard failure.isRetriable, operation.body.isReplayable,
        await http.budget.waitForRetry(after: attempt, retryAfter: retryAfter)
      else { throw failure }
      last = failure
    }
  }

  /// Sends an operation and keeps its answer, of at most `bytesMax` bytes, in memory.
  ///
  /// With `mayFailLate`, an error document in an answer with status 200 is the error that it is: COPY
  /// and CompleteMultipartUpload answer before they know.
  func fetch(_ operation: Operation, bytesMax: Int = 64 << 10, mayFailLate: Bool = false)
    async throws(S3Error) -> BufferedResponse
  {
    let http = http
    return try await perform(
      operation, head: \.head, errorBody: { (answer) throws(HTTPClientError) in answer.body },
      lateError: { mayFailLate ? S3Error(late: $0.fields, $0.body) : nil },
      send: { (request) async throws(HTTPClientError) in
        try await http.fetch(request, bytesMax: bytesMax, attemptsMax: 1)
      })
  }

  private func request(
    _ operation: Operation, _ signer: Signer, _ trace: TraceContext?
  ) throws(S3Error) -> ClientRequest {
    let signed: SignedRequest
    do throws(SigV4Error) {
      signed = try signer.sign(
        operation.method.rawValue, bucket: operation.bucket, key: operation.key,
        query: operation.query, headers: operation.fields, payload: operation.payload,
        at: clock.now().seconds)
    } catch {
      throw S3Error(error)
    }
    var fields = HTTPFields()
    for (name, value) in signed.headers {
      guard fields.append(name: name, value: value) else { throw S3Error(.invalidRequest) }
    }
    // Not signed: a proxy on the way may put its own span there.
    if let trace { fields.append(.traceparent, trace.field) }
    return ClientRequest(
      operation.method, signed.url, fields: fields, body: operation.body,
      totalTimeout: operation.totalTimeout ?? timeout(for: operation.body),
      quietSeconds: operation.quietSeconds, isIdempotent: true)
  }

  /// Time for a body at the slowest useful rate, on top of what every exchange has.
  private func timeout(for body: ClientBody) -> Duration? {
    guard body.count > 1 << 20 else { return nil }
    return http.configuration.totalTimeout
      + .seconds(body.count / configuration.bytesPerSecondMin)
  }

  func countAbandoned() { abandoned.withLock { $0 += 1 } }

  private func noteSkew(_ head: ClientResponseHead) {
    guard let text = head.fields[.date], let moment = HTTPDate.parse(text) else { return }
    // The field has whole seconds; its middle is the best guess.
    let difference = moment.milliseconds + 500 - clock.now().milliseconds
    skew.withLock { $0 = difference }
  }
}

/// The times and the span of an operation under way.
private struct CallWatch {
  let method: HTTPMethod
  let startedAt: Timestamp
  let startNanoseconds: UInt64
  let parent = TraceContext.current
  let trace: TraceContext?

  init(_ method: HTTPMethod, _ clock: Clock) {
    self.method = method
    startedAt = clock.now()
    startNanoseconds = clock.monotonicNanoseconds()
    trace = parent.map { $0.child(Random.pair().0) }
  }

  func call(_ attempts: Int, _ failure: S3Error.Code?, _ clock: Clock) -> S3Call {
    S3Call(
      method: method, startedAt: startedAt,
      durationNanoseconds: clock.monotonicNanoseconds() - startNanoseconds, attempts: attempts,
      failure: failure, trace: trace, parent: parent)
  }
}
