extension Timeline {
  /// Some time of the film as a film of its own: it looks and sounds as the film does there.
  ///
  /// It begins with the frame that is showing at `start`, which must lie before `end`. Only what is seen or heard is in
  /// it, and sounds that are not heard but lower others. Where the film has a loudness, the stretch has it, too: it is
  /// reached by the sound of the stretch alone.
  public func stretch(from start: MediaTime, to end: MediaTime) -> Timeline {
    let rate = canvas.frameRate
    let first = rate.frame(at: start)
    let begin = rate.time(ofFrame: first)
    var part = slice(first..<max(first + 1, rate.frameCount(in: end))) { _ in false }
    part.canvas.sampleRate = canvas.sampleRate
    part.loudness = loudness
    part.duration = end - begin
    // A film with pictures stays one where there are none.
    if hasPicture, !part.hasPicture { part.layers = [Layer()] }
    part.tracks = tracks(heardFrom: begin, to: end)
    part.marks = marks.compactMap { $0.within(begin, end) }
    return part
  }

  private func tracks(heardFrom start: MediaTime, to end: MediaTime) -> [AudioTrack] {
    let ducks = tracks.compactMap(\.duck)
    return tracks.map { track in
      // Others are lowered before its clips begin and after they end, and in short pauses between two of them.
      let reach =
        ducks.filter { $0.under == track.name }.map { $0.attack + $0.release }.max() ?? .zero
      var part = track
      part.clips = track.clips.compactMap { clip in
        guard clip.end + reach > start, clip.at - reach < end else { return nil }
        var clip = clip
        clip.at -= start
        return clip
      }
      return part
    }
  }
}

extension FilmPreview {
  /// What of a film is shown. Throws `StageError` when there is nothing.
  public func cut(_ film: Timeline) throws(StageError) -> Timeline {
    guard let stretch else { return film }
    guard stretch.start < film.duration else {
      throw StageError(
        .invalidInput,
        "the preview is to begin at \(stretch.start.clockText), and the film ends at "
          + "\(film.duration.clockText); choose an earlier place",
        field: "preview")
    }
    return film.stretch(
      from: stretch.start, to: min(stretch.start + stretch.duration, film.duration))
  }
}
