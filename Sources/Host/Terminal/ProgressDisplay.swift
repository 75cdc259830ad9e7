import Foundation
import Pipeline
import Threads

/// Shows the events of a run to a person or a program.
protocol ProgressDisplay: Sendable {
  /// Called for each event, in order.
  func show(_ event: RunEvent)
  /// Tells a person something that is no event, in a line.
  func say(_ line: String)
  /// Nothing more will come.
  func finish()
}

/// One JSON object per line.
struct JSONDisplay: ProgressDisplay {
  let console: Console

  func show(_ event: RunEvent) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let line = try? encoder.encode(event) else { return }
    console.out(String(decoding: line, as: UTF8.self) + "\n")
  }

  func say(_ line: String) { console.err(line + "\n") }

  func finish() {}
}

/// One line per event, for logs and pipes; none for progress that says what the line before it said.
final class LineDisplay: ProgressDisplay {
  private let console: Console
  /// What each stage said last of how far it is.
  private let counts = Locked<[String: String]>([:])

  init(console: Console) { self.console = console }

  func show(_ event: RunEvent) {
    guard isNews(event), let text = EventText.line(for: event) else { return }
    console.err(text + "\n")
  }

  /// False for an event that only shows that the work goes on.
  private func isNews(_ event: RunEvent) -> Bool {
    guard event.type == .stageProgress, let stage = event.stage else { return true }
    let text = EventText.counts(event) ?? EventText.progress(event)
    return counts.withLock { $0.updateValue(text, forKey: stage) } != text
  }

  func say(_ line: String) { console.err(line + "\n") }

  func finish() {}
}

/// A bar per stage, drawn over as the run goes on; warnings scroll away above.
final class BarDisplay: ProgressDisplay {
  private struct State {
    var stages: [String]
    var latest: [String: RunEvent] = [:]
    var fraction: [String: Double] = [:]
    var drawnLines = 0
    var lastDrawn = ContinuousClock.now - .seconds(1)
  }

  private let console: Console
  private let state: Locked<State>

  init(stages: [String], console: Console) {
    self.console = console
    state = Locked(State(stages: stages))
  }

  func show(_ event: RunEvent) {
    state.withLock { state in
      if event.type == .stageWarning || event.type == .stageRetrying,
        let line = EventText.line(for: event)
      {
        return say(line, &state)
      }
      guard let stage = event.stage, event.type != .stageLog, event.type != .segmentReady else {
        return
      }
      if !state.stages.contains(stage) {
        // What is fetched comes before the stages, what is rendered for outputs behind them.
        state.stages.insert(stage, at: stage == "(sources)" ? 0 : state.stages.count)
      }
      state.latest[stage] = event
      if let fraction = event.fraction { state.fraction[stage] = fraction }
      let isProgress = event.type == .stageProgress
      if isProgress, ContinuousClock.now - state.lastDrawn < .milliseconds(100) { return }
      erase(&state)
      draw(&state)
    }
  }

  func say(_ line: String) { state.withLock { say(line, &$0) } }

  func finish() { state.withLock { draw(&$0, over: true) } }

  /// Above the bars.
  private func say(_ line: String, _ state: inout State) {
    erase(&state)
    console.err(line + "\n")
    draw(&state)
  }

  private func erase(_ state: inout State) {
    if state.drawnLines > 0 { console.err("\u{1B}[\(state.drawnLines)A\u{1B}[J") }
    state.drawnLines = 0
  }

  private func draw(_ state: inout State, over: Bool = false) {
    if over { erase(&state) }
    let nameWidth = state.stages.map(\.count).max() ?? 0
    let width = console.width
    let lines = state.stages.map { stage in
      BarText.line(
        stage.padded(to: nameWidth), latest: state.latest[stage], fraction: state.fraction[stage],
        width: width - 1, colour: console.usesColour)
    }
    console.err(lines.map { $0 + "\n" }.joined())
    state.drawnLines = lines.count
    state.lastDrawn = .now
  }
}
