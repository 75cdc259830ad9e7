import Foundation
import Pipeline
import Testing

@Suite("Reference texts", .timeLimit(.minutes(5)))
struct ReferenceTests {
  @Test("a stage's page has its ports, settings and example")
  func markdown() throws {
    let spec = try #require(FakeStages.registry["burn"])
    #expect(
      StageDocumentation.markdown(spec) == """
        # burn

        Draws captions into a video.

        Version 1.0.0.

        ## Inputs

        | name | type | |
        | --- | --- | --- |
        | `video` | video | The picture to draw on. |
        | `transcript` | transcript | Optional. Timed words. |

        ## Outputs

        | name | type | |
        | --- | --- | --- |
        | `video` | video | The video with captions. |
        | `captions` | captions | The cues. |

        ## Settings

        | name | type | default | |
        | --- | --- | --- | --- |
        | `style` | progressive \\| classic \\| karaoke | progressive | How words appear. |
        | `font` | text | DejaVu Sans | The font's family. |
        | `size` | integer, 8 to 300, pixels | 42 | Text size. |
        | `colour` | colour | #FFFFFF | Of the words. |
        | `box` | boolean | false | A box behind them. |
        | `min-lines` | integer, 1 to 4 | 1 | Lines at once. |
        | `max-lines` | integer, 1 to 4 | 2 | Lines at once. |
        | `logo` | image | none | A picture in the corner. |

        ## Example

        ```yaml
        captions:
          uses: burn
          in: { video: cut.video }
        ```

        """)
  }

  @Test("a terminal gets the same, members of lists included")
  func terminal() throws {
    let spec = try #require(FakeStages.registry["compose"])
    #expect(
      StageDocumentation.terminal(spec) == """
        compose 1.0.0
          Makes a film of scenes.

        Inputs:
          narration  Spoken text, one for each scene.
                     (list<audio>; optional)
          music      Under everything.
                     (audio; optional)

        Outputs:
          video  The film.
                 (video)

        Settings:
          scenes      The scenes.
                      (list<map>, 1 to 100 items; required)
          size        Of the picture.
                      (size; default 1920x1080)
          transition  Between scenes.
                      (map; default { … })

        Members of scenes[]:
          narration  What is said.
                     (text; default none)
          image      What is shown.
                     (image; required)
          duration   How long.
                     (duration, 0s to 1m; default none)

        Members of transition:
          kind      Which.
                    (cut | fade | wipe; default cut)
          duration  How long.
                    (duration, 0s to 5s; default 500ms)

        """)
  }

  @Test("the schema is the same text every time and knows every stage, port and setting")
  func schema() throws {
    let text = try PipelineSchema.json(FakeStages.registry)
    #expect(try PipelineSchema.json(FakeStages.registry) == text)
    let root = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(root["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    let definitions = try #require(root["$defs"] as? [String: [String: Any]])
    for spec in FakeStages.registry.all {
      let settings = definitions["with-\(spec.info.name)"]?["properties"] as? [String: Any]
      #expect(settings?.keys.sorted() == spec.options.map(\.name).sorted())
      let ports = definitions["in-\(spec.info.name)"]?["properties"] as? [String: Any]
      #expect(ports?.keys.sorted() == spec.inputs.map(\.name).sorted())
    }
    let burn = definitions["with-burn"]?["properties"] as? [String: [String: Any]]
    let size = burn?["size"]?["anyOf"] as? [[String: Any]]
    #expect(size?.first?["minimum"] as? Int == 8)
    #expect(size?.first?["maximum"] as? Int == 300)
    #expect(burn?["size"]?["default"] as? Int == 42)
    #expect(definitions["in-burn"]?["required"] as? [String] == ["video"])
  }

  @Test("every reference in the schema leads to a definition")
  func references() throws {
    let text = try PipelineSchema.json(FakeStages.registry)
    let root = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    let definitions = try #require(root?["$defs"] as? [String: Any])
    let names = text.matches(of: try Regex("#/\\$defs/([a-z-]+)", as: (Substring, Substring).self))
    #expect(names.count > 30)
    for name in names { #expect(definitions[String(name.output.1)] != nil) }
  }
}
