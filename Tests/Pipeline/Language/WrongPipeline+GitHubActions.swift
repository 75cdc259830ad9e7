/// What people who know GitHub Actions write first, and all that is said about it.
extension WrongPipeline {
  static let gitHubActions = [
    WrongPipeline(
      "github: a whole workflow",
      #"""
      name: Make film
      on:
        push:
          branches: [main]
      permissions: { contents: read }
      jobs:
        film:
          runs-on: ubuntu-latest
          steps:
            - uses: actions/checkout@v4
            - name: Speak
              run: make film
      """#,
      says: #"""
        """#),
    WrongPipeline(
      "github: steps beside the pipeline",
      #"""
      version: 1
      name: film
      env: { VOICE: en-us }
      steps:
        - name: Speak
          uses: tts
          with: { text: hello }
      """#,
      says: #"""
        """#),
    WrongPipeline(
      "github: stages as a list of steps",
      #"""
      version: 1
      name: film
      inputs: { video: video }
      stages:
        - name: find words
          uses: transcribe
          with: { script: hello }
        - uses: burn
      """#,
      says: #"""
        """#),
    WrongPipeline(
      "github: keys of a job and of a step",
      #"""
      version: 1
      name: film
      inputs: { video: video }
      stages:
        burn:
          name: Burn captions
          id: burn
          runs-on: ubuntu-latest
          env: { FONT: sans }
          uses: burn
          in: { video: inputs.video }
          timeout-minutes: 30
          continue-on-error: true
          strategy: { matrix: { size: [40, 60] } }
        shell:
          run: ffmpeg -i a.mp4 b.mp4
          shell: bash
        job:
          runs-on: ubuntu-latest
          steps:
            - run: make
      """#,
      says: #"""
        """#),
    WrongPipeline(
      "github: needs of what is not there",
      #"""
      version: 1
      name: film
      inputs: { video: video }
      stages:
        captions: { uses: burn, in: { video: inputs.video } }
        package: { uses: segment, needs: [build, caption], in: { video: captions.video } }
      """#,
      says: #"""
        """#),
    WrongPipeline(
      "github: conditions",
      #"""
      version: 1
      name: film
      inputs: { video: video }
      stages:
        a: { uses: burn, in: { video: inputs.video } }
        b: { uses: burn, if: success(), in: { video: a.video } }
        c: { uses: burn, if: always(), in: { video: a.video } }
        d: { uses: burn, if: "${{ failure() || cancelled() }}", in: { video: a.video } }
        e: { uses: burn, if: "github.ref == 'refs/heads/main'", in: { video: a.video } }
        f: { uses: burn, if: "startsWith(inputs.video, 'a')", in: { video: a.video } }
      """#,
      says: #"""
        """#),
    WrongPipeline(
      "github: contexts",
      #"""
      version: 1
      name: film
      inputs: { title: text }
      vars: { voice: en-us }
      stages:
        a: { uses: tts, with: { text: "${{ github.event.inputs.title }}" } }
        b: { uses: tts, with: { text: "${{ env.TITLE }} by ${{ matrix.author }}", voice: "${{ runner.os }}" } }
        c: { uses: tts, with: { text: "${{ inputs.title }}", voice: "${{ github.run_id }}" } }
        d: { uses: tts, foreach: "fromJSON(inputs.title)", with: { text: "${{ matrix.scene }}" } }
        e: { uses: tts, with: { text: "${{ toJSON(inputs.title) }} ${{ format('{0}', vars.voice) }}" } }
      """#,
      says: #"""
        """#),
    WrongPipeline(
      "github: outputs of steps",
      #"""
      version: 1
      name: film
      inputs: { video: video }
      stages:
        count: { uses: count }
        a: { uses: tts, with: { text: "${{ steps.count.outputs.number }}" } }
        b: { uses: tts, with: { text: "${{ needs.count.outputs.number }} of ${{ steps.other.outputs.x }}" } }
        c: { uses: burn, in: { video: steps.cut.outputs.video } }
        d: { uses: tts, if: steps.count.outcome == 'success', with: { text: x } }
      """#,
      says: #"""
        """#),
    WrongPipeline(
      "github: actions and versions",
      #"""
      version: 1
      name: film
      inputs: { video: video }
      stages:
        checkout: { uses: actions/checkout@v4 }
        image: { uses: "docker://ffmpeg:6" }
        burn: { uses: burn@v1, in: { video: inputs.video } }
        local: { uses: ./.github/actions/render }
      """#,
      says: #"""
        """#),
    WrongPipeline(
      "github: concurrency, secrets and defaults",
      #"""
      version: 1
      name: film
      secrets: { TTS_KEY: abcdefgh }
      concurrency: { group: "film-${{ github.ref }}", cancel-in-progress: true }
      defaults: { run: { shell: bash } }
      stages:
        a: { uses: tts, with: { text: hello, api-key: "${{ secrets.TTS_KEY }}" } }
      """#,
      says: #"""
        """#),
    WrongPipeline(
      "github: inputs of a workflow call",
      #"""
      version: 1
      name: film
      inputs:
        title: { type: string, required: true, description: What it is called }
        voice: { type: choice, options: [a, b], required: false }
        debug: { type: boolean, default: no }
      stages:
        a: { uses: tts, if: inputs.debug, with: { text: "${{ inputs.title }}", voice: "${{ inputs.voice }}" } }
      """#,
      says: #"""
        """#),
  ]
}
