import ComposeStage
import Foundation
import Pipeline
import TestSupport
import Testing

/// Pictures and videos of every kind that cameras and programs write, as they are seen in a film.
@Suite("Kinds of pictures in a film", .timeLimit(.minutes(10)))
struct PictureSourceTests {
  let lab: FilmLab

  init() throws { lab = try FilmLab() }

  private static let topLeft = [200, 30, 40]
  private static let topRight = [30, 180, 60]
  private static let bottomLeft = [40, 60, 200]
  private static let bottomRight = [190, 180, 170]
  private static let upright = [topLeft, topRight, bottomLeft, bottomRight]

  /// Four colours in the quarters of a picture, as red, green and blue.
  private static func quarters(_ width: Int, _ height: Int) -> String {
    let (x, y) = (width / 2, height / 2)
    let boxes = [
      (0, 0, x, y), (x, 0, width - x, y), (0, y, x, height - y), (x, y, width - x, height - y),
    ]
    return "color=black:size=\(width)x\(height):rate=25,trim=end_frame=3,format=gbrp"
      + zip(boxes, upright).map { box, colour in
        ",drawbox=x=\(box.0):y=\(box.1):w=\(box.2):h=\(box.3):t=fill:color=0x"
          + colour.map { String(format: "%02X", $0) }.joined()
      }.joined()
  }

  private static func yuv(_ matrix: String, _ format: String, range: String = "tv") -> String {
    "scale=out_color_matrix=\(matrix):out_range=\(range):flags=accurate_rnd+full_chroma_int"
      + "+full_chroma_inp,format=\(format)"
  }

  private static func tags(
    _ matrix: String, _ primaries: String, _ transfer: String, range: String = "tv"
  ) -> [String] {
    [
      "-colorspace", matrix, "-color_primaries", primaries, "-color_trc", transfer,
      "-color_range", range,
    ]
  }

  private static let bt709 = tags("bt709", "bt709", "bt709")
  private static let bt601 = tags("smpte170m", "smpte170m", "smpte170m")
  private static let untagged =
    ",setparams=colorspace=unknown:color_primaries=unknown:color_trc=unknown"
  private static let h264 = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "1"]
  private static let ffv1 = ["-c:v", "ffv1"]

  struct Kind {
    let name: String
    let conversion: String
    let arguments: [String]
    var size = PixelSize(width: 96, height: 64)
    var isStill: Bool { [".png", ".jpg", ".webp", ".bmp", ".tif"].contains { name.hasSuffix($0) } }
  }

  private static let kinds = [
    Kind(name: "709.mp4", conversion: yuv("bt709", "yuv420p"), arguments: h264 + bt709),
    Kind(name: "601.mp4", conversion: yuv("bt601", "yuv420p"), arguments: h264 + bt601),
    Kind(name: "plain.mp4", conversion: yuv("bt601", "yuv420p") + untagged, arguments: h264),
    Kind(
      name: "hd.mp4", conversion: yuv("bt709", "yuv420p") + untagged, arguments: h264,
      size: PixelSize(width: 1280, height: 720)),
    Kind(
      name: "full.mp4", conversion: yuv("bt709", "yuv420p", range: "pc"),
      arguments: h264 + tags("bt709", "bt709", "bt709", range: "pc")),
    Kind(
      name: "camera.mov", conversion: yuv("bt601", "yuvj422p", range: "pc"),
      arguments: ["-c:v", "mjpeg", "-q:v", "1"]),
    Kind(name: "ten.mp4", conversion: yuv("bt709", "yuv420p10le"), arguments: h264 + bt709),
    Kind(name: "422.mkv", conversion: yuv("bt709", "yuv422p10le"), arguments: ffv1 + bt709),
    Kind(name: "444.mp4", conversion: yuv("bt709", "yuv444p"), arguments: h264 + bt709),
    Kind(name: "rgb.mkv", conversion: "null", arguments: ffv1),
    Kind(
      name: "2020.mkv", conversion: yuv("bt2020", "yuv420p10le"),
      arguments: ffv1 + tags("bt2020nc", "bt2020", "bt2020-10")),
    Kind(
      name: "vp9.webm", conversion: yuv("bt709", "yuv420p"),
      arguments: ["-c:v", "libvpx-vp9", "-crf", "4", "-b:v", "0", "-deadline", "realtime"] + bt709),
    Kind(
      name: "odd.mkv", conversion: yuv("bt709", "yuv420p"), arguments: ffv1 + bt709,
      size: PixelSize(width: 1279, height: 719)),
    Kind(
      name: "narrow.mkv", conversion: "null", arguments: ffv1,
      size: PixelSize(width: 21, height: 301)),
    Kind(
      name: "photo.jpg", conversion: yuv("bt601", "yuvj420p", range: "pc"),
      arguments: ["-q:v", "1"]),
    Kind(name: "deep.png", conversion: "format=rgb48be", arguments: []),
    Kind(
      name: "odd.png", conversion: "format=rgb24", arguments: [],
      size: PixelSize(width: 161, height: 91)),
    Kind(
      name: "web.webp", conversion: "format=bgra",
      arguments: ["-c:v", "libwebp", "-lossless", "1", "-f", "webp"]),
  ]

  @Test("colours come out as they were meant, however they are coded and tagged")
  func colours() async throws {
    var arguments: [String] = []
    let sizes = Set(Self.kinds.map(\.size)).sorted { $0.pixelCount < $1.pixelCount }
    for size in sizes {
      arguments += ["-f", "lavfi", "-i", Self.quarters(size.width, size.height)]
    }
    for kind in Self.kinds {
      let input = sizes.firstIndex(of: kind.size) ?? 0
      arguments += ["-map", "\(input):v", "-vf", kind.conversion]
      arguments += ["-frames:v", kind.isStill ? "1" : "3"] + kind.arguments + ["@" + kind.name]
    }
    try await lab.make(arguments)
    let film = try await lab.film(
      Self.kinds.map { try lab.scene($0.name, still: $0.isStill) })
    let frames = try await ColourFrames(film)
    #expect(frames.count == 3 * Self.kinds.count)
    for (index, kind) in Self.kinds.enumerated() {
      let found = frames.quarters(3 * index + 1)
      #expect(distance(found, Self.upright) <= 3, "\(kind.name): \(found)")
    }
  }

  // MARK: - Turned

  /// Display matrices (ISO/IEC 14496-12, 6.2.2) and what is seen then in the quarters.
  private static let turned: [(name: String, matrix: [Int32], seen: [[Int]])] = [
    ("0", [1, 0, 0, 1], [topLeft, topRight, bottomLeft, bottomRight]),
    ("90", [0, 1, -1, 0], [bottomLeft, topLeft, bottomRight, topRight]),
    ("180", [-1, 0, 0, -1], [bottomRight, bottomLeft, topRight, topLeft]),
    ("270", [0, -1, 1, 0], [topRight, bottomRight, topLeft, bottomLeft]),
    ("mirrored", [-1, 0, 0, 1], [topRight, topLeft, bottomRight, bottomLeft]),
    ("upside down", [1, 0, 0, -1], [bottomLeft, bottomRight, topLeft, topRight]),
    ("transposed", [0, 1, 1, 0], [topLeft, bottomLeft, topRight, bottomRight]),
    ("transposed the other way", [0, -1, -1, 0], [bottomRight, topRight, bottomLeft, topLeft]),
  ]

  @Test("a picture is turned and mirrored as its file says, in all eight ways")
  func orientation() async throws {
    try await lab.make(
      [
        "-f", "lavfi", "-i", Self.quarters(96, 64), "-vf", Self.yuv("bt709", "yuv420p"),
        "-frames:v", "3",
      ] + Self.h264 + Self.bt709 + ["@plain.mp4"])
    let plain = try Data(contentsOf: lab.folder.file("plain.mp4"))
    let unturned = Self.matrix([1, 0, 0, 1])
    let header = try #require(plain.range(of: Data("tkhd".utf8)))
    let place = try #require(plain.range(of: unturned, in: header.upperBound..<plain.endIndex))
    for (name, matrix, _) in Self.turned {
      var bytes = plain
      bytes.replaceSubrange(place, with: Self.matrix(matrix))
      try lab.folder.write(bytes, to: "\(name).mp4")
    }
    let film = try await lab.film(Self.turned.map { try lab.scene("\($0.name).mp4") })
    let frames = try await ColourFrames(film)
    for (index, (name, _, seen)) in Self.turned.enumerated() {
      let found = frames.quarters(3 * index + 1)
      #expect(distance(found, seen) <= 3, "\(name): \(found)")
    }
  }

  private static func matrix(_ values: [Int32]) -> Data {
    let cells: [Int32] = [
      values[0] << 16, values[1] << 16, 0, values[2] << 16, values[3] << 16, 0, 0, 0, 1 << 30,
    ]
    return cells.reduce(into: Data()) { data, cell in
      withUnsafeBytes(of: cell.bigEndian) { data.append(contentsOf: $0) }
    }
  }

  // MARK: - Tiny

  @Test("a picture of one pixel, or of three by five, fills the film with its colour")
  func tiny() async throws {
    let flat = "color=0xC81E28:rate=25:duration=0.12"
    try await lab.make(
      [
        "-f", "lavfi", "-i", "\(flat):size=1x1,format=gbrp", "-f", "lavfi", "-i",
        "\(flat):size=3x5,format=gbrp",
      ]
        + ["-map", "0:v", "-frames:v", "1", "-pix_fmt", "rgb24", "@one.png"]
        + ["-map", "0:v", "-frames:v", "3"] + Self.ffv1 + ["@one.mkv"]
        + ["-map", "1:v", "-frames:v", "3", "-vf", Self.yuv("bt709", "yuv420p")] + Self.ffv1
        + Self.bt709 + ["@three.mkv"])
    let film = try await lab.film([
      lab.scene("one.png", still: true), lab.scene("one.mkv"), lab.scene("three.mkv"),
    ])
    let frames = try await ColourFrames(film)
    for index in 0..<3 {
      let found = frames.quarters(3 * index + 1)
      let expected = [[Int]](repeating: Self.topLeft, count: 4)
      #expect(distance(found, expected) <= 3, "\(index): \(found)")
    }
  }

  // MARK: - Alpha

  private static let seeThrough: [(name: String, arguments: [String])] = [
    ("a.png", ["-frames:v", "1", "-pix_fmt", "rgba"]),
    (
      "a.webp",
      ["-frames:v", "1", "-pix_fmt", "bgra", "-c:v", "libwebp", "-lossless", "1", "-f", "webp"]
    ),
    ("a.mov", ["-c:v", "qtrle", "-pix_fmt", "argb"]),
    ("b.mov", ["-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", "yuva444p10le"] + bt709),
    (
      "a.webm",
      [
        "-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0", "-deadline",
        "realtime", "-crf", "4", "-b:v", "0",
      ]
    ),
  ]

  @Test("half transparent pictures mix with what lies below, whatever file they come in")
  func alpha() async throws {
    // Opaque, half, a quarter and nothing, from left to right.
    let alpha = "format=gbrap,geq=r=200:g=120:b=40:a='255-85*floor(X/24)'"
    var arguments = ["-f", "lavfi", "-i", "color=black:size=96x64:rate=25:duration=0.12,\(alpha)"]
    for (name, coding) in Self.seeThrough {
      let matrix = name == "b.mov" ? "bt709" : "bt601"
      let conversion =
        coding.contains { $0.hasPrefix("yuva") }
        ? [
          "-vf",
          "scale=out_color_matrix=\(matrix):out_range=tv:flags=accurate_rnd,"
            + "setparams=colorspace=\(matrix == "bt709" ? matrix : "smpte170m")",
        ] : []
      arguments += ["-map", "0:v"] + conversion
      arguments += (coding.contains("-frames:v") ? [] : ["-frames:v", "3"]) + coding + ["@" + name]
    }
    try await lab.make(arguments)
    let film = try await lab.film(
      Self.seeThrough.map { name, _ in
        .map([
          "background": .text("#2864C8"), "duration": .duration(.milliseconds(120)),
          "elements": .list([
            .map([
              "file": try lab.file(name), "x": .integer(0), "y": .integer(0),
              "width": .integer(96), "height": .integer(64),
            ])
          ]),
        ])
      })
    let frames = try await ColourFrames(film)
    for (index, (name, _)) in Self.seeThrough.enumerated() {
      for step in 0..<4 {
        let share = Double(3 - step) / 3
        let expected = zip([200.0, 120, 40], [40.0, 100, 200]).map {
          Int(($0 * share + $1 * (1 - share)).rounded())
        }
        let found = frames.colour(3 * index + 1, x: (Double(step) + 0.5) / 4, y: 0.5)
        #expect(distance([found], [expected]) <= 4, "\(name), \(step): \(found), not \(expected)")
      }
    }
  }

  // MARK: - HDR

  /// Ten bits for a brightness in candela per square metre (SMPTE ST 2084).
  private static func pq(_ brightness: Double) -> Int {
    let power = pow(brightness / 10_000, 0.1593017578125)
    let value = pow((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power), 78.84375)
    return 64 + Int((876 * value).rounded())
  }

  /// Brightness from black to 1000 cd/m²; white paper is 203 (ITU-R BT.2408), which HLG codes as 75 %.
  private static let brightness = [0.0, 10, 100, 203, 400, 1000]
  private static let pqCodes = brightness.map { $0 == 0 ? 64 : pq($0) }
  private static let hlgCodes = [64, 64 + 190, 64 + 500, 64 + 657, 64 + 762, 940]

  private static let hdr: [(name: String, codes: [Int], size: String, tags: [String])] = [
    ("pq.mkv", pqCodes, "96x64", tags("bt2020nc", "bt2020", "smpte2084")),
    ("hlg.mkv", hlgCodes, "96x64", tags("bt2020nc", "bt2020", "arib-std-b67")),
    ("odd.mkv", pqCodes, "95x63", tags("bt2020nc", "bt2020", "smpte2084")),
    // Some recorders write nothing but the transfer.
    ("bare.mkv", pqCodes, "96x64", ["-color_trc", "smpte2084", "-color_range", "tv"]),
  ]

  @Test("HDR is brought to a normal screen: black stays black, paper is bright, light is white")
  func toneMapping() async throws {
    var arguments: [String] = []
    for (_, codes, size, _) in Self.hdr {
      let steps = codes.enumerated().map { "eq(floor(X/16),\($0.offset))*\($0.element)" }
      arguments += [
        "-f", "lavfi", "-i",
        "color=black:size=\(size):rate=25:duration=0.12,format=yuv420p10le,"
          + "geq=lum='\(steps.joined(separator: "+"))':cb=512:cr=512",
      ]
    }
    for (index, (name, _, _, tags)) in Self.hdr.enumerated() {
      arguments += ["-map", "\(index):v", "-frames:v", "3"] + Self.ffv1 + tags + ["@" + name]
    }
    try await lab.make(arguments)
    let film = try await lab.film(Self.hdr.map { try lab.scene($0.name) })
    let frames = try await ColourFrames(film)
    for (index, (name, _, _, _)) in Self.hdr.enumerated() {
      let steps = (0..<6).map { frames.colour(3 * index + 1, x: (Double($0) + 0.5) / 6, y: 0.5) }
      #expect(
        steps.allSatisfy { ($0.max() ?? 9) - ($0.min() ?? 0) <= 3 }, "\(name) is not grey: \(steps)"
      )
      let levels = steps.map { $0.first ?? -1 }
      #expect(zip(levels, levels.dropFirst()).allSatisfy { $0 < $1 }, "\(name): \(levels)")
      #expect(levels[0] <= 3 && levels[5] >= 245, "\(name): \(levels)")
      #expect((40...90).contains(levels[1]), "\(name): \(levels)")
      #expect((175...215).contains(levels[3]), "\(name): \(levels)")
    }
  }

  @Test("colours of HDR keep their hue")
  func wideColours() async throws {
    // What a normal screen shows of these colours, at the brightness of paper, in BT.2020 and PQ.
    try await lab.make(
      [
        "-f", "lavfi", "-i", Self.quarters(96, 64), "-vf",
        "setparams=colorspace=gbr:color_primaries=bt709:color_trc=bt709:range=pc,"
          + "format=gbrpf32le,zscale=t=linear:npl=203,"
          + "zscale=p=bt2020:t=smpte2084:m=bt2020nc:r=tv:npl=203,format=yuv420p10le",
        "-frames:v", "3",
      ] + Self.ffv1 + Self.tags("bt2020nc", "bt2020", "smpte2084") + ["@wide.mkv"])
    let film = try await lab.film([lab.scene("wide.mkv")])
    let found = try await ColourFrames(film).quarters(1)
    func chroma(_ colour: [Int]) -> [Double] {
      let linear = colour.map { pow(Double($0) / 255, 2.2) }
      let sum = max(1e-9, linear.reduce(0, +))
      return linear.map { $0 / sum }
    }
    for (colour, expected) in zip(found, Self.upright) {
      let off = zip(chroma(colour), chroma(expected)).map { abs($0 - $1) }.max() ?? 1
      #expect(off < 0.12, "\(colour) for \(expected)")
    }
  }

  // MARK: - Interlaced

  @Test(
    "the two halves of interlaced pictures make one without a comb", arguments: ["tff", "bff"])
  func interlaced(order: String) async throws {
    // A bar that moves by four pixels from field to field.
    let mode = order == "tff" ? "interleave_top" : "interleave_bottom"
    try await lab.make([
      "-f", "lavfi", "-i",
      "color=black:size=160x96:rate=50:duration=0.48,format=yuv420p,"
        + "geq=lum='if(between(mod(X-4*N,160),20,79),200,40)':cb=128:cr=128,tinterlace=mode=\(mode),"
        + "setfield=\(order)",
      "-c:v", "libx264", "-crf", "2", "-flags", "+ildct+ilme",
      "-x264-params", "\(order)=1", "@fields.mkv",
    ])
    let film = try await lab.film(
      [lab.scene("fields.mkv", milliseconds: 480)], size: PixelSize(width: 160, height: 96))
    let frames = try await ColourFrames(film, size: PixelSize(width: 160, height: 96))
    #expect(frames.count == 12)
    for frame in 2..<11 {
      let rows = (20..<76).map { row in
        (0..<160).map { column in
          frames.colour(frame, x: (Double(column) + 0.5) / 160, y: (Double(row) + 0.5) / 96)[0]
        }
      }
      // A comb makes neighbouring rows differ where those two apart are equal.
      let combed = (1..<rows.count - 1).reduce(0) { sum, row in
        sum
          + (0..<160).filter { column in
            let (above, here, below) = (
              rows[row - 1][column], rows[row][column], rows[row + 1][column]
            )
            return abs(above - below) < 30 && abs(here - above) > 60
          }.count
      }
      #expect(combed < 40, "frame \(frame): \(combed) samples")
    }
  }
}
