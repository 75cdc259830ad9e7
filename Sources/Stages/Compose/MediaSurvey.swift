import Foundation
import Media
import Pipeline
import Threads

/// Finds out what composing needs to know about every file, each once.
struct MediaSurvey {
  private struct Entry {
    var file: FileReference
    /// Such as `scene 2, element 1`.
    var label: String
    /// Its length decides when the next scene begins.
    var isNarration: Bool
  }

  /// The length of coded sound is an estimate of the header; up to this it is counted by decoding.
  private static let longestCounted = MediaTime(seconds: 900)

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
        let label = "\(label), element \(number + 1)"
        entries.append(Entry(file: element.file.reference, label: label, isNarration: false))
      }
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
    var problems: [StageError] = []
    for (index, entry) in entries.enumerated() {
      try Task.checkCancellation()
      context.progress(
        Double(index), of: Double(entries.count), unit: .items, phase: "looking at files")
      do {
        facts[entry.file.digest] = try await look(at: entry, context)
      } catch {
        let problem = StageError(wrapping: error).about(entry.label)
        guard problem.errorClass == .invalidInput else { throw problem }
        problems.append(problem)
      }
    }
    if let first = problems.first {
      throw StageError(
        .invalidInput, problems.map(\.message).joined(separator: "\n"), cause: first.cause)
    }
    context.progress(
      Double(entries.count), of: Double(entries.count), unit: .items, phase: "looking at files")
    return facts
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
