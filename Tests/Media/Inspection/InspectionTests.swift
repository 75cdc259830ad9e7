import Foundation
import Pipeline
import TestSupport
import Testing

@testable import Media

@Suite("Inspecting films", .timeLimit(.minutes(2)))
struct InspectionTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private static let made = ProvenanceText(
    Provenance(pipeline: "my-film_2", digest: Digest(of: [1]), version: "1.2.3"),
    filmDigest: Digest(of: [2]))

  @Test("provenance is one line that reads back, and other comments are none")
  func provenance() throws {
    let text = Self.made.text
    #expect(
      text.hasPrefix("videocraft version=1.2.3 pipeline=my-film_2 pipeline-digest=sha256:4bf5122f"))
    #expect(ProvenanceText(parsing: text) == Self.made)
    // Later versions may say more.
    #expect(ProvenanceText(parsing: text + " colour=blue") == Self.made)
    for other in ["", "made with love", "videocraft", "videocraft version=1", text.uppercased()] {
      #expect(ProvenanceText(parsing: other) == nil)
    }
    let film = Timeline(
      canvas: Canvas(size: PixelSize(width: 16, height: 16)), duration: MediaTime(seconds: 1))
    let metadata = try FilmMetadata(tags: ["title": "x"]).saying(Self.made.provenance, of: film)
    let said = try #require(metadata.tags["comment"].flatMap(ProvenanceText.init(parsing:)))
    #expect(said.provenance == Self.made.provenance)
    #expect(try said.filmDigest == film.filmDigest)
    #expect(
      metadata.tags["title"] == "x"
        && metadata.sessionData.map(\.id) == ["com.videocraft.provenance"])
    #expect(try FilmMetadata.none.saying(nil, of: film) == .none)
  }

  @Test("a file of somebody else's is described as it is, without provenance")
  func foreign() async throws {
    let url = try await TestMedia.clip(folder.file("clip.mp4"), seconds: 1)
    let facts = try await FileInspector.inspect(url, as: "clip.mp4", measuresLoudness: true)
    #expect(facts.provenance == nil && facts.problems.isEmpty)
    #expect(facts.container.contains("mp4") && facts.streamCount == 2)
    #expect(facts.picture?.size == "160x90" && facts.picture?.frameRate == "25/1")
    #expect(facts.picture?.codec == "h264" && facts.picture?.frameCount == 25)
    #expect(facts.sound?.sampleRate == 48_000 && facts.sound?.channels == 1)
    #expect(abs((facts.duration ?? 0) - 1) < 0.1)
    // The tone is at -18 dBFS, on both channels of the mix.
    let loudness = try #require(facts.loudness)
    #expect((-24 ... -15).contains(loudness))
  }

  @Test("a comment with provenance is found in every container", arguments: ["mp4", "mov", "mkv"])
  func containers(ending: String) async throws {
    let url = try await TestMedia.make(
      folder.file("film.\(ending)"),
      [
        "-f", "lavfi", "-i", "testsrc=size=64x36:rate=5:duration=1,format=yuv420p", "-c:v",
        "libx264", "-metadata", "comment=\(Self.made.text)",
      ])
    #expect(try await FileInspector.inspect(url, as: "film").provenance == Self.made)
  }

  @Test("what is no media, not there or cut short is told as such")
  func faults() async throws {
    let text = try folder.write("just words\n", to: "text.mp4")
    let error = await #expect(throws: MediaError.self) {
      try await FileInspector.inspect(text, as: "text.mp4")
    }
    #expect(error?.message.contains("`text.mp4` cannot be read as media") == true)
    let missing = await #expect(throws: MediaError.self) {
      try await FileInspector.inspect(folder.file("none.mp4"), as: "none.mp4")
    }
    #expect(missing?.reason == .missing)
    let whole = try await TestMedia.make(
      folder.file("whole.mkv"),
      ["-f", "lavfi", "-i", "testsrc=size=160x90:rate=25:duration=8", "-c:v", "libx264"])
    let cut = try TestMedia.truncated(folder.file("cut.mkv"), from: whole, share: 0.5)
    let facts = try await FileInspector.inspect(cut, as: "cut.mkv")
    #expect(facts.problems.contains { $0.contains("cut short") }, "\(facts.problems)")
  }

  // MARK: - Playlists

  /// A package by ffmpeg's own hands: three segments of a second.
  private func package(_ name: String, _ more: [String] = []) async throws -> URL {
    let target = try folder.folder(name)
    let playlist = target.appendingPathComponent("media.m3u8")
    _ = try await TestProgram.run(
      "ffmpeg",
      [
        "-v", "error", "-f", "lavfi", "-i",
        "testsrc=size=64x36:rate=10:duration=3,format=yuv420p", "-c:v", "libx264", "-g", "10",
        "-keyint_min", "10", "-sc_threshold", "0", "-f", "hls", "-hls_time", "1",
        "-hls_playlist_type", "vod", "-hls_flags", "independent_segments",
      ] + more + ["file:\(playlist.path)"])
    return playlist
  }

  private func edit(_ url: URL, _ change: (String) -> String) throws {
    try change(String(contentsOf: url, encoding: .utf8)).write(
      to: url, atomically: true, encoding: .utf8)
  }

  @Test(
    "a whole package has no problems, in MPEG-TS and in fragmented MP4",
    arguments: [[], ["-hls_segment_type", "fmp4"]])
  func whole(options: [String]) async throws {
    let playlist = try await package("whole", options)
    let facts = try await PlaylistInspector.inspect(playlist, as: "media.m3u8")
    #expect(facts.problems.isEmpty, "\(facts.problems)")
    #expect(!facts.isMaster && facts.provenance == nil)
    let rendition = try #require(facts.renditions.first)
    #expect(rendition.segmentCount == 3 && rendition.isComplete && rendition.isIndependent)
    #expect(abs(rendition.duration - 3) < 0.2 && rendition.byteCount > 0)
  }

  @Test("segments that are missing, empty, too long or not independent are named")
  func broken() async throws {
    let playlist = try await package("broken")
    let media = playlist.deletingLastPathComponent()
    try FileManager.default.removeItem(at: media.appendingPathComponent("media1.ts"))
    try Data().write(to: media.appendingPathComponent("media2.ts"))
    try edit(playlist) {
      $0.replacing(#/#EXTINF:[0-9.]+,\nmedia0/#, with: "#EXTINF:2.6,\nmedia0")
        .replacing("#EXT-X-ENDLIST\n", with: "")
    }
    let facts = try await PlaylistInspector.inspect(playlist, as: "media.m3u8")
    #expect(
      facts.problems == [
        "`media.m3u8` is of type VOD, but has no `EXT-X-ENDLIST`",
        "`media.m3u8`: 1 segment is longer than the target duration of 1 s, such as `media0.ts` with 2.6 s",
        "`media.m3u8`: 1 file is missing: `media1.ts`",
        "`media.m3u8`: 1 file is empty: `media2.ts`",
      ])
    let other = try await package(
      "dependent",
      ["-g", "30", "-keyint_min", "30", "-hls_flags", "split_by_time"])
    // It is honest about them.
    try edit(other) {
      $0.replacing("#EXT-X-TARGET", with: "#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-TARGET")
    }
    let dependent = try await PlaylistInspector.inspect(other, as: "media.m3u8")
    #expect(
      dependent.problems.contains { $0.contains("segments are not begun by a keyframe") },
      "\(dependent.problems)")
  }

  @Test("a master playlist is followed, its provenance read, and addresses are not")
  func master() async throws {
    let playlist = try await package("master")
    let master = playlist.deletingLastPathComponent().appendingPathComponent("master.m3u8")
    try """
    #EXTM3U
    #EXT-X-VERSION:6
    #EXT-X-SESSION-DATA:DATA-ID="com.videocraft.provenance",VALUE="\(Self.made.text)"
    #EXT-X-STREAM-INF:BANDWIDTH=5000000,CODECS="avc1.64000a,mp4a.40.2",RESOLUTION=64x36
    media.m3u8
    #EXT-X-STREAM-INF:BANDWIDTH=1000
    media.m3u8
    #EXT-X-STREAM-INF:BANDWIDTH=1000
    https://example.org/media.m3u8
    #EXT-X-STREAM-INF:BANDWIDTH=1000
    gone.m3u8

    """.write(to: master, atomically: true, encoding: .utf8)
    let facts = try await PlaylistInspector.inspect(master, as: "master.m3u8")
    #expect(facts.isMaster && facts.version == 6 && facts.provenance == Self.made)
    #expect(facts.renditions.map(\.uri) == ["media.m3u8", "media.m3u8"])
    #expect(facts.renditions[0].codecs == "avc1.64000a,mp4a.40.2")
    #expect(facts.problems.count == 3, "\(facts.problems)")
    #expect(facts.problems[0].contains("says BANDWIDTH=1000, but a segment takes"))
    #expect(facts.problems[1].contains("names `https://example.org/media.m3u8`, which is not in"))
    #expect(facts.problems[2] == "the playlist `gone.m3u8` is not there")
  }

  @Test(
    "playlists that nobody would write do no harm",
    arguments: [
      "#EXTM3U\n#EXTINF:nan,\na.ts\n#EXTINF:1e400,\nb.ts\n#EXTINF:-5,\nc.ts\n",
      "#EXTM3U\n#EXT-X-BYTERANGE:9223372036854775807@9223372036854775807\na.ts\n",
      "#EXTM3U\n#EXT-X-BYTERANGE:1125899906842623@1125899906842624\na.ts\n#EXT-X-BYTERANGE:9\na.ts\n",
      "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=\"\nx\n", "#EXTM3U\n#EXT-X-TARGETDURATION:-1\n",
      "#EXTM3U",
      "#EXTM3U\n#EXT-X-MAP:URI=\"../../../etc/passwd\"\n#EXTINF:1,\n../../../etc/shadow\n",
    ])
  func hostile(text: String) async throws {
    let url = try folder.write(text, to: "media.m3u8")
    _ = try await PlaylistInspector.inspect(url, as: "media.m3u8")
  }

  @Test("a text that is no playlist is refused")
  func noPlaylist() async throws {
    let url = try folder.write("hello\n#EXTM3U\n", to: "media.m3u8")
    let error = await #expect(throws: MediaError.self) {
      try await PlaylistInspector.inspect(url, as: "media.m3u8")
    }
    #expect(error?.message == "`media.m3u8` is no HLS playlist: its first line is not `#EXTM3U`")
  }
}
