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
        error[missing-key]: a pipeline needs `version`
         --> p.yaml:1:1
          |
        1 | name: Make film
          | ^ write `version: 1`

        error[invalid-name]: `Make film` cannot be the name of a pipeline
         --> p.yaml:1:7
          |
        1 | name: Make film
          |       ^^^^^^^^^ did you mean `make-film`?

        error[unknown-key]: `on` is not a key of a pipeline
         --> p.yaml:2:1
          |
        2 | on:
          | ^^
          = note: a pipeline has no triggers; a run is started with its inputs

        error[unknown-key]: `permissions` is not a key of a pipeline
         --> p.yaml:5:1
          |
        5 | permissions: { contents: read }
          | ^^^^^^^^^^^
          = note: a stage can do only what its module does; the key can go

        error[unknown-key]: `jobs` is not a key of a pipeline
         --> p.yaml:6:1
          |
        6 | jobs:
          | ^^^^ did you mean `stages`?
          = note: a map from an id of yours to one step: `stages: { words: { uses: transcribe, in: { audio: inputs.video } } }`
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
        error[unknown-key]: `env` is not a key of a pipeline
         --> p.yaml:3:1
          |
        3 | env: { VOICE: en-us }
          | ^^^ did you mean `vars`?
          = note: `vars` are constants; what changes from run to run is an input, and a key is a secret

        error[unknown-key]: `steps` is not a key of a pipeline
         --> p.yaml:4:1
          |
        4 | steps:
          | ^^^^^ did you mean `stages`?
          = note: a map from an id of yours to one step: `stages: { words: { uses: transcribe, in: { audio: inputs.video } } }`
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
        error[type-mismatch]: `stages` is a map from id to stage, found a list
         --> p.yaml:4:1
          |
        4 | stages:
          | ^^^^^^
          = note: write `stages: { find-words: { uses: transcribe, … } }`; order does not matter
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
        error[unknown-key]: `name` is not a key of a stage
         --> p.yaml:6:5
          |
        6 |     name: Burn captions
          |     ^^^^
          = note: a stage's id is its key under `stages`; `description` says more

        error[unknown-key]: `id` is not a key of a stage
         --> p.yaml:7:5
          |
        7 |     id: burn
          |     ^^
          = note: a stage's id is its key under `stages`; the key can go

        error[unknown-key]: `runs-on` is not a key of a stage
         --> p.yaml:8:5
          |
        8 |     runs-on: ubuntu-latest
          |     ^^^^^^^
          = note: a pipeline runs on the host that is asked to run it; the key can go

        error[unknown-key]: `env` is not a key of a stage
         --> p.yaml:9:5
          |
        9 |     env: { FONT: sans }
          |     ^^^
          = note: a stage sees no environment; its settings stand under `with`, a key is `${{ secrets.NAME }}`

        error[unknown-key]: `timeout-minutes` is not a key of a stage
          --> p.yaml:12:5
           |
        12 |     timeout-minutes: 30
           |     ^^^^^^^^^^^^^^^ did you mean `timeout: 30m`?
           = note: a duration has its unit with it

        error[unknown-key]: `continue-on-error` is not a key of a stage
          --> p.yaml:13:5
           |
        13 |     continue-on-error: true
           |     ^^^^^^^^^^^^^^^^^ did you mean `on-error: continue`?
           = note: its outputs are then things that may be missing: `a.video else b.video`

        error[unknown-key]: `strategy` is not a key of a stage
          --> p.yaml:14:5
           |
        14 |     strategy: { matrix: { size: [40, 60] } }
           |     ^^^^^^^^
           = note: one task per item of a list: `foreach: inputs.scenes`, then `item` is the one

        error[unknown-key]: `run` is not a key of a stage
          --> p.yaml:16:5
           |
        16 |     run: ffmpeg -i a.mp4 b.mp4
           |     ^^^
           = note: a stage uses a module (`uses: burn`); commands cannot be run from a pipeline

        error[unknown-key]: `shell` is not a key of a stage
          --> p.yaml:17:5
           |
        17 |     shell: bash
           |     ^^^^^
           = note: a stage uses a module (`uses: burn`); commands cannot be run from a pipeline

        error[unknown-key]: `runs-on` is not a key of a stage
          --> p.yaml:19:5
           |
        19 |     runs-on: ubuntu-latest
           |     ^^^^^^^
           = note: a pipeline runs on the host that is asked to run it; the key can go

        error[unknown-key]: `steps` is not a key of a stage
          --> p.yaml:20:5
           |
        20 |     steps:
           |     ^^^^^
           = note: a stage is one step; make each of these a stage of its own, connected by `in`
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
        error[unknown-reference]: there is no stage `build` in this pipeline
         --> p.yaml:6:37
          |
        6 |   package: { uses: segment, needs: [build, caption], in: { video: captions.video } }
          |                                     ^^^^^
          = note: its stages are `captions`, `package`

        error[unknown-reference]: there is no stage `caption` in this pipeline
         --> p.yaml:6:44
          |
        6 |   package: { uses: segment, needs: [build, caption], in: { video: captions.video } }
          |                                            ^^^^^^^ did you mean `captions`?
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
        error[expression-syntax]: there is no function `success`
         --> p.yaml:6:24
          |
        6 |   b: { uses: burn, if: success(), in: { video: a.video } }
          |                        ^^^^^^^ a stage runs when all that it depends on went well; no condition is needed

        error[expression-syntax]: there is no function `always`
         --> p.yaml:7:24
          |
        7 |   c: { uses: burn, if: always(), in: { video: a.video } }
          |                        ^^^^^^ what a stage depends on must say `on-error: continue`; who is told in any case stands in `hooks: { finished: … }`

        error[expression-syntax]: there is no function `failure`
         --> p.yaml:8:29
          |
        8 |   d: { uses: burn, if: "${{ failure() || cancelled() }}", in: { video: a.video } }
          |                             ^^^^^^^ who is told of a failure stands in `hooks: { failed: … }`

        error[unknown-reference]: there is nothing called `github`
         --> p.yaml:9:25
          |
        9 |   e: { uses: burn, if: "github.ref == 'refs/heads/main'", in: { video: a.video } }
          |                         ^^^^^^
          = note: a run does not know what started it; what it needs is an input: `inputs.x`; the run's own id is `run.id`

        error[expression-syntax]: there is no function `startsWith`
          --> p.yaml:10:25
           |
        10 |   f: { uses: burn, if: "startsWith(inputs.video, 'a')", in: { video: a.video } }
           |                         ^^^^^^^^^^ a part of a text is found by `contains(text, part)`
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
        error[unknown-reference]: there is nothing called `github`
         --> p.yaml:6:38
          |
        6 |   a: { uses: tts, with: { text: "${{ github.event.inputs.title }}" } }
          |                                      ^^^^^^
          = note: a run does not know what started it; what it needs is an input: `inputs.x`; the run's own id is `run.id`

        error[unknown-reference]: there is nothing called `env`
         --> p.yaml:7:38
          |
        7 |   b: { uses: tts, with: { text: "${{ env.TITLE }} by ${{ matrix.author }}", voice: "${{ runner.os }}" } }
          |                                      ^^^
          = note: an expression sees no environment: a constant is `vars.x`, what changes from run to run `inputs.x`, a key `secrets.X`

        error[unknown-reference]: there is nothing called `matrix`
         --> p.yaml:7:58
          |
        7 |   b: { uses: tts, with: { text: "${{ env.TITLE }} by ${{ matrix.author }}", voice: "${{ runner.os }}" } }
          |                                                          ^^^^^^
          = note: a stage with `foreach` has one task per item; it sees its own as `item`, and its number as `index`

        error[unknown-reference]: there is nothing called `runner`
         --> p.yaml:7:89
          |
        7 |   b: { uses: tts, with: { text: "${{ env.TITLE }} by ${{ matrix.author }}", voice: "${{ runner.os }}" } }
          |                                                                                         ^^^^^^
          = note: an expression does not see the host, so that a pipeline makes the same film everywhere

        error[unknown-reference]: there is nothing called `github`
         --> p.yaml:8:68
          |
        8 |   c: { uses: tts, with: { text: "${{ inputs.title }}", voice: "${{ github.run_id }}" } }
          |                                                                    ^^^^^^
          = note: a run does not know what started it; what it needs is an input: `inputs.x`; the run's own id is `run.id`

        error[expression-syntax]: there is no function `fromJSON`
         --> p.yaml:9:29
          |
        9 |   d: { uses: tts, foreach: "fromJSON(inputs.title)", with: { text: "${{ matrix.scene }}" } }
          |                             ^^^^^^^^ what is given as JSON is read by its type: `inputs: { scenes: list<json> }`

        error[unknown-reference]: there is nothing called `matrix`
         --> p.yaml:9:73
          |
        9 |   d: { uses: tts, foreach: "fromJSON(inputs.title)", with: { text: "${{ matrix.scene }}" } }
          |                                                                         ^^^^^^
          = note: a stage with `foreach` has one task per item; it sees its own as `item`, and its number as `index`

        error[expression-syntax]: there is no function `toJSON`
          --> p.yaml:10:38
           |
        10 |   e: { uses: tts, with: { text: "${{ toJSON(inputs.title) }} ${{ format('{0}', vars.voice) }}" } }
           |                                      ^^^^^^ JSON is made by `json(value)`
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
        error[unknown-reference]: `steps.count.outputs.number` is not how an output is named here
         --> p.yaml:6:38
          |
        6 |   a: { uses: tts, with: { text: "${{ steps.count.outputs.number }}" } }
          |                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^ did you mean `count.number`?

        error[unknown-reference]: `needs.count.outputs.number` is not how an output is named here
         --> p.yaml:7:38
          |
        7 |   b: { uses: tts, with: { text: "${{ needs.count.outputs.number }} of ${{ steps.other.outputs.x }}" } }
          |                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^ did you mean `count.number`?

        error[unknown-reference]: `steps.other.outputs.x` is not how an output is named here
         --> p.yaml:7:75
          |
        7 |   b: { uses: tts, with: { text: "${{ needs.count.outputs.number }} of ${{ steps.other.outputs.x }}" } }
          |                                                                           ^^^^^^^^^^^^^^^^^^^^^
          = note: an output is named by its stage's id alone: `id.output`
          = note: there is no stage `other`

        error[unknown-reference]: `steps.cut.outputs.video` is not how an output is named here
         --> p.yaml:8:33
          |
        8 |   c: { uses: burn, in: { video: steps.cut.outputs.video } }
          |                                 ^^^^^^^^^^^^^^^^^^^^^^^
          = note: an output is named by its stage's id alone: `id.output`
          = note: there is no stage `cut`

        error[unknown-reference]: `steps.count.outcome` is not how an output is named here
         --> p.yaml:9:23
          |
        9 |   d: { uses: tts, if: steps.count.outcome == 'success', with: { text: x } }
          |                       ^^^^^^^^^^^^^^^^^^^
          = note: a stage runs when all that it depends on went well; what may be missing is chosen by `a else b`
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
        error[unknown-stage]: there is no stage `actions/checkout`
         --> p.yaml:5:21
          |
        5 |   checkout: { uses: actions/checkout@v4 }
          |                     ^^^^^^^^^^^^^^^^^^^
          = note: a stage uses a module of this host, by one word: `burn`, `compose`, `count`, `segment`, `transcribe`, `tts`, `validate`

        error[unknown-stage]: there is no stage `docker://ffmpeg:6`
         --> p.yaml:6:18
          |
        6 |   image: { uses: "docker://ffmpeg:6" }
          |                  ^^^^^^^^^^^^^^^^^^^
          = note: a stage uses a module of this host, by one word: `burn`, `compose`, `count`, `segment`, `transcribe`, `tts`, `validate`

        error[unknown-stage]: `burn` is here in version 1.0.0, not v1
         --> p.yaml:7:17
          |
        7 |   burn: { uses: burn@v1, in: { video: inputs.video } }
          |                 ^^^^^^^ did you mean `burn@1`?

        error[unknown-stage]: there is no stage `./.github/actions/render`
         --> p.yaml:8:18
          |
        8 |   local: { uses: ./.github/actions/render }
          |                  ^^^^^^^^^^^^^^^^^^^^^^^^
          = note: a stage uses a module of this host, by one word: `burn`, `compose`, `count`, `segment`, `transcribe`, `tts`, `validate`
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
        error[type-mismatch]: `secrets` is a list of names, found a map
         --> p.yaml:3:1
          |
        3 | secrets: { TTS_KEY: abcdefgh }
          | ^^^^^^^ such as `secrets: [TTS_KEY]`
          = note: their texts are given to the host and stand in no file that others read

        error[unknown-reference]: there is nothing called `github`
         --> p.yaml:4:33
          |
        4 | concurrency: { group: "film-${{ github.ref }}", cancel-in-progress: true }
          |                                 ^^^^^^
          = note: a run does not know what started it; what it needs is an input: `inputs.x`; the run's own id is `run.id`

        error[unknown-key]: `cancel-in-progress` is not a key of `concurrency`
         --> p.yaml:4:49
          |
        4 | concurrency: { group: "film-${{ github.ref }}", cancel-in-progress: true }
          |                                                 ^^^^^^^^^^^^^^^^^^ did you mean `policy: cancel`?

        error[unknown-key]: `run` is not a key of `defaults`
         --> p.yaml:5:13
          |
        5 | defaults: { run: { shell: bash } }
          |             ^^^
          = note: commands cannot be run from a pipeline; the key can go
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
        error[unknown-type]: `string` is not a type
         --> p.yaml:4:18
          |
        4 |   title: { type: string, required: true, description: What it is called }
          |                  ^^^^^^ did you mean `text`?

        error[unknown-key]: `required` is not a key of an input
         --> p.yaml:4:26
          |
        4 |   title: { type: string, required: true, description: What it is called }
          |                          ^^^^^^^^
          = note: every input is required unless it says `optional: true` or has a `default`

        error[unknown-type]: `choice` is not a type
         --> p.yaml:5:18
          |
        5 |   voice: { type: choice, options: [a, b], required: false }
          |                  ^^^^^^ did you mean `enum`?

        error[unknown-key]: `options` is not a key of an input
         --> p.yaml:5:26
          |
        5 |   voice: { type: choice, options: [a, b], required: false }
          |                          ^^^^^^^ did you mean `values`?

        error[unknown-key]: `required` is not a key of an input
         --> p.yaml:5:43
          |
        5 |   voice: { type: choice, options: [a, b], required: false }
          |                                           ^^^^^^^^ did you mean `optional: true`?

        error[wrong-value]: `default`: expected boolean, found `no`
         --> p.yaml:6:36
          |
        6 |   debug: { type: boolean, default: no }
          |                                    ^^ did you mean `false`?
        """#),
  ]
}
