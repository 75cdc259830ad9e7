import Foundation
import Pipeline
import StageProtocol
import Threads

/// One `stage/run` that a plugin has under way: what it was given, what it says, and what it asks for.
final class PluginCall: Sendable {
  /// What a plugin asks the host for in a call.
  enum Request: Sendable {
    case store(StoreParams)
    case open(OpenParams)
    case render(RenderParams)
    case part(PartParams)
    case partMade(PartMadeParams)
    case checkpoint(CheckpointParams)
  }

  struct Asked: Sendable {
    var id: MessageID
    var request: Request
  }

  private struct State: Sendable {
    var heardAt = ContinuousClock.now
    var began = ContinuousClock.now
    var lastWord: String?
    var logCount = 0
    var askedCount = 0
    var isCancelled = false
    var lookedAtScratch = ContinuousClock.now
    var id: MessageID?
  }

  let context: StageContext
  let scratch: URL
  let files: CallFiles
  let requests: AsyncStream<Asked>
  private let sink: AsyncStream<Asked>.Continuation
  private let title: String
  private let limits: PluginLimits
  private let state = Locked(State())

  init(_ context: StageContext, scratch: URL, program: PluginProgram) {
    self.context = context
    self.scratch = scratch
    title = program.title
    limits = program.limits
    files = CallFiles(scratch: scratch, title: program.title)
    (requests, sink) = AsyncStream.makeStream(of: Asked.self)
  }

  func begin(_ id: MessageID) { state.withLock { $0.id = id } }
  /// Nil before it was sent.
  var id: MessageID? { state.withLock { $0.id } }

  // MARK: What it says

  private func heard(_ word: String?) {
    state.withLock { state in
      state.heardAt = .now
      if let word { state.lastWord = word }
    }
  }

  func progressed(_ params: ProgressParams) {
    guard params.done.isFinite else { return }
    heard(params.phase)
    context.progress(
      params.done, of: params.total, unit: params.unit ?? .items,
      phase: params.phase.map { String($0.prefix(200)) })
  }

  func logged(_ message: String) {
    heard(nil)
    if mayLog() { context.log(String(message.prefix(8000))) }
  }

  func warned(_ message: String, field: String?) {
    heard(message)
    if mayLog() {
      context.warn(String(message.prefix(8000)), field: field.map { String($0.prefix(200)) })
    }
  }

  func announced(_ segment: PlayableSegment) {
    heard(segment.path)
    guard segment.isPossible, files.knows(segment.file),
      segment.rendition.header.map({ files.knows($0.file) }) ?? true
    else {
      warned("a segment that is impossible was ignored", field: nil)
      return
    }
    context.announce(segment)
  }

  /// A log is for people: what nobody can read is dropped.
  private func mayLog() -> Bool {
    let count = state.withLock { state in
      state.logCount += 1
      return state.logCount
    }
    if count == Wire.logLimit {
      context.warn(
        "\(title) logs too much: what follows its first \(Wire.logLimit) lines is dropped")
    }
    return count < Wire.logLimit
  }

  // MARK: What it asks for

  /// False when too much is under way.
  func take(_ request: Request, id: MessageID) -> Bool {
    heard(nil)
    let isTaken = state.withLock { state in
      guard state.askedCount < Wire.requestLimit else { return false }
      state.askedCount += 1
      return true
    }
    if isTaken { sink.yield(Asked(id: id, request: request)) }
    return isTaken
  }

  func answered() {
    heard(nil)
    state.withLock { $0.askedCount -= 1 }
  }

  func finish() { sink.finish() }

  // MARK: Limits

  /// The limit that it breaks; nil for none.
  func breach(at now: ContinuousClock.Instant) -> StageError? {
    let (began, heardAt, last, asked) = state.withLock {
      ($0.began, $0.heardAt, $0.lastWord, $0.askedCount)
    }
    if let time = limits.time, now - began >= time {
      return StageError(
        .timeout,
        "\(title) took longer than \(time.written) (`limits.time` in its `plugin.json`) and was ended"
      )
    }
    // While the host works for it, it may be silent.
    if asked == 0, now - heardAt >= limits.silence {
      let after = last.map { " after `\($0)`" } ?? ""
      return StageError(
        .timeout,
        "\(title) reported nothing for \(limits.silence.written)\(after) and was ended; "
          + "`stage/progress` is the sign of life")
    }
    return scratchBreach(at: now)
  }

  private func scratchBreach(at now: ContinuousClock.Instant) -> StageError? {
    let isDue = state.withLock { state in
      guard now - state.lookedAtScratch >= .milliseconds(500) else { return false }
      state.lookedAtScratch = now
      return true
    }
    guard isDue else { return nil }
    let bytes = FolderSize.bytes(of: scratch.deletingLastPathComponent(), atMost: limits.scratch)
    guard bytes > limits.scratch else { return nil }
    return StageError(
      .configuration,
      "\(title) filled its scratch folder with more than \(Amount.text(limits.scratch)) and was ended; "
        + "`limits.scratch` in its `plugin.json` is how much it may take")
  }
}

/// How much a folder takes on disk.
enum FolderSize {
  /// Stops counting above `limit`.
  static func bytes(of folder: URL, atMost limit: Int) -> Int {
    var total = 0
    var seen = 0
    var rest = [folder.path]
    while let path = rest.popLast(), total <= limit, seen < 100_000 {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
        var status = stat()
        let place = "\(path)/\(name)"
        guard lstat(place, &status) == 0 else { continue }
        seen += 1
        total += Int(status.st_blocks) * 512
        if status.st_mode & S_IFMT == S_IFDIR { rest.append(place) }
      }
    }
    return total
  }
}

extension PlayableSegment {
  /// Whether its numbers can be those of a stream.
  fileprivate var isPossible: Bool {
    let longest = MediaTime(seconds: 1e6)
    return (0...1_000_000).contains(index) && (.zero...longest).contains(start)
      && (.zero...longest).contains(duration) && (0...100_000).contains(rendition.targetDuration)
      && FileBundle.isPath(path) && FileBundle.isPath(rendition.playlist)
      && (rendition.header.map { FileBundle.isPath($0.path) } ?? true)
      && (rendition.frameRate.map {
        (1...100_000).contains($0.numerator) && (1...100_000).contains($0.denominator)
      }
        ?? true)
  }
}

extension FileBundle {
  /// Whether it is a path within a bundle: relative, without `..`.
  static func isPath(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return !path.isEmpty && path.utf8.count <= 1000 && !path.contains("\0")
      && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
  }
}
