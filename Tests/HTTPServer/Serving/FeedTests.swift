import HTTPTypes
import Testing
import Threads

@testable import HTTPServer

#if canImport(Glibc)
  import Glibc
#endif

/// A feed that a test holds in its hand.
private final class HeldFeed: BodyFeed {
  private struct State: Sendable {
    var outlet: (any BodyOutlet)?
    var rooms = 0
    var ends = 0
  }

  private let state = Locked(State())

  var outlet: (any BodyOutlet)? { state.withLock { $0.outlet } }
  var rooms: Int { state.withLock { $0.rooms } }
  var ends: Int { state.withLock { $0.ends } }

  func begin(_ outlet: any BodyOutlet) { state.withLock { $0.outlet = outlet } }
  func roomMade() { state.withLock { $0.rooms += 1 } }
  func end() { state.withLock { $0.ends += 1 } }
}

@Suite("Bodies that are fed", .timeLimit(.minutes(5)))
struct FeedTests {
  private static func run(
    _ feed: HeldFeed, _ body: @escaping @Sendable (TestServer) throws -> Void
  ) async throws {
    try await TestServer.run(
      respond: { request in
        request.path.segments == ["ws"]
          ? try .webSocket(for: request, from: feed) : .events(from: feed)
      }, body)
  }

  private static func follow(_ server: TestServer) throws -> RawClient {
    let client = try server.connect()
    try client.send("GET /events HTTP/1.1\r\nHost: t\r\n\r\n")
    #expect(try client.receive(through: "\r\n\r\n").contains("text/event-stream"))
    return client
  }

  private static func outlet(_ feed: HeldFeed, _ server: TestServer) throws -> any BodyOutlet {
    #expect(server.wait { feed.outlet != nil })
    return try #require(feed.outlet)
  }

  @Test("What is offered arrives in order, and the connection can be used again after the end")
  func order() async throws {
    let feed = HeldFeed()
    try await Self.run(feed) { server in
      let client = try Self.follow(server)
      let outlet = try Self.outlet(feed, server)
      for text in ["one\n", "two\n", "three\n"] { #expect(outlet.offer(Array(text.utf8))) }
      _ = try client.receive(through: "three\n\r\n")
      outlet.finish(isWhole: true)
      #expect(try client.receive(through: "0\r\n\r\n") == "0\r\n\r\n")
      #expect(!outlet.offer([1]))
      try client.send("GET /events HTTP/1.1\r\nHost: t\r\n\r\n")
      #expect(try client.receive(through: "\r\n\r\n").hasPrefix("HTTP/1.1 200"))
    }
  }

  @Test("What is not whole is cut off, so that nobody takes it for whole")
  func notWhole() async throws {
    let feed = HeldFeed()
    try await Self.run(feed) { server in
      let client = try Self.follow(server)
      let outlet = try Self.outlet(feed, server)
      outlet.finish(isWhole: false)
      let rest = (try? client.receiveAll()) ?? []
      #expect(!String(decoding: rest, as: UTF8.self).contains("0\r\n\r\n"))
    }
  }

  @Test("A feed whose client does not read is told to wait, and when to go on")
  func fullness() async throws {
    let feed = HeldFeed()
    try await TestServer.run(respond: { _ in .events(from: feed) }) { server in
      let client = try RawClient(port: server.port, receiveBuffer: 64 << 10)
      try client.send("GET /events HTTP/1.1\r\nHost: t\r\n\r\n")
      _ = try client.receive(through: "\r\n\r\n")
      let outlet = try Self.outlet(feed, server)
      let piece = [UInt8](repeating: 0x61, count: 50_000)
      // The sockets hold some megabytes, the queue a quarter of one. What is refused is asked for again when there is
      // room, until there is none for good.
      var taken = 0
      var rooms = 0
      var isStuck = false
      while taken < 2000, !isStuck {
        rooms = feed.rooms
        if outlet.offer(piece) {
          taken += 1
        } else {
          isStuck = !Self.comes(within: 50) { feed.rooms > rooms }
        }
      }
      #expect(isStuck && taken < 2000)
      _ = try client.receive(4_000_000)
      #expect(server.wait { feed.rooms > rooms })
      #expect(outlet.offer(piece))
    }
  }

  /// In rounds of two milliseconds.
  private static func comes(within rounds: Int, _ condition: () -> Bool) -> Bool {
    for _ in 0..<rounds {
      if condition() { return true }
      usleep(2000)
    }
    return condition()
  }

  @Test("A client that goes away ends its feed once", arguments: ["/events", "/ws"])
  func leaving(target: String) async throws {
    let feed = HeldFeed()
    try await Self.run(feed) { server in
      do {
        let client = try server.connect()
        if target == "/ws" {
          try client.upgrade()
        } else {
          try client.send("GET /events HTTP/1.1\r\nHost: t\r\n\r\n")
        }
        _ = try Self.outlet(feed, server)
      }
      #expect(server.wait { feed.ends == 1 && server.server.connectionCount == 0 })
      #expect(feed.outlet?.offer([1]) == false)
    }
    #expect(feed.ends == 1)
  }

  @Test("A drained server ends what is fed as if it were all")
  func drain() async throws {
    let feed = HeldFeed()
    let socketFeed = HeldFeed()
    try await TestServer.run(respond: { request in
      request.path.segments == ["ws"]
        ? try .webSocket(for: request, from: socketFeed) : .events(from: feed)
    }) { server in
      let events = try Self.follow(server)
      let socket = try server.connect()
      try socket.upgrade()
      _ = try Self.outlet(feed, server)
      _ = try Self.outlet(socketFeed, server)
      server.server.drain(grace: .seconds(60))
      #expect(String(decoding: try events.receiveAll(), as: UTF8.self) == "0\r\n\r\n")
      #expect(try socket.frame().payload.prefix(2) == [0x03, 0xe9])
      try socket.send(MaskedFrame.close(1001))
      #expect(try socket.isAtEnd())
      #expect(server.wait { feed.ends == 1 && socketFeed.ends == 1 })
    }
  }

  @Test("A WebSocket is fed messages, answers pings, hears nothing, and is closed at the end")
  func socket() async throws {
    let feed = HeldFeed()
    try await Self.run(feed) { server in
      let client = try server.connect()
      try client.upgrade()
      let outlet = try Self.outlet(feed, server)
      #expect(outlet.offer(EncodedMessage(.text("an event")).bytes))
      #expect(try client.frame().payload == Array("an event".utf8))
      // More than any queue would hold.
      for _ in 0..<200 {
        try client.send(MaskedFrame.encode(0x82, [UInt8](repeating: 1, count: 60_000)))
      }
      try client.send(MaskedFrame.encode(0x89, [7]))
      #expect(try client.frame().first == 0x8a)
      outlet.finish(isWhole: true)
      let close = try client.frame()
      #expect(close.first == 0x88 && close.payload.prefix(2) == [0x03, 0xe8])
    }
  }

  @Test("A feed does the same where only a task can carry it")
  func carried() async throws {
    let feed = HeldFeed()
    let response = Response.events(from: feed)
    guard case .stream(let body) = response.body else {
      Issue.record("no stream")
      return
    }
    let writer = Collected()
    async let carrying: Void = body.produce(writer)
    while feed.outlet == nil { await Task.yield() }
    for number in 0..<200 {
      while feed.outlet?.offer([UInt8(number)]) != true { await Task.yield() }
    }
    feed.outlet?.finish(isWhole: true)
    try await carrying
    #expect(writer.bytes.withLock { $0 } == (0..<200).map { UInt8($0) })
  }

  private final class Collected: BodyWriter {
    let bytes = Locked<[UInt8]>([])
    func write(_ more: [UInt8]) async throws { bytes.withLock { $0 += more } }
  }
}

@Suite("Where handlers run", .timeLimit(.minutes(2)))
struct BriefHandlerTests {
  private static func threadName() -> String {
    var name = [CChar](repeating: 0, count: 64)
    let file = open("/proc/thread-self/comm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { close(file) }
    let count = read(file, &name, 63)
    return String(decoding: name.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  @Test(
    "A brief handler runs on the thread of its connection, before and after it waited; others do not"
  )
  func threads() async throws {
    var router = Router()
    let answer: HTTPTypes.Handler = { _ in
      let before = Self.threadName()
      try await Task.sleep(for: .milliseconds(1))
      return .text(before + Self.threadName())
    }
    router.on(.get, "/brief", options: Router.RouteOptions(isBrief: true), answer)
    router.on(.get, "/long", answer)
    router.on(.get, "/stream") { _ in
      .stream(.plainText) { try await $0.write(Array(Self.threadName().utf8)) }
    }
    let application = router.application()
    let server = try Server(
      ServerSettings(.tcp(host: "127.0.0.1", port: 0)), application: application)
    async let running: Void = server.run()
    let texts = try await BlockingThread.run("client") {
      defer { server.drain(grace: .zero) }
      let client = try RawClient(port: server.port ?? 0)
      return try ["/brief", "/long", "/stream"].map { try client.get($0).text }
    }
    await running
    #expect(texts[0] == "http-0\nhttp-0\n")
    #expect(!texts[1].contains("http-0"))
    #expect(!texts[2].contains("http-0"))
  }
}
