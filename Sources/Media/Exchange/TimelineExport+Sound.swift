import Pipeline

extension TimelineExport {
  private var sampleRate: Double { Double(canvas.sampleRate) }

  private func samples(_ time: MediaTime) -> Int {
    Int(time.count(per: Int64(canvas.sampleRate)))
  }

  /// Tracks of sound, in samples of the film. Clips of one that sound together come on tracks of their own.
  func audioTracks() throws -> [JSONTree] {
    var tracks: [JSONTree] = []
    let end = samples(film.duration)
    for track in film.tracks {
      let strips = track.clips.enumerated().map { index, clip in
        Strip(
          index: index, start: min(end, samples(max(.zero, clip.at))),
          end: min(end, samples(max(.zero, clip.end))))
      }
      for (lane, strips) in Lanes(strips).lanes.enumerated() {
        let suffix = lane == 0 ? "" : ", track \(lane + 1)"
        tracks.append(
          OpenTimeline.track(
            "Audio", "\(track.name)\(suffix)", try children(strips, of: track, end: end)))
      }
    }
    return tracks
  }

  private func children(
    _ strips: [Strip], of track: AudioTrack, end: Int
  ) throws -> [JSONTree] {
    var children: [JSONTree] = []
    var cursor = 0
    for strip in strips {
      if strip.start > cursor {
        children.append(OpenTimeline.gap(strip.start - cursor, rate: sampleRate))
      }
      children += try clips(of: track.clips[strip.index], strip)
      cursor = strip.end
    }
    if cursor < end { children.append(OpenTimeline.gap(end - cursor, rate: sampleRate)) }
    return children
  }

  /// A sound that loops is repeated; behind the end of one that does not there is silence.
  private func clips(of clip: AudioClip, _ strip: Strip) throws -> [JSONTree] {
    let metadata = ["clip": try JSONTree(encoding: clip)]
    let info = media[clip.source.digest]?.info
    let duration = info?.audio?.duration ?? info?.duration
    let speed = clip.speed ?? 1
    let effects = speed == 1 ? [] : [OpenTimeline.timeWarp(speed)]
    let available = info?.audio.flatMap { audio in
      duration.map {
        OpenTimeline.range(
          0..<Int($0.count(per: Int64(max(1, audio.sampleRate)))), rate: Double(audio.sampleRate))
      }
    }
    let media = reference(to: clip.source, available: available)
    let total = strip.end - strip.start
    let late = MediaTime(count: Int64(strip.start), per: Int64(canvas.sampleRate)) - clip.at
    var start =
      samples(clip.sourceStart)
      + (late > MediaTime(milliseconds: 1) ? Int(Double(samples(late)) * speed) : 0)
    let last = duration.map(samples)
    var pieces: [JSONTree] = []
    var done = 0
    while done < total {
      let playable = last.map { Int((Double($0 - start) / speed).rounded()) } ?? total
      guard playable > 0 else { break }
      let length = min(playable, total - done)
      pieces.append(
        OpenTimeline.clip(
          clip.source.name, start..<(start + length), rate: sampleRate, media: media,
          effects: effects, metadata: metadata))
      done += length
      guard clip.loops else { break }
      start = samples(clip.sourceStart)
    }
    if done < total { pieces.append(OpenTimeline.gap(total - done, rate: sampleRate)) }
    return pieces
  }
}
