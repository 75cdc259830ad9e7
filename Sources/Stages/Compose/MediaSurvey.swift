import Foundation
import Media
import Pipeline
import Threads

/// Finds out what composing needs to know about every file, each once.
struct MediaSurvey {
  private struct Entry: Sendable {
    var file: FileReference
    /// Such as `scene 2, element 1`.
    var label: String
    /// Its length decides when the next scene begins.
    var isNarration: Bool
  }

  /// The length of coded sound is an estimate of the header; up to this it is counted by decoding.
  private static let longestCounted = MediaTime(seconds: 900)

  /// Pictures are decoded whole, and all of a run waits for this.
  private static let atOnce = 2

  private let entries: [Entry]

  init(of options: Compose.Options, _ material: FilmMaterial) {
    var entries: [Entry] = []
    for (index, file) in material.narration.enumerated() {
      entries.append(Entry(file: file, label: "narration \(index + 1)", isNarration: true))
    }
    for (index, scene) in options.scenes.enumerated() {
      let label = Shot.label(index, scene)
      if let file = scene.audio?.reference {
        entries.append(Entry(file: file, label: label, isNarration: true))
      }
      for file in [scene.image?.reference, scene.video?.reference].compactMap({ $0 }) {
        entries.append(Entry(file: file, label: label, isNarration: false))
      }
      for (number, element) in scene.elements.enumerated() {
        let setsLength = scene.lasts == .sound && element.kind != .image && element.kind != .video
        entries.append(
          Entry(
            file: element.file.reference, label: "\(label), \(element.label(number))",
            isNarration: setsLength))
      }
    }
    for (number, element) in options.backdrop.enumerated() {
      let label = "backdrop, \(element.label(number))"
      entries.append(Entry(file: element.file.reference, label: label, isNarration: false))
    }
    for (number, element) in options.elements.enumerated() {
      entries.append(
        Entry(file: element.file.reference, label: element.label(number), isNarration: false))
    }
    for (index, file) in material.pictures.enumerated() {
      entries.append(Entry(file: file, label: "scene \(index + 1)", isNarration: false))
    }
    if let music = material.music {
      entries.append(Entry(file: music, label: "music", isNarration: false))
    }
    if let background = material.background {
      entries.append(Entry(file: background, label: "background", isNarration: false))
    }
    var places: [Digest: Int] = [:]
    self.entries = entries.reduce(into: []) { unique, entry in
      if let place = places[entry.file.digest] {
        unique[place].isNarration = unique[place].isNarration || entry.isNarration
      } else {
        places[entry.file.digest] = unique.count
        unique.append(entry)
      }
    }
  }

  /// Throws one error that names every file that cannot be read.
  func facts(_ context: StageContext) async throws -> [Digest: MediaFacts] {
    var facts: [Digest: MediaFacts] = [:]
    var problems: [Int: StageError] = [:]
    try await withThrowingTaskGroup(of: Look.self) { group in
      var started = 0
      for done in 0..<entries.count {
        context.progress(
          Double(done), of: Double(entries.count), unit: .items, phase: "looking at files")
        while started < min(entries.count, done + Self.atOnce) {
          let index = started
          group.addTask { try await look(at: index, context) }
          started += 1
        }
        guard let look = try await group.next() else { break }
        facts[entries[look.index].file.digest] = look.facts
        problems[look.index] = look.problem
      }
    }
    try Self.report(entries.indices.compactMap { problems[$0] })
    context.progress(
      Double(entries.count), of: Double(entries.count), unit: .items, phase: "looking at files")
    return facts
  }

  /// What was found out about one entry.
  private struct Look: Sendable {
    var index: Int
    var facts: MediaFacts?
    var problem: StageError?
  }

  /// Throws what has nothing to do with the file itself.
  private func look(at index: Int, _ context: StageContext) async throws -> Look {
    try Task.checkCancellation()
    do {
      return Look(index: index, facts: try await look(at: entries[index], context))
    } catch {
      let problem = StageError(wrapping: error).about(entries[index].label)
      guard problem.errorClass == .invalidInput else { throw problem }
      return Look(index: index, problem: problem)
    }
  }

  private static func report(_ problems: [StageError]) throws {
    if let first = problems.first {
      throw StageError(
        .invalidInput, problems.map(\.message).joined(separator: "\n"), cause: first.cause)
    }
  }

  private func look(at entry: Entry, _ context: StageContext) async throws -> MediaFacts {
    let url = try await context.open(entry.file)
    let info = try await MediaProbe.probe(url, as: entry.file.name)
    var facts = MediaFacts(
      pixels: info.video?.size, isStill: info.isStillImage,
      hasAlpha: info.video?.hasAlpha ?? false,
      videoDuration: info.isStillImage || info.video == nil ? nil : info.duration,
      soundDuration: info.audio.map { $0.duration ?? info.duration ?? .zero })
    if entry.isNarration, let audio = info.audio {
      let isExact = audio.duration != nil && audio.codec.hasPrefix("pcm_")
      if !isExact, facts.soundDuration ?? .zero <= Self.longestCounted {
        facts.soundDuration = try await Self.count(url, entry.file.name, audio.sampleRate)
      }
    }
    return facts
  }

  /// How long the sound is when every sample is decoded.
  private static func count(
    _ url: URL, _ name: String, _ sampleRate: Int
  ) async throws -> MediaTime {
    let rate = max(1, sampleRate)
    let samples = try await withCancellationFlag { cancellation in
      try await BlockingThread.run("count") { () throws(any Error) in
        var samples = 0
        try AudioDecoder.decode(
          url, as: name, sampleRate: rate, channels: 1, cancellation: cancellation
        ) { samples += $0.count }
        return samples
      }
    }
    return MediaTime(count: Int64(samples), per: Int64(rate))
  }
}
