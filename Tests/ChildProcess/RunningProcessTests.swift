import ChildProcess
import Foundation
import Glibc
import Testing
import Threads

@Suite("A child process", .timeLimit(.minutes(5)))
struct RunningProcessTests {
  private static func shell(_ script: String) -> Command {
    Command("/bin/sh", arguments: ["-c", script])
  }

  /// Everything a script says until it ends.
  private static func run(
    _ command: Command, sending lines: [String] = []
  ) async throws -> (lines: [String], exit: ProcessExit, errors: String) {
    try await BlockingThread.run("test") {
      var process = try RunningProcess(command)
      let flag = CancellationFlag()
      for line in lines { try process.send(line: Array(line.utf8), cancellation: flag) }
      process.closeInput()
      var received: [String] = []
      while true {
        switch try process.receive(cancellation: flag, within: .seconds(30)) {
        case .line(let bytes): received.append(String(decoding: bytes, as: UTF8.self))
        case .ended(let exit): return (received, exit, process.errorTail)
        }
      }
    }
  }

  @Test("Lines go in and come out, and the end is its exit code")
  func conversation() async throws {
    let result = try await Self.run(
      Self.shell("while read line; do echo \"<$line>\"; done; printf last; exit 7"),
      sending: ["one", "två ✓"])
    #expect(result.lines == ["<one>", "<två ✓>", "last"])
    #expect(result.exit == .code(7))
  }

  @Test("A signal that ends it is told from a code")
  func signal() async throws {
    let result = try await Self.run(Self.shell("kill -SEGV $$"))
    #expect(result.exit == .signal(11))
  }

  @Test("A megabyte on standard error stalls nothing, and its end is kept")
  func errorOutput() async throws {
    let result = try await Self.run(
      Self.shell("head -c 1000000 /dev/zero | tr '\\0' x >&2; echo >&2; echo end >&2; echo done"))
    #expect(result.lines == ["done"])
    #expect(result.errors.hasSuffix("end\n"))
    #expect(result.errors.utf8.count <= 64 << 10)
  }

  @Test("It sees only the variables it was given, and no descriptor beyond the standard ones")
  func isolation() async throws {
    let open = Glibc.open("/dev/null", O_RDONLY)
    defer { close(open) }
    var command = Self.shell("env | grep -c SECRET; ls /proc/self/fd | tr '\\n' ' '")
    command.environment = ["PATH": "/usr/bin:/bin", "COLOUR": "blue"]
    let result = try await Self.run(command)
    #expect(result.lines.first == "0")
    // Number 3 is the folder that `ls` reads.
    #expect(result.lines.last?.split(separator: " ") == ["0", "1", "2", "3"])
  }

  @Test("Variables that are not on the list are not inherited")
  func inheritance() {
    let inherited = Command.inheritedEnvironment(and: ["VIDEOCRAFT_TEST"])
    let allowed = Set([
      "PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "VIDEOCRAFT_TEST",
    ])
    #expect(inherited["PATH"] != nil)
    #expect(Set(inherited.keys).isSubset(of: allowed))
  }

  @Test(
    "A missing program and one that may not be run are errors", arguments: ["/no/such", "/etc"])
  func missing(path: String) async {
    await #expect {
      _ = try await Self.run(Command(path))
    } throws: {
      ($0 as? ProcessError)?.reason == .cannotStart
    }
  }

  @Test("A grandchild that holds the output open does not delay the end, and is ended too")
  func grandchild() async throws {
    let start = ContinuousClock.now
    let result = try await Self.run(Self.shell("sleep 6000 & echo $!; exit 3"))
    #expect(result.exit == .code(3))
    #expect(ContinuousClock.now - start < .seconds(60))
    let pid = try #require(result.lines.first.flatMap { Int32($0) })
    #expect(await isGone(pid))
  }

  @Test("A child that ignores the polite ways is killed with its group")
  func stubborn() async throws {
    let pids = try await BlockingThread.run("test") {
      var process = try RunningProcess(
        Self.shell("trap '' TERM; sleep 6000 & echo $!; while :; do sleep 1; done"))
      let flag = CancellationFlag()
      guard case .line(let line) = try process.receive(cancellation: flag, within: .seconds(20))
      else { return [Int32]() }
      let start = ContinuousClock.now
      #expect(process.terminate(grace: .milliseconds(100)) == .signal(9))
      #expect(ContinuousClock.now - start < .seconds(60))
      return [process.id, Int32(String(decoding: line, as: UTF8.self)) ?? 0]
    }
    #expect(pids.count == 2)
    for pid in pids { #expect(await isGone(pid)) }
  }

  @Test("A child whose value goes away is gone and reaped")
  func abandoned() async throws {
    let pid = try await BlockingThread.run("test") {
      let process = try RunningProcess(Self.shell("sleep 600"))
      return process.id
    }
    #expect(kill(pid, 0) == -1 && errno == ESRCH)
  }

  @Test("Cancellation interrupts waiting for a silent child")
  func cancellation() async throws {
    let flag = CancellationFlag()
    let error = try await BlockingThread.run("test") { () -> ProcessError? in
      var process = try RunningProcess(Self.shell("echo ready; sleep 600"))
      _ = try process.receive(cancellation: flag, within: .seconds(20))
      flag.raise()
      do { _ = try process.receive(cancellation: flag) } catch let error as ProcessError {
        return error
      }
      return nil
    }
    #expect(error?.reason == .cancelled)
  }

  @Test("A silent child times out, and writing to one that is gone says how it ended")
  func failures() async throws {
    try await BlockingThread.run("test") {
      let flag = CancellationFlag()
      var silent = try RunningProcess(Self.shell("sleep 600"))
      do throws(ProcessError) {
        _ = try silent.receive(cancellation: flag, within: .milliseconds(100))
        Issue.record("no timeout")
      } catch {
        #expect(error.reason == .timedOut)
      }
      var gone = try RunningProcess(Self.shell("echo last words >&2; exit 4"))
      do throws(ProcessError) {
        // Its end takes a moment; the pipe takes what is sent until then.
        while true { try gone.send(line: [65], cancellation: flag) }
      } catch {
        guard case .ended = error.reason else {
          Issue.record("\(error.reason)")
          return
        }
      }
      #expect(gone.terminate() == .code(4))
      #expect(gone.errorTail == "last words\n")
    }
  }

  @Test("A line over the limit is refused")
  func longLine() async throws {
    var command = Self.shell("head -c 5000 /dev/zero | tr '\\0' x; echo")
    command.lineLimit = 1000
    let tooLong = command
    await #expect {
      _ = try await Self.run(tooLong)
    } throws: {
      ($0 as? ProcessError)?.reason == .unreadable
    }
  }

  @Test("Two hundred children leave no descriptor and no zombie behind")
  func leaks() async throws {
    let before = try descriptorCount()
    for _ in 0..<200 {
      let result = try await Self.run(Command("/bin/true"))
      #expect(result.exit == .code(0))
    }
    // Other tests run at the same time and hold a few.
    #expect(try descriptorCount() < before + 60)
  }

  private func descriptorCount() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
  }

  /// A signal to a process that is nobody's child here takes effect a little later.
  private func isGone(_ pid: Int32) async -> Bool {
    let deadline = ContinuousClock.now + .seconds(60)
    while isAlive(pid), ContinuousClock.now < deadline {
      try? await Task.sleep(for: .milliseconds(2))
    }
    return !isAlive(pid)
  }

  /// A killed process may stay as a zombie where nobody reaps orphans.
  private func isAlive(_ pid: Int32) -> Bool {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else {
      return false
    }
    return !(stat.split(separator: ")").last?.hasPrefix(" Z") ?? true)
  }
}

@Suite("Requests and answers as JSON lines", .timeLimit(.minutes(5)))
struct JSONLinesChannelTests {
  private struct Ask: Encodable, Sendable { var number: Int }
  private struct Reply: Decodable, Sendable {
    var done: Bool
    var text: String
  }

  private func ask(_ script: String) async throws -> [String] {
    try await BlockingThread.run("test") {
      var channel = try JSONLinesChannel(Command("/bin/sh", arguments: ["-c", script]))
      var notes: [String] = []
      return try channel.request(
        Ask(number: 5), reading: Reply.self, silence: .seconds(20),
        cancellation: CancellationFlag()
      ) { (reply: Reply) throws(ProcessError) -> [String]? in
        notes.append(reply.text)
        return reply.done ? notes : nil
      }
    }
  }

  @Test("Messages are handed over until one is the answer")
  func messages() async throws {
    let notes = try await ask(
      """
      read line; echo '{"done":false,"text":"one"}'; echo
      echo "{\\"done\\":true,\\"text\\":\\"$(echo $line | tr -dc 0-9)\\"}"; sleep 600
      """)
    #expect(notes == ["one", "5"])
  }

  @Test("A line that is no answer and an end without one are errors")
  func failures() async {
    await #expect {
      _ = try await ask("read line; echo hello; sleep 600")
    } throws: {
      ($0 as? ProcessError)?.reason == .unreadable
    }
    await #expect {
      _ = try await ask("read line; echo why >&2; kill -9 $$")
    } throws: {
      let error = $0 as? ProcessError
      return error?.reason == .ended(.signal(9)) && error?.errorTail == "why\n"
    }
  }
}
