import Foundation
import HTTPTypes
import Pipeline
import TestSupport
import Testing

@testable import videocraft

@Suite("Projects as inputs of their pipeline", .timeLimit(.minutes(2)))
struct VideocraftInputsTests {
  private func films(_ text: String, _ usual: SubtitleSettings = .init()) throws -> [VideocraftFilm]
  {
    let body = BodyText(text: try StrictJSON.normalised(Array(text.utf8)), isJSON: true)
    return try VideocraftRequest.read(body, subtitles: usual).films
  }

  private func inputs(_ text: String, _ usual: SubtitleSettings = .init()) throws -> [String: JSON]
  {
    try #require(films(text, usual).first).inputs { .text($0) }.mapValues(\.told)
  }

  /// The members of the only element of the only scene.
  private func element(_ text: String) throws -> [String: JSON] {
    let inputs = try self.inputs(
      #"{"resolution": "200x100", "scenes": [{"elements": [\#(text)]}]}"#)
    guard case .array(let scenes)? = inputs["scenes"], case .object(let scene)? = scenes.first,
      case .array(let elements)? = scene["elements"], case .object(let members)? = elements.first
    else { throw APIError.invalid("there is no element") }
    return members
  }

  @Test(
    "where a picture is follows from what is said about it",
    arguments: [
      ("", [0, 0, 200, 100], "cover"), (#", "resize": "contain""#, [0, 0, 200, 100], "contain"),
      (#", "x": 10, "y": 20"#, [10, 20, nil, nil], "cover"),
      (#", "x": 10"#, [10, nil, nil, nil], "cover"),
      (#", "x": 10, "y": 20, "resize": "fit""#, [10, 20, 200, 100], "fit"),
      (#", "width": 50"#, [nil, nil, 50, nil], "cover"),
      (#", "x": 5, "width": 50, "height": 40, "resize": "stretch""#, [5, nil, 50, 40], "stretch"),
    ] as [(String, [Int?], String)])
  func places(members: String, frame: [Int?], fit: String) throws {
    let element = try element(#"{"type": "image", "src": "a.png"\#(members)}"#)
    let found = ["x", "y", "width", "height"].map { name -> Int? in
      if case .int(let number)? = element[name] { number } else { nil }
    }
    #expect(found == frame)
    #expect(element["fit"] == .string(fit))
    #expect(element["kind"] == "image" && element["file"] == "a.png")
  }

  @Test("every member of an element arrives where it has its effect")
  func members() throws {
    let video = try element(
      #"{"type": "video", "src": "v.mp4", "id": "v", "z-index": -3, "volume": 0.5, "duration": 1.25, "fade_in": 0.5, "fade_out": 0.25, "loop": true}"#
    )
    #expect(
      video == [
        "kind": "video", "file": "v.mp4", "name": "v", "z-index": .int(-3),
        "volume": .double(0.5), "duration": "1.25s", "fade-in": "0.5s", "fade-out": "0.25s",
        "loop": .bool(true), "x": .int(0), "y": .int(0), "width": .int(200),
        "height": .int(100), "fit": "cover",
      ])
    #expect(
      try element(#"{"type": "audio", "src": "a.mp3"}"#) == ["kind": "audio", "file": "a.mp3"])
  }

  @Test("a scene is black, or what it says, or shows the video behind it")
  func backgrounds() throws {
    func background(_ colour: String, _ elements: String) throws -> JSON? {
      let inputs = try self.inputs(
        #"{"scenes": [{\#(colour) "elements": [{"type": "image", "src": "a"}]}], "elements": [\#(elements)]}"#
      )
      guard case .array(let scenes)? = inputs["scenes"], case .object(let scene)? = scenes.first
      else {
        return nil
      }
      #expect(scene["lasts"] == "sound")
      return scene["background"]
    }
    let video = #"{"type": "video", "src": "v"}"#
    #expect(try background("", "") == "#000000")
    #expect(try background(##""background-color": "#10203040","##, video) == "#10203040")
    #expect(try background("", video) == nil)
    let logo = #"{"type": "image", "src": "logo"}"#
    #expect(try background("", logo) == "#000000")
  }

  @Test("a project's video lies behind all scenes, silent and looping, unless it says otherwise")
  func backdrop() throws {
    let inputs = try self.inputs(
      """
      {"resolution": "hd", "scenes": [{"background-color": "#000000"}], "elements": [
        {"type": "video", "src": "a"}, {"type": "video", "src": "b", "volume": 0.3, "loop": false, "z-index": -1},
        {"type": "video", "src": "c", "z-index": 1}, {"type": "image", "src": "d", "z-index": -1},
        {"type": "audio", "src": "e", "volume": 0.2}]}
      """)
    func told(_ name: String) throws -> [[String: JSON]] {
      guard case .array(let items)? = inputs[name] else { return [] }
      return items.compactMap { if case .object(let members) = $0 { members } else { nil } }
    }
    let backdrop = try told("backdrop")
    #expect(backdrop.map { $0["file"] } == ["a", "b"])
    #expect(backdrop.map { $0["volume"] } == [.double(0), .double(0.3)])
    #expect(backdrop.map { $0["loop"] } == [.bool(true), .bool(false)])
    #expect(backdrop.map { $0["width"] } == [.int(1280), .int(1280)])
    #expect(try told("elements").map { $0["file"] } == ["c", "d", "e"])
    #expect(inputs["speech"] == nil)
  }

  @Test("all eleven settings of subtitles arrive, and have their defaults")
  func subtitles() throws {
    let audio = #""scenes": [{"elements": [{"type": "audio", "src": "a.mp3"}]}]"#
    let usual = try inputs(#"{\#(audio), "elements": [{"type": "subtitles"}]}"#)
    let white: JSON = "#FFFFFF"
    #expect(usual["speech"] == .array(["a.mp3"]))
    let names = [
      "style", "font", "letters", "word-color", "line-color", "outline-color", "outline-width",
      "shadow-color", "shadow-offset", "box-color", "position",
    ]
    #expect(
      names.map { usual[$0] } == [
        "progressive", "Arial", .double(24), white, white, "#000000", .double(2),
        "#808080", .double(1), nil, "center-bottom",
      ])
    let own = try inputs(
      """
      {\(audio), "elements": [{"type": "subtitles", "language": "en-US", "settings": {"style": "classic",
        "font-family": "Serif", "font-size": 30.5, "word-color": "#FF0000", "line-color": "#00FF0080",
        "outline-color": "#0000FF", "outline-width": 0, "shadow-color": "#FFFF00", "shadow-offset": 20,
        "box-color": "#000000", "position": "left-top"}}]}
      """)
    let given: [JSON] = [
      "classic", "Serif", .double(30.5), "#FF0000",
      "#00FF0080",
      "#0000FF", .double(0),
      "#FFFF00", .double(20), "#000000", "left-top",
    ]
    #expect(names.compactMap { own[$0] } == given)
    #expect(own["language"] == "en-US")
    let red = try inputs(
      ##"{\##(audio), "elements": [{"type": "subtitles", "settings": {"word-color": "#FF0000"}}]}"##
    )
    #expect(red["line-color"] == red["word-color"])
    var configured = SubtitleSettings()
    configured.fontFamily = "DejaVu Sans"
    configured.boxColour = .white
    let here = try inputs(#"{\#(audio), "elements": [{"type": "subtitles"}]}"#, configured)
    #expect(here["font"] == "DejaVu Sans" && here["box-color"] == white)
  }

  @Test("subtitles are of the scenes' sounds, else of the film's, else of the scenes' videos")
  func speech() throws {
    func speech(_ scene: String, _ project: String) throws -> JSON? {
      try inputs(
        #"{"scenes": [{"elements": [\#(scene)]}], "elements": [{"type": "subtitles"}\#(project)]}"#
      )["speech"]
    }
    let video = #"{"type": "video", "src": "v"}"#
    let sounds =
      #"{"type": "audio", "src": "a"}, {"type": "audio", "src": "a"}, {"type": "audio", "src": "b"}"#
    let music = #", {"type": "audio", "src": "m"}"#
    #expect(try speech("\(video), \(sounds)", music) == .array(["a", "b"]))
    #expect(try speech(video, music) == .array(["m"]))
    #expect(try speech(video, "") == .array(["v"]))
  }

  @Test(
    "sizes have names",
    arguments: [
      (nil, "1920x1080"), ("sd", "640x360"), ("Full-HD", "1920x1080"), ("1080p", "1920x1080"),
      ("instagram-story", "1080x1920"), ("twitter-landscape", "1200x676"), ("320x240", "320x240"),
    ] as [(String?, String)])
  func sizes(name: String?, size: String) throws {
    let member = name.map { #""resolution": "\#($0)","# } ?? ""
    let inputs = try self.inputs(##"{\##(member) "scenes": [{"background-color": "#000000"}]}"##)
    #expect(inputs["size"] == .string(size))
    let custom = try self.inputs(
      ##"{"resolution": "custom", "width": 50, "height": 60, "scenes": [{"background-color": "#000000"}]}"##
    )
    #expect(custom["size"] == "50x60")
  }

  @Test("better quality costs more", arguments: [("low", 28), ("medium", 22), ("high", 18)])
  func quality(name: String, rateFactor: Double) throws {
    let inputs = try self.inputs(
      ##"{"quality": "\##(name)", "scenes": [{"background-color": "#000000"}]}"##)
    #expect(inputs["rate-factor"] == .double(rateFactor))
  }

  // MARK: Sources

  private static let twice = """
    [{"scenes": [{"elements": [{"type": "image", "src": "a"}, {"type": "image", "src": "b"}]},
                 {"elements": [{"type": "image", "src": "a"}]}], "elements": [{"type": "video", "src": "c"}]}]
    """

  @Test("each source is found once, and knows where it is named")
  func sources() throws {
    let sources = try #require(films(Self.twice).first).sources
    #expect(sources.map(\.src) == ["a", "b", "c"])
    #expect(
      sources[0].paths == ["[0].scenes[0].elements[0].src", "[0].scenes[1].elements[0].src"])
  }

  private struct Resolver: FilmSourceResolving {
    var missing: Set<String> = []
    var status = Status.badRequest

    func resolve(_ source: FilmSource) async throws(APIError) -> Value {
      if missing.contains(source.src) {
        throw APIError(status, .validation, "there is no `\(source.src)`")
      }
      return .file(
        FileReference(
          digest: Digest(of: source.src.utf8), byteCount: 1, mediaType: "image/png",
          name: source.src))
    }
  }

  @Test("sources become files everywhere, and those that are not there are told at their paths")
  func resolving() async throws {
    let film = try #require(films(Self.twice).first)
    let inputs = try await film.inputs(resolving: Resolver())
    guard case .list(let media)? = inputs["media"], case .list(let scenes)? = inputs["scenes"],
      case .map(let scene)? = scenes.last, case .list(let elements)? = scene["elements"],
      case .map(let element)? = elements.first
    else { throw APIError.invalid("the inputs are not whole") }
    #expect(media.count == 3)
    #expect(element["file"] == media[0])
    // A run is accepted with its inputs written down, and read again from there.
    let written = try JSONEncoder().encode(inputs)
    let read = try JSONDecoder().decode([String: Value].self, from: written)
    #expect(read["scenes"] == inputs["scenes"] && read["media"] == inputs["media"])
    do throws(APIError) {
      _ = try await film.inputs(resolving: Resolver(missing: ["a", "c"]))
      Issue.record("the sources are not there")
    } catch {
      #expect(
        error.diagnostics.map(\.path) == [
          "[0].scenes[0].elements[0].src", "[0].scenes[1].elements[0].src", "[0].elements[0].src",
        ])
      #expect(error.details?.hasPrefix("[0].scenes[0].elements[0].src: there is no `a`") == true)
    }
    do throws(APIError) {
      _ = try await film.inputs(
        resolving: Resolver(missing: ["b"], status: .serviceUnavailable))
      Issue.record("the host is not well")
    } catch { #expect(error.status == .serviceUnavailable) }
  }

  @Test("sources that a host may not read are told at the paths of the body")
  func clientFiles() async throws {
    let kit = try ServingKit()
    let file = kit.folder.file("inputs/a.png")
    try kit.folder.write("picture", to: "inputs/a.png")
    let text = try String(
      contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("pipelines/videocraft.yaml"), encoding: .utf8)
    let (graph, problems) = PipelineGraph.load(
      PipelineSource(.init(name: nil, text: text)), registry: Wiring.registry())
    let pipeline = try #require(graph, "\(problems)")
    let files = kit.api.maker.files
    let right = try #require(
      films(#"{"scenes": [{"elements": [{"type": "image", "src": "\#(file.path)"}]}]}"#).first)
    let inputs = try await right.inputs(files: files, of: pipeline)
    #expect(inputs["media"] == .list([.text(file.resolvingSymlinksInPath().path)]))
    let wrong = try #require(
      films(
        #"{"scenes": [{"elements": [{"type": "image", "src": "\#(file.path)"}, {"type": "image", "src": "/etc/passwd"}]}]}"#
      ).first)
    do throws(APIError) {
      _ = try await wrong.inputs(files: files, of: pipeline)
      Issue.record("the file is not open to clients")
    } catch {
      #expect(error.diagnostics.map(\.path) == ["scenes[0].elements[1].src"])
      #expect(error.details?.contains("inputs.media") == false)
    }
  }

  @Test("the schema knows every member, its bounds and its default")
  func schema() throws {
    let schemas = VideocraftRequest.schemas
    #expect(schemas["VideocraftElement"]?["properties"]?["volume"]?["maximum"] == .double(10))
    #expect(schemas["VideocraftElement"]?["properties"]?["fade_in"]?["default"] != nil)
    #expect(schemas["VideocraftProject"]?["required"] == ["scenes"])
    #expect(schemas["VideocraftProject"]?["properties"]?["scenes"]?["minItems"] == 1)
    #expect(
      schemas["VideocraftElement"]?["properties"]?["settings"]?["$ref"]
        == "#/components/schemas/VideocraftSubtitleSettings")
    guard case .object(let settings)? = schemas["VideocraftSubtitleSettings"]?["properties"] else {
      throw APIError.invalid("there are no settings")
    }
    #expect(settings.count == 11)
    for schema in schemas.values { #expect(schema["additionalProperties"] == false) }
  }
}

extension Value {
  /// As it would be written; files as their names.
  fileprivate var told: JSON {
    switch self {
    case .integer(let number): .int(number)
    case .number(let number): .double(number)
    case .boolean(let value): .bool(value)
    case .list(let values): .array(values.map(\.told))
    case .map(let members): .object(members.mapValues(\.told))
    case .file(let file): ["file": .string(file.name)]
    default: asText.map(JSON.string) ?? .null
    }
  }
}
