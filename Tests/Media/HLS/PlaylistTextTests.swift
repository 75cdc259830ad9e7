import Pipeline
import Testing

@testable import Media

@Suite("Playlists as texts")
struct PlaylistTextTests {
  private func lines(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test("a master playlist names sound, subtitles, facts, renditions and keyframes, in that order")
  func master() {
    let size = PixelSize(width: 1280, height: 720)
    let playlist = MasterPlaylist(
      variants: [
        .init(
          uri: "720p/video.m3u8", bandwidth: 2_500_000, averageBandwidth: 2_000_000,
          codecs: ["avc1.64001F", "mp4a.40.2"], resolution: size,
          frameRate: FrameRate(30_000, per: 1001), audioGroup: "audio", subtitlesGroup: "subs")
      ],
      iFrames: [
        .init(
          uri: "720p/iframes.m3u8", bandwidth: 150_000, codecs: ["avc1.64001F"], resolution: size)
      ],
      media: [
        .init(
          .audio, groupID: "audio", name: "Sound", uri: "audio/audio.m3u8", isDefault: true,
          isAutoselected: false, channels: 2),
        .init(
          .subtitles, groupID: "subs", name: "Deutsch", uri: "subtitles/de.m3u8", language: "de",
          characteristics: ["public.accessibility.transcribes-spoken-dialog", "public.easy"]),
      ],
      sessionData: [.init(id: "org.example.title", value: "The \"sea\"\nat night", language: "en")])
    #expect(
      lines(playlist.text) == [
        "#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-INDEPENDENT-SEGMENTS",
        "#EXT-X-SESSION-DATA:DATA-ID=\"org.example.title\",VALUE=\"The 'sea' at night\",LANGUAGE=\"en\"",
        "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Sound\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\",URI=\"audio/audio.m3u8\"",
        "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"subs\",LANGUAGE=\"de\",NAME=\"Deutsch\",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,CHARACTERISTICS=\"public.accessibility.transcribes-spoken-dialog,public.easy\",URI=\"subtitles/de.m3u8\"",
        "#EXT-X-STREAM-INF:BANDWIDTH=2500000,AVERAGE-BANDWIDTH=2000000,CODECS=\"avc1.64001F,mp4a.40.2\",RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO=\"audio\",SUBTITLES=\"subs\"",
        "720p/video.m3u8",
        "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=150000,CODECS=\"avc1.64001F\",RESOLUTION=1280x720,URI=\"720p/iframes.m3u8\"",
        "",
      ])
  }

  @Test("what is not known is left out of a master playlist")
  func bare() {
    let playlist = MasterPlaylist(variants: [.init(uri: "video.m3u8", bandwidth: 1)])
    #expect(
      lines(playlist.text) == [
        "#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-INDEPENDENT-SEGMENTS",
        "#EXT-X-STREAM-INF:BANDWIDTH=1", "video.m3u8", "",
      ])
  }

  @Test(
    "a media playlist grows, and is complete at the end",
    arguments: [
      (false, ["#EXT-X-PLAYLIST-TYPE:EVENT"], ["#EXT-X-START:TIME-OFFSET=0"], [""]),
      (true, ["#EXT-X-PLAYLIST-TYPE:VOD"], [], ["#EXT-X-ENDLIST", ""]),
    ])
  func media(isComplete: Bool, type: [String], start: [String], end: [String]) {
    let playlist = MediaPlaylist(
      segments: [
        .init(uri: "a.m4s", duration: MediaTime(seconds: 4)),
        .init(uri: "b.m4s", duration: FrameRate(30_000, per: 1001).time(ofFrame: 15)),
      ],
      targetDuration: 4, isComplete: isComplete, map: .init(uri: "init.mp4"))
    let head = [
      "#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-TARGETDURATION:4", "#EXT-X-MEDIA-SEQUENCE:0",
    ]
    let segments = [
      "#EXT-X-MAP:URI=\"init.mp4\"", "#EXTINF:4.000000,", "a.m4s", "#EXTINF:0.500500,", "b.m4s",
    ]
    let wanted = head + type + ["#EXT-X-INDEPENDENT-SEGMENTS"] + start + segments + end
    #expect(lines(playlist.text) == wanted)
  }

  @Test("a playlist of keyframes says which bytes they are")
  func iFrames() {
    let playlist = MediaPlaylist(
      segments: [
        .init(
          uri: "a.ts", duration: MediaTime(seconds: 4),
          byteRange: .init(offset: 564, byteCount: 1880))
      ],
      targetDuration: 4, isComplete: true,
      map: .init(uri: "a.ts", byteRange: .init(offset: 188, byteCount: 376)), isIFramesOnly: true)
    #expect(
      lines(playlist.text).dropFirst(5) == [
        "#EXT-X-I-FRAMES-ONLY", "#EXT-X-MAP:URI=\"a.ts\",BYTERANGE=\"376@188\"",
        "#EXTINF:4.000000,", "#EXT-X-BYTERANGE:1880@564", "a.ts", "#EXT-X-ENDLIST", "",
      ])
  }

  struct Load: Sendable {
    /// Bytes and seconds.
    var pieces: [(Int, Double)]
    var target: Int
    var peak: Int
    var average: Int
  }

  @Test(
    "the peak is that of runs of half to one and a half target durations",
    arguments: [
      // A thousand bytes in a second are 8000 bit/s.
      Load(
        pieces: [(4000, 4), (8000, 4), (2000, 4)], target: 4, peak: 16_000, average: 9334),
      // A short rest counts together with what is before it, never by itself.
      Load(pieces: [(4000, 4), (1000, 0.1)], target: 4, peak: 9757, average: 9757),
      Load(pieces: [(4000, 4), (12_000, 1)], target: 4, peak: 25_600, average: 25_600),
      // Two short ones make a run.
      Load(pieces: [(4000, 4), (3000, 1), (5000, 1)], target: 4, peak: 32_000, average: 16_000),
      Load(pieces: [(500, 0.2)], target: 1, peak: 20_000, average: 20_000),
      Load(pieces: [], target: 4, peak: 0, average: 0),
    ])
  func bandwidth(load: Load) {
    let pieces = load.pieces.map {
      Bandwidth.Piece(byteCount: $0.0, duration: MediaTime(seconds: $0.1))
    }
    let found = Bandwidth(pieces, targetDuration: load.target)
    #expect(found == Bandwidth(peak: load.peak, average: load.average))
  }

  private func packets(_ ids: [Int]) -> [UInt8] {
    var bytes: [UInt8] = []
    for id in ids {
      bytes += [0x47, UInt8(id >> 8), UInt8(id & 255), 0x10]
      bytes += [UInt8](repeating: 0xFF, count: 184)
    }
    return bytes
  }

  @Test(
    "a keyframe is found between the packets of a transport stream",
    arguments: [
      ([17, 0, 0x1000, 0x100, 0x100], 1 * 188, 2 * 188, 3 * 188, 2 * 188),
      ([0, 0x1000, 0x100], 0, 2 * 188, 2 * 188, 188),
    ])
  func keyframe(ids: [Int], tables: Int, tableSize: Int, picture: Int, size: Int) {
    let found = TransportStream.keyframe(in: packets(ids), at: 1000)
    #expect(found?.tables == .init(offset: 1000 + tables, byteCount: tableSize))
    #expect(found?.picture == .init(offset: 1000 + picture, byteCount: size))
  }

  @Test(
    "bytes with something within the picture, or without one, have no keyframe",
    arguments: [[0, 0x1000, 0x100, 0x101, 0x100], [0, 0x1000], [Int]()])
  func noKeyframe(ids: [Int]) {
    #expect(TransportStream.keyframe(in: packets(ids), at: 0) == nil)
  }
}
