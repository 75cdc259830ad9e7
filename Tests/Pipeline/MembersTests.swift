import Pipeline
import Testing

private struct Scene: FieldRecord {
  @Field("What is said.") var narration: String
  @Field("What is shown.") var image: ImageFile?
  @Field("How long.", in: 0...60) var maxDuration = Duration.seconds(5)
}

private struct Settings: StageOptions {
  @Field("How words appear.") var style = CaptionStyle.Animation.progressive
  @Field("Text size.", in: 8...300, unit: "pixels") var fontSize = 42
  @Field("Scenes.") var scenes: [Scene] = []
}

private struct Inputs: Ports {
  @Port("The picture.") var video: Video
  @Port("Words.") var transcript: Transcript?
}

@Suite("Declared members", .timeLimit(.minutes(5)))
struct MembersTests {
  @Test("a declaration is read with names in kebab case, types, defaults and bounds")
  func descriptions() {
    let fields = Settings.descriptions
    #expect(fields.map(\.name) == ["style", "font-size", "scenes"])
    #expect(fields[1].constraint == "integer, 8 to 300, pixels; default 42")
    #expect(fields[0].type == .choice(["progressive", "classic", "karaoke"]))
    #expect(Inputs.descriptions.map(\.isRequired) == [true, false])
  }

  @Test("values fill the members, missing ones keep their default")
  func decoding() throws {
    let scenes = Value.list([.map(["narration": .text("Hello")])])
    let converted = try #require(Settings.descriptions.last).convert(scenes)
    let settings = try Settings(values: ["font-size": .integer(50), "scenes": converted])
    #expect(settings.fontSize == 50)
    #expect(settings.style == .progressive)
    #expect(settings.scenes.first?.narration == "Hello")
    #expect(settings.scenes.first?.maxDuration == .seconds(5))
  }

  @Test(
    "a wrong value is told with its place",
    arguments: [
      (Value.list([.map([:])]), "scenes[0]: `narration` is required (text)"),
      (
        .list([.map(["narration": .text("x"), "imgae": .text("a.png")])]),
        "scenes[0]: `imgae` is not known here; known are `narration`, `image`, `max-duration`"
      ),
      (
        .list([.map(["narration": .text("x"), "max-duration": .text("2m")])]),
        "scenes[0].max-duration: expected 0s to 1m, found `2m`"
      ),
    ])
  func wrong(value: Value, message: String) throws {
    let field = try #require(Settings.descriptions.last)
    let error = #expect(throws: ValueError.self) { try field.convert(value) }
    #expect(error?.description == message)
  }

  @Test("ports round-trip and an absent optional port is nil")
  func ports() throws {
    let file = FileReference(
      digest: Digest(of: [1]), byteCount: 1, mediaType: "video/mp4", name: "a.mp4")
    let inputs = try Inputs(values: ["video": .file(file)])
    #expect(inputs.video == .file(file))
    #expect(inputs.transcript == nil)
    #expect(inputs.values == ["video": .video(.file(file))])
  }
}
