import Foundation
import Pipeline

/// What is heard: the narration, the sound of clips, and the music.
struct SoundTracks {
  /// The track that others give way to.
  static let narration = "narration"
  /// Clips whose loudness their author said.
  static let clips = "clips"
  /// Clips that give way to the narration.
  static let ambience = "ambience"
  static let music = "music"

  /// Sound that begins or ends at full level clicks; this is too short to be heard.
  private static let declick = MediaTime(milliseconds: 10)

  let options: Compose.Options
  let music: FileReference?
  let wide: WideElements
  let shots: [Shot]
  let schedule: Schedule

  func tracks() -> [AudioTrack] {
    let sounds =
      zip(shots, schedule.spans).flatMap(sounds)
      + (wide.backdrop + wide.elements).flatMap { sound(of: $0, in: schedule.whole) }
    let spoken = narrationClips
    let duck = spoken.isEmpty ? nil : self.duck
    let tracks = [
      AudioTrack(name: Self.narration, clips: spoken),
      AudioTrack(name: Self.clips, clips: sounds.filter(\.isFixed).map(\.clip)),
      AudioTrack(name: Self.ambience, clips: sounds.filter { !$0.isFixed }.map(\.clip), duck: duck),
      AudioTrack(name: Self.music, clips: musicClips, duck: duck),
    ]
    return tracks.filter { !$0.clips.isEmpty }
  }

  private var duck: Duck? {
    guard options.duck.by > 0 else { return nil }
    return Duck(
      under: Self.narration, by: options.duck.by, attack: MediaTime(options.duck.attack),
      release: MediaTime(options.duck.release))
  }

  private var narrationClips: [AudioClip] {
    zip(shots, schedule.spans).compactMap { shot, span in
      shot.narration.map { narration in
        AudioClip(
          source: narration.file, at: span.start + MediaTime(options.lead),
          duration: narration.duration, gain: Self.decibels(options.narrationVolume))
      }
    }
  }

  private var musicClips: [AudioClip] {
    guard let music, options.musicVolume > 0 else { return [] }
    let half = MediaTime(ticks: schedule.duration.ticks / 2)
    var clip = AudioClip(
      source: music, at: .zero, duration: schedule.duration,
      gain: Self.decibels(options.musicVolume), fadeIn: min(MediaTime(options.musicFadeIn), half),
      fadeOut: min(MediaTime(options.musicFadeOut), half), loops: true)
    clip.fadeCurve = options.musicFadeCurve == .linear ? nil : options.musicFadeCurve
    clip.gainKeys = options.musicGain.isEmpty ? nil : options.musicGain.map(\.keyframe)
    return [clip]
  }

  // MARK: Clips

  private struct Sound {
    var clip: AudioClip
    var isFixed: Bool
  }

  private func sounds(of shot: Shot, in span: Schedule.Span) -> [Sound] {
    var sounds: [Sound] = []
    if let picture = shot.picture, picture.facts.hasSound {
      let stay = ElementStay(Stay(), in: span)
      sounds += sound(
        picture.file, stay, volume: shot.scene.volume, loop: shot.scene.loop,
        speed: shot.scene.speed)
    }
    return sounds + shot.elements.flatMap { sound(of: $0, in: span) }
  }

  private func sound(of element: Shot.Element, in span: Schedule.Span) -> [Sound] {
    guard let length = element.facts.soundDuration else { return [] }
    let settings = element.settings
    var stay = ElementStay(settings.stay, in: span)
    let heard = length.played(at: settings.speed)
    if !settings.loop, !stay.leavesWithScene, element.picture == nil, heard > .zero,
      heard < stay.duration
    {
      // A fade at the end is one of the sound, not of the silence after it.
      stay.duration = heard
      stay.leave = min(stay.leave, heard)
    }
    return sound(
      settings.file.reference, stay, volume: settings.volume, loop: settings.loop,
      speed: settings.speed, gainKeys: settings.gainKeys)
  }

  private func sound(
    _ file: FileReference, _ stay: ElementStay, volume: Double?, loop: Bool, speed: Double,
    gainKeys: [GainKey] = []
  ) -> [Sound] {
    guard stay.duration > .zero, volume != 0 else { return [] }
    var clip = AudioClip(
      source: file, at: stay.at, duration: stay.duration, gain: Self.decibels(volume ?? 1),
      fadeIn: max(stay.enter, Self.declick), fadeOut: max(stay.leave, Self.declick), loops: loop)
    clip.speed = speed == 1 ? nil : speed
    clip.gainKeys = gainKeys.isEmpty ? nil : gainKeys.map(\.keyframe)
    return [Sound(clip: clip, isFixed: volume != nil)]
  }

  /// Rounded to a hundredth, so that equal films are equal whatever the machine's logarithm; 0 is −120 dB.
  static func decibels(_ volume: Double) -> Double {
    guard volume > 1e-6 else { return -120 }
    return (2000 * log10(volume)).rounded() / 100
  }
}
