/// What people who know Benthos (Redpanda Connect) write first, and all that is said about it.
extension WrongPipeline {
  static let benthos = [
    WrongPipeline(
      "benthos: a whole stream",
      #"""
      input:
        http_server: { path: /films }
      pipeline:
        processors:
          - mapping: root.title = this.title.uppercase()
      output:
        aws_s3: { bucket: films }
      http: { address: 0.0.0.0:4195 }
      logger: { level: INFO }
      """#,
      says: #"""
        error[unknown-key]: `input` is not a key of a pipeline
         --> p.yaml:1:1
          |
        1 | input:
          | ^^^^^ did you mean `inputs`?
          = note: `inputs` are what each run is given, by name: `inputs: { film: { type: video } }`; a pipeline reads from no queue or server

        error[missing-key]: a pipeline needs `version`
         --> p.yaml:1:1
          |
        1 | input:
          | ^ write `version: 1`

        error[missing-key]: a pipeline needs `name`
         --> p.yaml:1:1
          |
        1 | input:
          | ^ write `name: my-pipeline`

        error[unknown-key]: `pipeline` is not a key of a pipeline
         --> p.yaml:3:1
          |
        3 | pipeline:
          | ^^^^^^^^ did you mean `stages`?
          = note: a map from an id of yours to one step: `stages: { words: { uses: transcribe, in: { audio: inputs.video } } }`

        error[unknown-key]: `output` is not a key of a pipeline
         --> p.yaml:6:1
          |
        6 | output:
          | ^^^^^^ did you mean `outputs`?
          = note: `outputs` are what each run gives back, by name: `outputs: { film: cut.video }`; a pipeline writes to no queue or server

        error[unknown-key]: `http` is not a key of a pipeline
         --> p.yaml:8:1
          |
        8 | http: { address: 0.0.0.0:4195 }
          | ^^^^
          = note: how the host is reached is no part of a pipeline; the key can go

        error[unknown-key]: `logger` is not a key of a pipeline
         --> p.yaml:9:1
          |
        9 | logger: { level: INFO }
          | ^^^^^^
          = note: what is logged is no part of a pipeline; the key can go
        """#),
    WrongPipeline(
      "benthos: resources",
      #"""
      version: 1
      name: film
      cache_resources:
        - label: kept
          memory: {}
      rate_limit_resources: []
      resources: {}
      buffer: { memory: {} }
      metrics: { prometheus: {} }
      stages: { a: { uses: count } }
      """#,
      says: #"""
        error[unknown-key]: `cache_resources` is not a key of a pipeline
         --> p.yaml:3:1
          |
        3 | cache_resources:
          | ^^^^^^^^^^^^^^^
          = note: results are kept by themselves; a stage that must not says `cache: off`

        error[unknown-key]: `rate_limit_resources` is not a key of a pipeline
         --> p.yaml:6:1
          |
        6 | rate_limit_resources: []
          | ^^^^^^^^^^^^^^^^^^^^
          = note: `limits` of a stage bounds how many tasks run at once across all runs: `limits: { tts: 4 }`

        error[unknown-key]: `resources` is not a key of a pipeline
         --> p.yaml:7:1
          |
        7 | resources: {}
          | ^^^^^^^^^
          = note: stages share nothing; results are kept by themselves, and `limits` of a stage bounds how many tasks run at once

        error[unknown-key]: `buffer` is not a key of a pipeline
         --> p.yaml:8:1
          |
        8 | buffer: { memory: {} }
          | ^^^^^^
          = note: tasks wait for each other by themselves; the key can go

        error[unknown-key]: `metrics` is not a key of a pipeline
         --> p.yaml:9:1
          |
        9 | metrics: { prometheus: {} }
          | ^^^^^^^
          = note: what is measured is no part of a pipeline; the key can go
        """#),
    WrongPipeline(
      "benthos: processors and mappings",
      #"""
      version: 1
      name: film
      inputs: { title: text }
      stages:
        a:
          label: speak
          mapping: root.text = this.title
        b: { bloblang: "root = this" }
        c: { processors: [{ mapping: root = this }] }
        d: { branch: { request_map: root = this } }
        e: { uses: tts, label: speak, max_in_flight: 4, with: { text: x } }
      """#,
      says: #"""
        error[unknown-key]: `label` is not a key of a stage
         --> p.yaml:6:5
          |
        6 |     label: speak
          |     ^^^^^
          = note: a stage's id is its key under `stages`; the key can go

        error[unknown-key]: `mapping` is not a key of a stage
         --> p.yaml:7:5
          |
        7 |     mapping: root.text = this.title
          |     ^^^^^^^
          = note: values are computed where they are used: `with: { text: "${{ upper(item.title) }}" }`

        error[unknown-key]: `bloblang` is not a key of a stage
         --> p.yaml:8:8
          |
        8 |   b: { bloblang: "root = this" }
          |        ^^^^^^^^
          = note: values are computed where they are used: `with: { text: "${{ upper(item.title) }}" }`

        error[unknown-key]: `processors` is not a key of a stage
         --> p.yaml:9:8
          |
        9 |   c: { processors: [{ mapping: root = this }] }
          |        ^^^^^^^^^^
          = note: a stage is one step; make each of these a stage of its own, connected by `in`

        error[unknown-key]: `branch` is not a key of a stage
          --> p.yaml:10:8
           |
        10 |   d: { branch: { request_map: root = this } }
           |        ^^^^^^
           = note: a stage is one step; make each of these a stage of its own, connected by `in`

        error[unknown-key]: `label` is not a key of a stage
          --> p.yaml:11:19
           |
        11 |   e: { uses: tts, label: speak, max_in_flight: 4, with: { text: x } }
           |                   ^^^^^
           = note: a stage's id is its key under `stages`; the key can go

        error[unknown-key]: `max_in_flight` is not a key of a stage
          --> p.yaml:11:33
           |
        11 |   e: { uses: tts, label: speak, max_in_flight: 4, with: { text: x } }
           |                                 ^^^^^^^^^^^^^ did you mean `limits`?
           = note: by name, across all runs of the host: `limits: { tts: 4 }`
        """#),
    WrongPipeline(
      "benthos: bloblang in expressions",
      #"""
      version: 1
      name: film
      inputs: { title: text, words: list<text> }
      stages:
        a: { uses: tts, if: this.title != null, with: { text: "${{ inputs.title.uppercase() }}" } }
        b: { uses: tts, with: { text: "${{ this.title }} ${{ root.x }}" } }
        c: { uses: tts, with: { text: "${! json(\"title\") }", voice: "${VOICE}" } }
        d: { uses: tts, with: { text: "${TITLE:untitled} and ${HOME}" } }
        e: { uses: tts, with: { text: "${{ inputs.words.map_each(w -> w) }}" } }
        f: { uses: tts, with: { text: "${{ inputs.title | \"none\" }} ${{ deleted() }}" } }
        g: { uses: tts, if: "inputs.title.length() > 3", with: { text: "${{ $x }}" } }
      """#,
      says: #"""
        error[unknown-reference]: there is nothing called `this`
         --> p.yaml:5:23
          |
        5 |   a: { uses: tts, if: this.title != null, with: { text: "${{ inputs.title.uppercase() }}" } }
          |                       ^^^^
          = note: inside `foreach` the item is `item`; what a run is given is `inputs.x`

        error[expression-syntax]: a value has no functions of its own, such as `uppercase`
         --> p.yaml:5:75
          |
        5 |   a: { uses: tts, if: this.title != null, with: { text: "${{ inputs.title.uppercase() }}" } }
          |                                                                           ^^^^^^^^^^ it is called `upper(text)`

        error[unknown-reference]: there is nothing called `this`
         --> p.yaml:6:38
          |
        6 |   b: { uses: tts, with: { text: "${{ this.title }} ${{ root.x }}" } }
          |                                      ^^^^
          = note: inside `foreach` the item is `item`; what a run is given is `inputs.x`

        error[unknown-reference]: there is nothing called `root`
         --> p.yaml:6:56
          |
        6 |   b: { uses: tts, with: { text: "${{ this.title }} ${{ root.x }}" } }
          |                                                        ^^^^
          = note: an expression sets nothing; it is a value and stands where the value is needed

        warning[plain-braces]: nothing is put in place of `${…}`
         --> p.yaml:7:33
          |
        7 |   c: { uses: tts, with: { text: "${! json(\"title\") }", voice: "${VOICE}" } }
          |                                 ^^^^^^^^^^^^^^^^^^^^^^^
          = note: `${! … }` is plain text here; an expression stands in `${{ … }}`

        warning[plain-braces]: nothing is put in place of `${…}`
         --> p.yaml:7:65
          |
        7 |   c: { uses: tts, with: { text: "${! json(\"title\") }", voice: "${VOICE}" } }
          |                                                                 ^^^^^^^^^^
          = note: `${VOICE}` is plain text here: a constant is `${{ vars.x }}`, what changes from run to run `${{ inputs.x }}`, a key `${{ secrets.X }}`

        warning[plain-braces]: nothing is put in place of `${…}`
         --> p.yaml:8:33
          |
        8 |   d: { uses: tts, with: { text: "${TITLE:untitled} and ${HOME}" } }
          |                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = note: `${TITLE}` is plain text here: a constant is `${{ vars.x }}`, what changes from run to run `${{ inputs.x }}`, a key `${{ secrets.X }}`

        error[expression-syntax]: a value has no functions of its own, such as `map_each`
         --> p.yaml:9:51
          |
        9 |   e: { uses: tts, with: { text: "${{ inputs.words.map_each(w -> w) }}" } }
          |                                                   ^^^^^^^^^ a member of a list is the list of that member: `inputs.scenes.title`; one task per item is `foreach`

        error[expression-syntax]: unexpected `|` in an expression
          --> p.yaml:10:51
           |
        10 |   f: { uses: tts, with: { text: "${{ inputs.title | \"none\" }} ${{ deleted() }}" } }
           |                                                   ^ or is `||`; a function is called as `upper(x)`

        error[expression-syntax]: a value has no functions of its own, such as `length`
          --> p.yaml:11:37
           |
        11 |   g: { uses: tts, if: "inputs.title.length() > 3", with: { text: "${{ $x }}" } }
           |                                     ^^^^^^^ it is called `len(value)`

        error[expression-syntax]: unexpected `$` in an expression
          --> p.yaml:11:71
           |
        11 |   g: { uses: tts, if: "inputs.title.length() > 3", with: { text: "${{ $x }}" } }
           |                                                                       ^ `${{ }}` cannot stand inside an expression
        """#),
    WrongPipeline(
      "benthos: environment in places of their own",
      #"""
      version: 1
      name: ${PIPELINE_NAME}
      vars: { voice: "${VOICE:en-us}" }
      inputs: { size: { type: integer, default: "${SIZE}" } }
      stages:
        a: { uses: "${STAGE}", with: { text: "${{ inputs.size }}${{ vars.voice }}" } }
        b: { uses: tts, timeout: "${TIMEOUT}", with: { text: hello } }
      """#,
      says: #"""
        error[invalid-name]: `${PIPELINE_NAME}` cannot be the name of a pipeline
         --> p.yaml:2:7
          |
        2 | name: ${PIPELINE_NAME}
          |       ^^^^^^^^^^^^^^^^ expected letters, digits, `-` and `_`, a letter first
          = note: `${PIPELINE_NAME}` is plain text here: a constant is `${{ vars.x }}`, what changes from run to run `${{ inputs.x }}`, a key `${{ secrets.X }}`

        warning[plain-braces]: nothing is put in place of `${…}`
         --> p.yaml:3:16
          |
        3 | vars: { voice: "${VOICE:en-us}" }
          |                ^^^^^^^^^^^^^^^^
          = note: `${VOICE}` is plain text here: a constant is `${{ vars.x }}`, what changes from run to run `${{ inputs.x }}`, a key `${{ secrets.X }}`

        error[wrong-value]: `default`: expected integer, found `${SIZE}`
         --> p.yaml:4:43
          |
        4 | inputs: { size: { type: integer, default: "${SIZE}" } }
          |                                           ^^^^^^^^^
          = note: `${SIZE}` is plain text here: a constant is `${{ vars.x }}`, what changes from run to run `${{ inputs.x }}`, a key `${{ secrets.X }}`

        error[unknown-stage]: there is no stage `${STAGE}`
         --> p.yaml:6:14
          |
        6 |   a: { uses: "${STAGE}", with: { text: "${{ inputs.size }}${{ vars.voice }}" } }
          |              ^^^^^^^^^^
          = note: `${STAGE}` is plain text here: a constant is `${{ vars.x }}`, what changes from run to run `${{ inputs.x }}`, a key `${{ secrets.X }}`

        error[wrong-value]: `timeout`: expected duration such as 300ms, 4s, 2m30s or 1h, found `${TIMEOUT}`
         --> p.yaml:7:28
          |
        7 |   b: { uses: tts, timeout: "${TIMEOUT}", with: { text: hello } }
          |                            ^^^^^^^^^^^^
          = note: `${TIMEOUT}` is plain text here: a constant is `${{ vars.x }}`, what changes from run to run `${{ inputs.x }}`, a key `${{ secrets.X }}`
        """#),
    WrongPipeline(
      "benthos: input and output of a stage",
      #"""
      version: 1
      name: film
      inputs: { video: video }
      stages:
        a: { uses: burn, input: { video: inputs.video }, output: { video: x.mp4 } }
      """#,
      says: #"""
        error[unknown-key]: `input` is not a key of a stage
         --> p.yaml:5:20
          |
        5 |   a: { uses: burn, input: { video: inputs.video }, output: { video: x.mp4 } }
          |                    ^^^^^ did you mean `in`?

        error[unknown-key]: `output` is not a key of a stage
         --> p.yaml:5:52
          |
        5 |   a: { uses: burn, input: { video: inputs.video }, output: { video: x.mp4 } }
          |                                                    ^^^^^^
          = note: a stage's outputs are fixed by its module; name them where they are used: `id.output`
        """#),
    WrongPipeline(
      "benthos: a component as the key",
      #"""
      version: 1
      name: film
      inputs: { video: video }
      stages:
        a: { burn: { size: 60 } }
        b: { tts: { text: hello }, needs: a }
      """#,
      says: #"""
        error[unknown-key]: `burn` is not a key of a stage
         --> p.yaml:5:8
          |
        5 |   a: { burn: { size: 60 } }
          |        ^^^^
          = note: the module is named by `uses` and its settings stand under `with`: `{ uses: burn, with: { … } }`

        error[unknown-key]: `tts` is not a key of a stage
         --> p.yaml:6:8
          |
        6 |   b: { tts: { text: hello }, needs: a }
          |        ^^^
          = note: the module is named by `uses` and its settings stand under `with`: `{ uses: burn, with: { … } }`
        """#),
  ]
}
