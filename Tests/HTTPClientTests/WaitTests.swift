// Waiting too long, cancelling, closing, and the bound on exchanges.

import Glibc
import HTTPClient
import HTTPMessage
import TestSupport
import Testing

/// Reads the request and then says nothing until the client closes.
private func silent(_ arrived: Signal, closed: Signal = Signal()) throws -> ScriptedServer {
  try ScriptedServer { connection in
    connection.readHead()
    arrived.raise()
    if connection.waitForClose() { closed.raise() }
  }
}

@Suite struct WaitTests {
  @Test func `a silent server is too slow, or used up the total time`() async throws {
    let server = try silent(Signal())
    let request = ClientRequest(.get, server.url())
    async let slow = verdict(try makeClient { $0.lowSpeedSeconds = 1 }, request)
    async let total = verdict(try makeClient { $0.totalTimeout = .milliseconds(200) }, request)
    var short = request
    short.totalTimeout = .milliseconds(100)
    async let own = verdict(try makeClient(), short)
    #expect(try await [slow, total, own] == ["too-slow", "timeout-total", "timeout-total"])
  }

  @Test func `a server that drips is too slow`() async throws {
    let server = try ScriptedServer { connection in
      connection.readHead()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
      // POLLRDHUP of Linux, which the Glibc module leaves out.
      var never = pollfd(fd: connection.descriptor, events: 0x2000, revents: 0)
      while poll(&never, 1, 100) == 0, connection.send("x") {}
    }
    let client = try makeClient { $0.lowSpeedSeconds = 1 }
    #expect(await verdict(client, ClientRequest(.get, server.url())) == "too-slow")
  }

  @Test func `a full backlog is a connect timeout and a closed port a failed connect`() async throws
  {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    var fillers = [Int32]()
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        _ = bind(listener, address, size)
        _ = listen(listener, 0)
        _ = getsockname(listener, address, &size)
        for _ in 0..<4 {
          let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
          _ = connect(filler, address, size)
          fillers.append(filler)
        }
      }
    }
    let port = UInt16(bigEndian: address.sin_port)
    let client = try makeClient { $0.connectTimeout = .milliseconds(300) }
    let request = ClientRequest(.get, "http://127.0.0.1:\(port)/")
    #expect(await verdict(client, request) == "timeout-connect")
    for filler in fillers { close(filler) }
    close(listener)
    #expect(await verdict(client, request) == "connect-failed")
    let unknown = ClientRequest(.get, "http://host.invalid/")
    #expect(["host-unknown", "timeout-connect"].contains(await verdict(client, unknown)))
  }

  @Test func `cancelling the task ends the exchange and closes the connection`() async throws {
    let (arrived, closed) = (Signal(), Signal())
    let server = try silent(arrived, closed: closed)
    let client = try makeClient()
    let task = Task { await verdict(client, ClientRequest(.get, server.url())) }
    await arrived.wait()
    task.cancel()
    #expect(await task.value == "cancelled")
    await closed.wait()
    let early = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return await verdict(client, ClientRequest(.get, server.url()))
    }
    #expect(await early.value == "cancelled")
  }

  @Test func `cancelling ends a streamed body on both ways`() async throws {
    let (arrived, closed) = (Signal(), Signal())
    let server = try ScriptedServer { connection in
      connection.readHead()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
      if connection.waitForClose() { closed.raise() }
    }
    let client = try makeClient()
    let down = Task {
      do throws(HTTPClientError) {
        let answer = try await client.stream(ClientRequest(.get, server.url()))
        _ = try await answer.body.nextChunk()
        arrived.raise()
        _ = try await answer.body.nextChunk()
        return "ended"
      } catch {
        return error.code.rawValue
      }
    }
    await arrived.wait()
    down.cancel()
    #expect(await down.value == "cancelled")
    await closed.wait()
    let asked = Signal()
    let quiet = try silent(Signal())
    let body = ClientBody.stream(count: 10) { () async throws(HTTPClientError) in
      asked.raise()
      await Signal().wait()
      return nil
    }
    let up = Task { await verdict(client, ClientRequest(.put, quiet.url(), body: body)) }
    await asked.wait()
    up.cancel()
    #expect(await up.value == "cancelled")
  }

  @Test func `dropping a streamed body closes the connection`() async throws {
    let closed = Signal()
    let server = try ScriptedServer { connection in
      connection.readHead()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
      if connection.waitForClose() { closed.raise() }
    }
    let client = try makeClient()
    do {
      let answer = try await client.stream(ClientRequest(.get, server.url()))
      #expect(answer.status == .ok)
    }
    await closed.wait()
  }

  @Test func `closing the client ends what is under way and refuses what comes`() async throws {
    let arrived = Signal()
    let server = try silent(arrived)
    let client = try makeClient()
    let task = Task { await verdict(client, ClientRequest(.get, server.url())) }
    await arrived.wait()
    client.close()
    #expect(await task.value == "client-closed")
    #expect(await verdict(client, ClientRequest(.get, server.url())) == "client-closed")
  }

  @Test func `one exchange more than the bound is refused`() async throws {
    let arrived = Signal()
    let server = try silent(arrived)
    let client = try makeClient { $0.exchangesMax = 1 }
    let task = Task { await verdict(client, ClientRequest(.get, server.url())) }
    await arrived.wait()
    #expect(await verdict(client, ClientRequest(.get, server.url())) == "client-overloaded")
    task.cancel()
    #expect(await task.value == "cancelled")
  }
}
