import Foundation
import HTTPTypes
import Pipeline
import Testing

@testable import videocraft

@Suite("The body of the videocraft contract", .timeLimit(.minutes(2)))
struct VideocraftBodyTests {
  /// What is wrong with a body, each as `path: message`; empty for what can be used.
  private func problems(_ text: String) throws -> [String] {
    let body = BodyText(text: try StrictJSON.normalised(Array(text.utf8)), isJSON: true)
    do throws(APIError) {
      _ = try VideocraftRequest.read(body)
      return []
    } catch {
      #expect(error.status == .badRequest && error.code == .validation)
      #expect(error.diagnostics.allSatisfy { $0.path != nil })
      return (error.details ?? "").split(separator: "\n").map(String.init)
    }
  }

  /// A project with one element in its scene.
  private func scene(_ element: String) -> String {
    #"{"scenes": [{"elements": [\#(element)]}]}"#
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var body: String
    var problems: [String]
    var testDescription: String { body }

    init(_ body: String, _ problems: String...) {
      self.body = body
      self.problems = problems
    }
  }

  @Test(
    "a project that cannot be used is refused with its paths",
    arguments: [
      Case("null", "the project is an object, found null"),
      Case("3", "the project is an object, found a number"),
      Case("[]", "a request has 1 to 100 projects, found 0"),
      Case("[[]]", "[0]: a project is an object, found an array"),
      Case("{}", "scenes: the project needs `scenes`"),
      Case(#"{"scenes": null}"#, "scenes: the project needs `scenes`"),
      Case(#"{"scenes": {}}"#, "scenes: `scenes` is an array, found an object"),
      Case(#"{"scenes": []}"#, "scenes: `scenes` has 1 to 1000 items, found 0"),
      Case(#"{"scenes": [1]}"#, "scenes[0]: a scene is an object, found a number"),
      Case(
        #"{"scenes": [{}]}"#,
        "scenes[0]: the scene has nothing to show or to hear: give it `elements` or a `background-color`"
      ),
      Case(
        #"{"scenes": [{"id": "intro", "elements": []}]}"#,
        "scenes[0]: scene `intro` has nothing to show or to hear: give it `elements` or a `background-color`"
      ),
      Case(
        ##"{"scene": [{"background-color": "#000000"}], "background-color": "#000000", "nonsense": 1}"##,
        "scene: the project has no `scene`; did you mean `scenes`?",
        "background-color: the project has no `background-color`; it belongs to a scene",
        "nonsense: the project has no `nonsense`", "scenes: the project needs `scenes`"),
      Case(
        ##"{"scenes": [{"background-color": "#000000", "background-color": "#000000"}]}"##,
        "scenes[0].background-color: `background-color` is given twice"),
      Case(
        ##"{"scenes": [{"id": "a", "background-color": "red"}, {"id": "a", "background-color": "#12345"}, {"id": 7}]}"##,
        "scenes[0].background-color: `background-color`: expected a colour such as #FFD700 or #000000AA, found `red`",
        "scenes[1].background-color: `background-color`: expected a colour such as #FFD700 or #000000AA, found `#12345`",
        "scenes[1].id: `a` is the id of another scene, `scenes[0]`",
        "scenes[2].id: `id`: expected a text, found a number"),
    ])
  func projects(_ given: Case) throws {
    #expect(try problems(given.body) == given.problems)
  }

  private static let still = ##""scenes": [{"background-color": "#000000"}]"##

  @Test(
    "the size of the film is one thing, even and possible",
    arguments: [
      Case(
        #""resolution": "fulhd""#,
        "resolution: `resolution`: `fulhd` is neither a size such as 1920x1080 nor one of `sd`, `hd`, `full-hd`, `squared`, `instagram-story`, `instagram-feed`, `twitter-landscape`, `twitter-portrait`, or `720p` and the like"
      ),
      Case(
        #""resolution": "641x361""#,
        "resolution: both sides of the film are even, found 641x361; 640x360 would do"),
      Case(
        #""resolution": "8x8""#,
        "resolution: both sides of the film are 16 to 8192 pixels, found 8x8"),
      Case(#""width": 640"#, "height: `width` needs `height` beside it"),
      Case(#""height": 360"#, "width: `height` needs `width` beside it"),
      Case(
        #""resolution": "custom""#, "width: `resolution: custom` needs `width`",
        "height: `resolution: custom` needs `height`"),
      Case(
        #""resolution": "hd", "width": 640, "height": 360"#,
        "width: `width` and `height` make 640x360, and `resolution` is 1280x720; leave one of them out"
      ),
      Case(#""width": 8, "height": 360"#, "width: `width`: expected 16 to 8192, found `8`"),
      Case(
        #""width": 640.5, "height": "360""#,
        "width: `width`: expected a whole number, found a number with a fraction",
        "height: `height`: expected a whole number, found a text"),
      Case(
        #""quality": "hihg""#, "quality: `quality`: `hihg` is not one of `low`, `medium`, `high`"),
    ])
  func sizes(_ given: Case) throws {
    #expect(try problems("{\(given.body), \(Self.still)}") == given.problems)
  }

  @Test(
    "an element that cannot be used is refused with its paths",
    arguments: [
      Case(
        #"{"src": "a.png"}"#, "scenes[0].elements[0].type: an element needs `type`"),
      Case(
        #"{"type": "picture", "src": "a.png"}"#,
        "scenes[0].elements[0].type: `type`: `picture` is not one of `video`, `audio`, `image`, `subtitles`"
      ),
      Case(
        #"{"type": "image"}"#,
        "scenes[0].elements[0].src: an element of type `image` needs `src`"),
      Case(
        #"{"type": "audio", "src": ""}"#,
        "scenes[0].elements[0].src: `src`: expected 1 to 4000 characters, found 0 characters"),
      Case(#"{"type": "audio", "src": "  "}"#, "scenes[0].elements[0].src: `src` is empty"),
      Case(
        #"{"type": "audio", "src": "a\u0000b"}"#,
        "scenes[0].elements[0].src: `src` has a control character in it"),
      Case(
        #"{"type": "audio", "src": "file:///etc/passwd"}"#,
        "scenes[0].elements[0].src: `src`: only `http://` and `https://` addresses and uploads are read"
      ),
      Case(
        #"{"type": "audio", "src": "FTP://host/a"}"#,
        "scenes[0].elements[0].src: `src`: only `http://` and `https://` addresses and uploads are read"
      ),
      Case(
        #"{"type": "audio", "src": "https:///a"}"#,
        "scenes[0].elements[0].src: `src`: `https:///a` is not an address"),
      Case(
        #"{"type": "image", "src": "a", "fade-in": 1, "zindex": 1, "font-size": 3, "scenes": 1}"#,
        "scenes[0].elements[0].fade-in: an element has no `fade-in`; did you mean `fade_in`?",
        "scenes[0].elements[0].zindex: an element has no `zindex`; did you mean `z-index`?",
        "scenes[0].elements[0].font-size: an element has no `font-size`; it belongs to the `settings` of subtitles",
        "scenes[0].elements[0].scenes: an element has no `scenes`; it belongs to the project"),
      Case(
        #"{"type": "image", "src": "a", "volume": 1, "loop": true}"#,
        "scenes[0].elements[0].loop: `loop` does nothing for `image`, only for `video`, `audio`",
        "scenes[0].elements[0].volume: `volume` does nothing for `image`, only for `video`, `audio`"
      ),
      Case(
        #"{"type": "audio", "src": "a", "x": 0, "settings": {}}"#,
        "scenes[0].elements[0].settings: `settings` does nothing for `audio`, only for `subtitles`",
        "scenes[0].elements[0].x: `x` does nothing for `audio`, only for `video`, `image`"),
      Case(
        #"{"type": "video", "src": "a", "volume": 11, "duration": 0, "fade_in": -1, "fade_out": 61}"#,
        "scenes[0].elements[0].volume: `volume`: expected 0 to 10, found `11`",
        "scenes[0].elements[0].duration: `duration`: expected 0.04 to 86400, found `0`",
        "scenes[0].elements[0].fade_in: `fade_in`: expected 0 to 60, found `-1`",
        "scenes[0].elements[0].fade_out: `fade_out`: expected 0 to 60, found `61`"),
      Case(
        #"{"type": "video", "src": "a", "volume": 1e999, "loop": "yes", "resize": "fill", "z-index": 5000}"#,
        "scenes[0].elements[0].volume: `volume`: expected a number, found a number",
        "scenes[0].elements[0].loop: `loop`: expected true or false, found a text",
        "scenes[0].elements[0].resize: `resize`: `fill` is not one of `cover`, `contain`, `fit`, `stretch`, `center`",
        "scenes[0].elements[0].z-index: `z-index`: expected -1000 to 1000, found `5000`"),
      Case(
        #"{"type": "image", "src": "a", "x": 1920, "y": -700, "height": 700}"#,
        "scenes[0].elements[0].x: `x`: the element would be outside the picture, whose width is 1920 pixels",
        "scenes[0].elements[0].y: `y`: the element would be outside the picture, whose height is 1080 pixels"
      ),
      Case(
        #"{"type": "image", "src": "a", "duration": 2, "fade_in": 1.5, "fade_out": 1}"#,
        "scenes[0].elements[0].fade_in: `fade_in` and `fade_out` take 2.5 s, and the element is there for 2 s"
      ),
      Case(
        #"{"type": "audio", "src": "a", "language": "english"}"#,
        "scenes[0].elements[0].language: `language`: `english` is not a language tag such as `en` or `en-US`"
      ),
      Case(
        #"{"type": "subtitles"}"#,
        "scenes[0].elements[0]: subtitles are of the whole film: put them into the project's `elements`"
      ),
      Case(
        #"{"type": "image", "src": "a", "id": "x"}, {"type": "image", "src": "a", "id": "x"}"#,
        "scenes[0].elements[1].id: `x` is the id of another element, `scenes[0].elements[0]`"),
    ])
  func elements(_ given: Case) throws {
    #expect(try problems(scene(given.body)) == given.problems)
  }

  @Test(
    "subtitles that cannot be used are refused with their paths",
    arguments: [
      Case(
        #"{"type": "subtitles", "src": "a.srt"}"#,
        "elements[0].src: `src` does nothing for `subtitles`, only for `video`, `audio`, `image`"),
      Case(
        #"{"type": "subtitles", "settings": []}"#,
        "elements[0].settings: the `settings` of subtitles is an object, found an array"),
      Case(
        ##"{"type": "subtitles", "settings": {"font-size": 5, "outline-width": 21, "position": "bottom", "style": "karaoke", "word-color": "#FFF", "shadow-offset": "1", "fontsize": 3, "font-family": ""}}"##,
        "elements[0].settings.font-size: `font-size`: expected 6 to 300, found `5`",
        "elements[0].settings.outline-width: `outline-width`: expected 0 to 20, found `21`",
        "elements[0].settings.position: `position`: `bottom` is not one of `left-top`, `center-top`, `right-top`, `left-center`, `center-center`, `right-center`, `left-bottom`, `center-bottom`, `right-bottom`",
        "elements[0].settings.style: `style`: `karaoke` is not one of `progressive`, `classic`",
        "elements[0].settings.word-color: `word-color`: expected a colour such as #FFD700 or #000000AA, found `#FFF`",
        "elements[0].settings.shadow-offset: `shadow-offset`: expected a number, found a text",
        "elements[0].settings.fontsize: the `settings` of subtitles has no `fontsize`; did you mean `font-size`?",
        "elements[0].settings.font-family: `font-family`: expected 1 to 200 characters, found 0 characters"
      ),
      Case(
        #"{"type": "subtitles"}, {"type": "subtitles"}"#,
        "elements[1]: a film has one `subtitles` element, and `elements[0]` is one already"),
      Case(
        #"{"type": "subtitles", "language": "de"}"#,
        "scenes[0].elements[0].language: the speech of a film is in one language: `elements[0].language` says `de`, and this `en`"
      ),
    ])
  func subtitles(_ given: Case) throws {
    let body = """
      {"scenes": [{"elements": [{"type": "audio", "src": "a.mp3", "language": "en"}]}], "elements": [\(given.body)]}
      """
    #expect(try problems(body) == given.problems)
  }

  @Test(
    "subtitles of nothing are refused",
    arguments: [
      #"{"type": "image", "src": "a.png"}"#, #"{"type": "audio", "src": "a.mp3", "volume": 0}"#,
    ])
  func silent(element: String) throws {
    let body = """
      {"scenes": [{"elements": [\(element)]}], "elements": [{"type": "subtitles"}, {"type": "video", "src": "b.mp4"}]}
      """
    #expect(
      try problems(body) == [
        "elements[0]: there is nothing to make subtitles of: no element of the film can be heard"
      ])
  }

  @Test("problems of all projects of an array are told at once, and no more than two hundred")
  func many() throws {
    let body = #"[{"scenes": [{"id": 1}]}, {"scens": []}]"#
    #expect(
      try problems(body) == [
        "[0].scenes[0].id: `id`: expected a text, found a number",
        "[1].scens: a project has no `scens`; did you mean `scenes`?",
        "[1].scenes: a project needs `scenes`",
      ])
    let scenes = [String](repeating: #"{"x": 1}"#, count: 1000).joined(separator: ",")
    #expect(try problems(#"{"scenes": [\#(scenes)]}"#).count == BodyReader.limit)
  }

  @Test("a name that is not known is repeated without what a terminal would act upon")
  func names() throws {
    let name = #"\u001b[2J\u0000"# + String(repeating: "x", count: 300)
    let found = try problems(#"{"\#(name)": 1, \#(Self.still)}"#)
    let shown = "[2J" + String(repeating: "x", count: 77)
    #expect(found == ["\(shown): the project has no `\(shown)`"])
  }

  @Test(
    "JSON is read as it is written",
    arguments: [
      (#" {"a" : [1, -2.5e1, true , null,"\u00e9\"\\\/\n\ud83d\ude00"], "b":{}} "#),
      (#"{"a":[1,-25,true,null,"é\"\\/\n😀"],"b":{}}"#),
    ])
  func json(text: String) throws {
    let value = BodyValue(parsing: try StrictJSON.normalised(Array(text.utf8)))
    #expect(
      value
        == .object([
          .init(
            name: "a",
            value: .array([
              .number(1), .number(-25), .boolean(true), .null, .text("é\"\\/\n😀"),
            ])),
          .init(name: "b", value: .object([])),
        ]))
  }

  @Test(
    "what is no JSON ends without harm",
    arguments: [
      "", "{", "[", "\"", "{\"a", "[1,", "{\"a\":", "nope", "]", "{]", "[}", "\"\\", "\"\\u12",
    ])
  func broken(text: String) {
    // It is only promised to end: `StrictJSON` has refused such texts before.
    _ = BodyValue(parsing: text)
    _ = BodyValue(parsing: "[" + text + "]")
  }

  @Test("whatever is put in place of anything in a project, it is read or refused with a path")
  func mutations() throws {
    let project = """
      {"comment": "x", "resolution": "hd", "quality": "low", "width": 1280, "height": 720, "scenes":
        [{"id": "a", "background-color": "#112233", "elements": [{"type": "video", "src": "v", "x": 1, "y": 2,
          "z-index": 3, "volume": 0.5, "resize": "fit", "duration": 4, "fade_in": 1, "fade_out": 1, "loop": true},
          {"type": "audio", "src": "a", "language": "en"}]}],
       "elements": [{"type": "subtitles", "settings": {"style": "classic", "font-size": 30, "box-color": "#00000080"}}]}
      """
    #expect(try problems(project).isEmpty)
    let others = [
      "null", "true", "-1", "0", "1e300", "3.5", #""""#, #""x""#, "[]", "{}", "[null]",
      #"{"x": 1}"#,
      "99999999999999999999", #"[{"type": "audio"}]"#,
    ]
    let values = try Regex(#": ?("[^"]*"|[0-9.]+|true)"#)
    var refused = 0
    for match in project.matches(of: values) {
      for other in others {
        var changed = project
        changed.replaceSubrange(match.range, with: ": \(other)")
        refused += try problems(changed).isEmpty ? 0 : 1
      }
    }
    #expect(refused > 150)
  }

  @Test("the example of the documentation is a film, and every member stands in its tables")
  func documentation() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let page = try String(
      contentsOf: root.appendingPathComponent("Documentation/contracts/videocraft-projects.md"),
      encoding: .utf8)
    let example = try #require(
      page.split(separator: "```json\n").last?.split(separator: "```").first)
    #expect(try problems(String(example)).isEmpty)
    let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }
      .compactMap { $0.split(separator: "|").first }.joined()
    let fields =
      VideocraftFields.project + VideocraftFields.scene + VideocraftFields.element
      + VideocraftFields.subtitles
    for field in fields { #expect(rows.contains("`\(field.name)`"), "\(field.name)") }
  }
}
