// Answers, good and bad, byte for byte.

import HTTPClient
import HTTPMessage
import TestSupport
import Testing

@Suite struct AnswerTests {
  static let answers: [(String, String)] = [
    ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "200"),
    ("HTTP/1.0 200 OK\r\n\r\nok", "200"),
    ("HTTP/1.1 204 No Content\r\n\r\n", "204"),
    ("HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", "404"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "200"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: y\r\n\r\n", "200"),
    (
      "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
      "200"
    ),
    ("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "302"),
    ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n", "200"),
    ("", "connection-lost"),
    ("hello\r\n\r\n", "protocol-error"),
    ("HTTP/2 200 OK\r\n\r\n", "protocol-error"),
    ("HTTP/1.1 2x0 OK\r\n\r\n", "protocol-error"),
    ("HTTP/1.1 600 Big\r\nContent-Length: 0\r\n\r\n", "protocol-error"),
    ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", "protocol-error"),
    ("HTTP/1.1 200 OK\r\nContent-Le", "connection-lost"),
    ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "body-mismatch"),
    ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", "protocol-error"),
    ("HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello", "protocol-error"),
    ("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx", "protocol-error"),
    (
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "protocol-error"
    ),
    ("HTTP/1.1 200 OK\r\nX: a\r\n folded\r\nContent-Length: 0\r\n\r\n", "protocol-error"),
    ("HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 0\r\n\r\n", "protocol-error"),
    ("HTTP/1.1 200 OK\r\nA B: c\r\nContent-Length: 0\r\n\r\n", "protocol-error"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", "body-mismatch"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello", "connection-lost"),
    ("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n", "response-too-large"),
    ("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 1001), "response-too-large"),
    ("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 1000), "200"),
    (
      "HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 2100) + "\r\n\r\n",
      "response-too-large"
    ),
  ]

  @Test(arguments: answers)
  func `an answer is taken or refused by its code`(answer: String, expected: String) async throws {
    let server = try ScriptedServer { connection in
      connection.readHead()
      connection.send(answer)
    }
    let client = try makeClient {
      $0.responseBytesMax = 1000
      $0.responseHeadBytesMax = 2000
    }
    #expect(await verdict(client, ClientRequest(.get, server.url())) == expected)
  }

  @Test func `the URL is sent byte for byte, and fields as given`() async throws {
    let server = try ScriptedServer { connection in
      connection.readHead()
      connection.answer(
        "200 OK", "body", fields: "X-One: 1\r\nx-one:  two \r\nX-One: \u{301}three\r\n")
    }
    let client = try makeClient()
    var fields = HTTPFields()
    fields.append(name: "X-Empty", value: "")
    fields.append(name: "X-Some", value: "a: b;c")
    let path = "/a/../b/./%2e%2E//c;d?x=%20+&y&z=/../"
    let answer = try await client.fetch(ClientRequest(.get, server.url(path), fields: fields))
    #expect(answer.body == Array("body".utf8))
    #expect(answer.fields.all("X-One") == ["1", "two", "\u{301}three"])
    let head = try #require(server.heads.first)
    #expect(head.hasPrefix("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n"))
    #expect(head.contains("\r\nX-Empty:\r\n"))
    #expect(head.contains("\r\nX-Some: a: b;c\r\n"))
    #expect(head.contains("\r\nUser-Agent: postern/1\r\n"))
    #expect(!head.contains("Expect"))
  }

  @Test func `the answer to HEAD has no body whatever its length says`() async throws {
    let server = try ScriptedServer { connection in
      while connection.readHead() != nil {
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n")
      }
    }
    let client = try makeClient()
    for _ in 0..<2 {
      let answer = try await client.fetch(ClientRequest(.head, server.url()))
      #expect(answer.head.contentLength == 5_000_000)
      #expect(answer.body.isEmpty)
    }
    #expect(server.connectionCount == 1)
  }

  @Test func `bytes behind an answer never reach the next one`() async throws {
    let server = try ScriptedServer { connection in
      while connection.readHead() != nil {
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 Evil\r\n\r\n")
      }
    }
    let client = try makeClient()
    for _ in 0..<3 {
      #expect(await verdict(client, ClientRequest(.get, server.url())) == "200")
    }
  }

  static let urls = [
    "", "127.0.0.1", "ftp://127.0.0.1/", "file:///etc/passwd", "HTTP://127.0.0.1/",
    "http:///path", "http://", "http://user@127.0.0.1/", "http://u:p@127.0.0.1/",
    "http://127.0.0.1/a b", "http://127.0.0.1/\r\nX: y", "http://127.0.0.1/#f",
    "http://127.0.0.1/\u{e4}", "http://127.0.0.1\\@evil/", "http://?x",
    "http://127.0.0.1/" + String(repeating: "x", count: 17_000),
  ]

  @Test func `a URL that is not plain http or https is refused before anything is sent`()
    async throws
  {
    let client = try makeClient()
    for url in AnswerTests.urls {
      #expect(await verdict(client, ClientRequest(.get, url)) == "url-refused", "\(url.prefix(30))")
    }
    let strict = try makeClient { $0.isHTTPSOnly = true }
    #expect(await verdict(strict, ClientRequest(.get, "http://127.0.0.1/")) == "url-refused")
  }

  @Test func `an error never shows the URL`() async throws {
    let client = try makeClient()
    do throws(HTTPClientError) {
      _ = try await client.fetch(ClientRequest(.get, "http://127.0.0.1:1/x?X-Amz-Signature=abc"))
      Issue.record("port 1 answered")
    } catch {
      #expect(error.code == .connectFailed)
      let text = "\(error) \(String(reflecting: error))"
      #expect(!text.contains("127.0.0.1") && !text.contains("Amz"))
    }
  }

  @Test func `plain text where TLS belongs is a TLS failure`() async throws {
    let server = try ScriptedServer { connection in
      connection.read(16)
      connection.answer("200 OK")
    }
    let url = "https://127.0.0.1:\(server.port)/"
    #expect(await verdict(try makeClient(), ClientRequest(.get, url)) == "tls-failed")
    let client = try makeClient { $0.certificateAuthorityPath = "/nowhere/ca.pem" }
    #expect(await verdict(client, ClientRequest(.get, url)) == "tls-failed")
  }
}
