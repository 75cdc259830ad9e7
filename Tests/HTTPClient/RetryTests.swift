import TestSupport
import Testing
import Threads

@testable import HTTPClient

@Suite("HTTP retries", .timeLimit(.minutes(5)))
struct RetryTests {
  private func server(_ failures: Int, _ status: Int = 503) throws -> TestServer {
    let count = Locked(0)
    return try TestServer { _, connection in
      let number = count.withLock { count in
        count += 1
        return count
      }
      if number <= failures {
        connection.reply(status, ["Retry-After: 5"])
      } else {
        connection.reply(200, [], "at last")
      }
    }
  }

  @Test("a busy server is asked again, after the time that it asks for")
  func again() async throws {
    let server = try server(2)
    let clock = JumpingClock()
    let response = try await localClient().send(
      HTTPRequest("GET", server.url()), retry: HTTPRetry(), clock: clock)
    #expect(response.status == 200)
    #expect(clock.sleeps == [.seconds(5), .seconds(5)])
  }

  @Test("after the last attempt its answer is given back")
  func exhausted() async throws {
    let server = try server(100, 500)
    let response = try await localClient().send(
      HTTPRequest("GET", server.url()), retry: HTTPRetry(attempts: 3), clock: JumpingClock())
    #expect(response.status == 500)
    #expect(server.requests.count == 3)
  }

  @Test("what may not be repeated is asked once", arguments: [false, true])
  func post(_ isRepeatable: Bool) async throws {
    let server = try server(1)
    let request = HTTPRequest("POST", server.url(), isRepeatable: isRepeatable ? true : nil)
    let response = try await localClient().send(request, retry: HTTPRetry(), clock: JumpingClock())
    #expect(response.status == (isRepeatable ? 200 : 503))
  }

  @Test("an answer that will not change is the last one", arguments: [400, 401, 404, 501])
  func permanent(_ status: Int) async throws {
    let server = try server(9, status)
    let response = try await localClient().send(
      HTTPRequest("GET", server.url()), retry: HTTPRetry(), clock: JumpingClock())
    #expect(response.status == status)
    #expect(server.requests.count == 1)
  }

  @Test("a lost connection is tried again")
  func lost() async throws {
    let count = Locked(0)
    let server = try TestServer { _, connection in
      let number = count.withLock { count in
        count += 1
        return count
      }
      if number < 3 { connection.close() } else { connection.reply() }
    }
    let response = try await localClient().send(
      HTTPRequest("GET", server.url()), retry: HTTPRetry(), clock: JumpingClock())
    #expect(response.status == 200)
  }
}
