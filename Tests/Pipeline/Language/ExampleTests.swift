import Pipeline
import Testing

enum Examples {
  static let narrated = """
    version: 1
    name: narrated
    description: Pictures, spoken narration, word-by-word captions; MP4 and HLS.

    inputs:
      scenes:  { type: list<json>, min: 1, description: "Each with narration and image" }
      music:   { type: audio, optional: true }
      voice:   { type: text, default: en-us }
      burn:    { type: boolean, default: true }

    defaults:
      retry:   { max: 2, backoff: exponential, initial: 2s, cap: 1m }
      timeout: 30m
      uses:
        tts: { with: { speed: 1.0 } }

    stages:
      check:
        uses: validate
        in:   { media: inputs.music }
        with: { max-duration: 10m }

      voice:
        uses: tts
        foreach: inputs.scenes          # one task per item; its outputs become lists
        with:
          text: ${{ item.narration }}
          voice: ${{ inputs.voice }}
        retry: { max: 5, only: [transient, rate-limited] }

      words:
        uses: transcribe
        in:   { audio: voice.audio }
        with: { script: "${{ inputs.scenes.narration }}" }

      cut:
        uses: compose
        in:   { narration: voice.audio, music: inputs.music }
        with: { scenes: "${{ inputs.scenes }}", size: 1080x1920, transition: { kind: fade, duration: 300ms } }

      captions:
        uses: burn
        if: inputs.burn
        in:   { video: cut.video, transcript: words.transcript }
        with: { style: progressive, font: DejaVu Sans, size: 42 }

      package:
        uses: segment
        in:   { video: captions.video else cut.video }
        with: { duration: 4s, ladder: [1080p, 720p, 480p] }

    outputs:
      video: captions.video else cut.video
      hls:   package.playlist
    """

  static let shortest = """
    version: 1
    name: caption-it
    inputs: { video: { type: video } }
    stages:
      words:    { uses: transcribe, in: { audio: inputs.video } }
      captions: { uses: burn, in: { video: inputs.video, transcript: words.transcript } }
    outputs: { video: captions.video }
    """
}

@Suite("Example pipelines", .timeLimit(.minutes(5)))
struct ExampleTests {
  @Test("the long example is accepted; the stage whose result nobody takes is mentioned")
  func narrated() throws {
    let (graph, diagnostics) = PipelineGraph.load(
      text: Examples.narrated, file: "narrated.yaml", registry: FakeStages.registry)
    #expect(diagnostics.map(\.message) == ["nothing uses the outputs of `check`"])
    let stages = try #require(graph).stages
    #expect(stages.map(\.id) == ["check", "voice", "words", "cut", "captions", "package"])
    #expect(stages[5].dependencies == ["captions", "cut"])
    #expect(stages[1].isForeach)
    #expect(
      stages[1].retry
        == RetryPolicy(
          max: 5, backoff: .exponential, initial: .seconds(2), cap: .seconds(60),
          only: [.transient, .rateLimited]))
    #expect(stages[0].retry?.max == 2)
    #expect(stages.allSatisfy { $0.timeout == .seconds(1800) })
    #expect(graph?.outputs.map(\.name) == ["video", "hls"])
    #expect(graph?.outputs.map(\.type) == [.video, .bundle])
  }

  @Test("the shortest example is accepted without a word")
  func shortest() throws {
    let (graph, diagnostics) = PipelineGraph.load(
      text: Examples.shortest, registry: FakeStages.registry)
    #expect(diagnostics == [])
    #expect(graph?.stages.map(\.id) == ["words", "captions"])
    #expect(graph?.inputs.map(\.type) == [.video])
  }
}
