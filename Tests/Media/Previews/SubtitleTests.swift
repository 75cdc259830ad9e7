import Foundation
import Media
import Pipeline
import Testing

@Suite("Subtitles of a package")
struct SubtitleTests {
  private func film(_ cues: [Cue], seconds: Double = 70, language: String? = "en") -> Timeline {
    var film = Timeline(
      canvas: Canvas(size: PixelSize(width: 160, height: 90)),
      duration: MediaTime(seconds: seconds))
    film.captions = [
      CaptionLayer(captions: Captions(cues: cues, language: language), style: CaptionStyle())
    ]
    return film
  }

  private func cue(_ start: Int, _ end: Int, _ text: String) -> Cue {
    Cue(start: start, end: end, lines: [[Cue.Word(text: text)]])
  }

  private func package(_ film: Timeline) -> SubtitlePackage {
    SubtitlePackage(film, grid: MediaTime(milliseconds: 4000))
  }

  @Test("segments cover the film, and a cue is in each segment during which it is shown")
  func segments() throws {
    let film = film([
      cue(1000, 3000, "one"), cue(31_000, 33_000, "edge"), cue(65_000, 90_000, "last"),
    ])
    let track = try #require(package(film).tracks.first)
    // 32 s is the first whole number of 4 s segments that is long enough.
    #expect(track.segments.map(\.duration.seconds) == [32, 32, 6])
    #expect(track.segments.map(\.start.seconds) == [0, 32, 64])
    let texts = track.segments.map(\.text)
    #expect(
      texts[0] == """
        WEBVTT
        X-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000

        00:00:01.000 --> 00:00:03.000
        one

        00:00:31.000 --> 00:00:33.000
        edge

        """)
    #expect(texts[1].contains("00:00:31.000 --> 00:00:33.000\nedge\n") && !texts[1].contains("one"))
    #expect(texts[2].contains("last") && !texts[2].contains("edge"))
    #expect(track.rendition.targetDuration == 32)
    #expect(track.playlist.contains("#EXTINF:6.000000,\nen-00002.vtt\n#EXT-X-ENDLIST\n"))
    #expect(track.media.uri == "subtitles/en.m3u8" && track.media.language == "en")
    #expect(track.media.name == "English" && !track.media.isDefault && !track.media.isAutoselected)
  }

  @Test("a stretch without words has a segment, too")
  func silence() throws {
    let track = try #require(package(film([cue(66_000, 67_000, "late")])).tracks.first)
    #expect(track.segments[0].text == "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n")
    #expect(track.segments[2].text.contains("late"))
  }

  @Test("each language is a rendition; layers of one language are one")
  func languages() {
    var film = film([cue(0, 1000, "Hello")], seconds: 3)
    film.captions.append(
      CaptionLayer(
        captions: Captions(cues: [cue(0, 1000, "Hallo")], language: "de"), style: CaptionStyle()))
    film.captions.append(
      CaptionLayer(
        captions: Captions(cues: [cue(500, 900, "you")], language: "en"), style: CaptionStyle()))
    let tracks = package(film).tracks
    #expect(tracks.map(\.rendition.language) == ["en", "de"])
    #expect(tracks[0].segments[0].text.contains("Hello\n\n00:00:00.500 --> 00:00:00.900\nyou"))
    #expect(tracks[1].media.name == "Deutsch")
    film.captions = []
    #expect(package(film).tracks.isEmpty)
  }

  @Test(
    "a language that is no plain word is safe in paths",
    arguments: [
      ("../../etc", "subtitles/etc.m3u8"), ("zh-Hant", "subtitles/zh-Hant.m3u8"),
      ("", "subtitles/captions.m3u8"), (nil, "subtitles/captions.m3u8"),
    ])
  func paths(language: String?, path: String) {
    let tracks = package(film([cue(0, 1, "a")], seconds: 1, language: language)).tracks
    #expect(tracks.first?.rendition.playlist == path)
  }
}
