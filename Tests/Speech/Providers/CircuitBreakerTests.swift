import SpeechProviders
import Testing

@Suite("Circuit breaker")
struct CircuitBreakerTests {
  private let start = ContinuousClock.now

  private func breaker(_ set: (inout BreakerSettings) -> Void = { _ in }) -> CircuitBreaker {
    var settings = BreakerSettings()
    settings.failures = 3
    settings.openFor = .seconds(10)
    set(&settings)
    return CircuitBreaker(settings)
  }

  private func fail(_ breaker: inout CircuitBreaker, _ count: Int, at time: Duration = .zero) {
    for _ in 0..<count {
      _ = breaker.admit(at: start + time)
      breaker.ended(.failure, at: start + time)
    }
  }

  @Test("Failures in a row open it; a success between them does not let them add up")
  func inARow() {
    var breaker = breaker()
    fail(&breaker, 2)
    breaker.ended(.success, at: start)
    fail(&breaker, 2)
    #expect(breaker.state(at: start) == .closed)
    fail(&breaker, 1)
    #expect(breaker.state(at: start) == .open)
    #expect(breaker.admit(at: start + .seconds(4)) == .seconds(6))
  }

  @Test("A share of failures opens it although none follow each other")
  func share() {
    var breaker = breaker { $0.window = 10 }
    for index in 0..<10 {
      #expect(breaker.state(at: start) == .closed)
      breaker.ended(index % 2 == 0 ? .success : .failure, at: start)
    }
    breaker.ended(.failure, at: start)
    #expect(breaker.state(at: start) == .open)
  }

  @Test("Half open it lets one through; its success closes, its failure opens for twice as long")
  func halfOpen() {
    var breaker = breaker()
    fail(&breaker, 3)
    let later = start + .seconds(10)
    #expect(breaker.state(at: later) == .halfOpen)
    #expect(breaker.admit(at: later) == nil)
    #expect(breaker.admit(at: later) != nil)
    breaker.ended(.failure, at: later)
    #expect(breaker.rest(at: later) == .seconds(20))
    let last = later + .seconds(20)
    #expect(breaker.admit(at: last) == nil)
    breaker.ended(.success, at: last)
    #expect(breaker.state(at: last) == .closed)
    #expect(breaker.admit(at: last) == nil)
  }

  @Test("Several probes must all succeed, and one that was cancelled gives its place back")
  func probes() {
    var breaker = breaker { $0.probes = 2 }
    fail(&breaker, 3)
    let later = start + .seconds(10)
    #expect(breaker.admit(at: later) == nil)
    #expect(breaker.admit(at: later) == nil)
    #expect(breaker.admit(at: later) != nil)
    breaker.ended(.nothing, at: later)
    #expect(breaker.admit(at: later) == nil)
    breaker.ended(.success, at: later)
    #expect(breaker.state(at: later) == .halfOpen)
    breaker.ended(.success, at: later)
    #expect(breaker.state(at: later) == .closed)
  }

  @Test("What is hopeless opens it at once, and a wish for rest is kept to the second")
  func atOnce() {
    var hopeless = breaker()
    hopeless.ended(.hopeless, at: start)
    #expect(hopeless.rest(at: start) == .seconds(10))
    var tired = breaker()
    tired.ended(.rest(.seconds(77)), at: start)
    #expect(tired.rest(at: start) == .seconds(77))
  }

  @Test(
    "It never stays open for longer than eight times its time, and late failures do not prolong it")
  func bounded() {
    var breaker = breaker()
    fail(&breaker, 3)
    var now = start
    for _ in 0..<10 {
      now += breaker.rest(at: now) ?? .zero
      _ = breaker.admit(at: now)
      breaker.ended(.failure, at: now)
    }
    #expect(breaker.rest(at: now) == .seconds(80))
    breaker.ended(.failure, at: now + .seconds(5))
    #expect(breaker.rest(at: now + .seconds(5)) == .seconds(75))
  }
}
