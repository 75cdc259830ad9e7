/// A wrong structure, and all that is said about it.
extension WrongPipeline {
  static let structure = [
    WrongPipeline(
      "a list",
      #"""
      - version: 1
      """#,
      says: #"""
        error[type-mismatch]: a pipeline file is a map, found a list
         --> p.yaml:1:1
          |
        1 | - version: 1
          | ^^^^^^^^^^^^
          = note: its keys are `version`, `name`, `description`, `inputs`, `vars`, `secrets`, `labels`, `defaults`, `stages`, `outputs`, `priority`, `concurrency`, `hooks`
        """#),
    WrongPipeline(
      "empty",
      #"""
      # nothing
      """#,
      says: #"""
        error[empty-file]: there is nothing in this file
         --> p.yaml:1:10
          |
        1 | # nothing
          |          ^
        """#),
    WrongPipeline(
      "missing top",
      #"""
      description: nothing
      """#,
      says: #"""
        error[missing-key]: a pipeline needs `version`
         --> p.yaml:1:1
          |
        1 | description: nothing
          | ^ write `version: 1`

        error[missing-key]: a pipeline needs `name`
         --> p.yaml:1:1
          |
        1 | description: nothing
          | ^ write `name: my-pipeline`

        error[missing-key]: a pipeline needs `stages`
         --> p.yaml:1:1
          |
        1 | description: nothing
          | ^
        """#),
    WrongPipeline(
      "wrong version",
      #"""
      version: 2
      name: my pipe
      stages: { a: { uses: count } }
      """#,
      says: #"""
        error[wrong-value]: this host reads version 1 of the language, found `2`
         --> p.yaml:1:10
          |
        1 | version: 2
          |          ^ did you mean `1`?

        error[invalid-name]: `my pipe` cannot be the name of a pipeline
         --> p.yaml:2:7
          |
        2 | name: my pipe
          |       ^^^^^^^ did you mean `my-pipe`?
        """#),
    WrongPipeline(
      "github words",
      #"""
      name: p
      on: push
      jobs:
        build:
          runs-on: ubuntu
          steps: [{ run: make }]
      """#,
      says: #"""
        error[missing-key]: a pipeline needs `version`
         --> p.yaml:1:1
          |
        1 | name: p
          | ^ write `version: 1`

        error[unknown-key]: `on` is not a key of a pipeline
         --> p.yaml:2:1
          |
        2 | on: push
          | ^^
          = note: a pipeline has no triggers; a run is started with its inputs

        error[unknown-key]: `jobs` is not a key of a pipeline
         --> p.yaml:3:1
          |
        3 | jobs:
          | ^^^^ did you mean `stages`?
          = note: a map from an id of yours to one step: `stages: { words: { uses: transcribe, in: { audio: inputs.video } } }`
        """#),
    WrongPipeline(
      "stage words",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a:
          type: burn
          depends_on: [x]
          params: { size: 3 }
        b:
          run: ffmpeg -i x
      """#,
      says: #"""
        error[unknown-key]: `type` is not a key of a stage
         --> p.yaml:6:5
          |
        6 |     type: burn
          |     ^^^^ did you mean `uses`?
          = note: a module is one word, such as `uses: burn`

        error[unknown-key]: `depends_on` is not a key of a stage
         --> p.yaml:7:5
          |
        7 |     depends_on: [x]
          |     ^^^^^^^^^^ did you mean `needs`?

        error[unknown-key]: `params` is not a key of a stage
         --> p.yaml:8:5
          |
        8 |     params: { size: 3 }
          |     ^^^^^^ did you mean `with`?

        error[unknown-key]: `run` is not a key of a stage
          --> p.yaml:10:5
           |
        10 |     run: ffmpeg -i x
           |     ^^^
           = note: a stage uses a module (`uses: burn`); commands cannot be run from a pipeline
        """#),
    WrongPipeline(
      "list of stages",
      #"""
      version: 1
      name: p
      stages:
        - uses: burn
      """#,
      says: #"""
        error[type-mismatch]: `stages` is a map from id to stage, found a list
         --> p.yaml:3:1
          |
        3 | stages:
          | ^^^^^^
          = note: write `stages: { my-id: { uses: burn, … } }`; order does not matter
        """#),
    WrongPipeline(
      "scalar stage",
      #"""
      version: 1
      name: p
      stages: { a: burn }
      """#,
      says: #"""
        error[type-mismatch]: stage `a` is a map, found `burn`
         --> p.yaml:3:14
          |
        3 | stages: { a: burn }
          |              ^^^^
          = note: its keys are `uses`, `in`, `with`, `needs`, `if`, `foreach`, `retry`, `timeout`, `deadline`, `stall`, `cache`, `on-error`, `limits`, `isolation`, `description`
        """#),
    WrongPipeline(
      "scalar in",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, in: inputs.video }
      """#,
      says: #"""
        error[type-mismatch]: `in` is a map from port to expression, found `inputs.video`
         --> p.yaml:5:24
          |
        5 |   a: { uses: burn, in: inputs.video }
          |                        ^^^^^^^^^^^^ such as `in: { video: inputs.video }`
        """#),
    WrongPipeline(
      "reserved id",
      #"""
      version: 1
      name: p
      stages:
        inputs: { uses: count }
        1st: { uses: count }
      """#,
      says: #"""
        error[invalid-name]: `inputs` has a meaning in expressions and cannot be the id of a stage
         --> p.yaml:4:3
          |
        4 |   inputs: { uses: count }
          |   ^^^^^^

        error[invalid-name]: `1st` cannot be the name of a stage
         --> p.yaml:5:3
          |
        5 |   1st: { uses: count }
          |   ^^^ expected letters, digits, `-` and `_`, a letter first
        """#),
    WrongPipeline(
      "duplicate key",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, in: { video: inputs.video } }
        a: { uses: burn, in: { video: inputs.video } }
      """#,
      says: #"""
        error[duplicate-key]: the key `a` is here twice
         --> p.yaml:6:3
          |
        6 |   a: { uses: burn, in: { video: inputs.video } }
          |   ^
          = note: the first one is here (line 5)
        """#),
    WrongPipeline(
      "merge key",
      #"""
      version: 1
      name: p
      x-a: &a { number: 3 }
      stages:
        a:
          <<: *a
          uses: count
      """#,
      says: #"""
        error[unknown-key]: `<<` is not a key of a stage
         --> p.yaml:6:5
          |
        6 |     <<: *a
          |     ^^
          = note: merge keys are not used here; give the whole value by alias: `key: *anchor`
        """#),
    WrongPipeline(
      "retry",
      #"""
      version: 1
      name: p
      stages:
        a: { uses: count, retry: 3 }
        b: { uses: count, retry: { max: 100, backof: constant, only: [transient, timout] } }
        c: { uses: count, timeout: 5 }
        d: { uses: count, on-error: ignore }
      """#,
      says: #"""
        error[type-mismatch]: `retry` is a map, found `3`
         --> p.yaml:4:28
          |
        4 |   a: { uses: count, retry: 3 }
          |                            ^ such as `retry: { max: 3 }`

        error[out-of-range]: `max`: expected 0 to 20, found `100`
         --> p.yaml:5:35
          |
        5 |   b: { uses: count, retry: { max: 100, backof: constant, only: [transient, timout] } }
          |                                   ^^^

        error[unknown-field]: `backof` is not a setting of `retry`
         --> p.yaml:5:40
          |
        5 |   b: { uses: count, retry: { max: 100, backof: constant, only: [transient, timout] } }
          |                                        ^^^^^^ did you mean `backoff`? (constant | exponential)

        error[wrong-value]: `only[1]`: `timout` is not one of `transient`, `rate-limited`, `invalid-input`, `configuration`, `lost`, `timeout`, `cancelled`, `internal`
         --> p.yaml:5:76
          |
        5 |   b: { uses: count, retry: { max: 100, backof: constant, only: [transient, timout] } }
          |                                                                            ^^^^^^ did you mean `timeout`?

        error[wrong-value]: `timeout`: expected duration such as 300ms, 4s, 2m30s or 1h, found `5`
         --> p.yaml:6:30
          |
        6 |   c: { uses: count, timeout: 5 }
          |                              ^ did you mean `5s`?

        error[wrong-value]: `on-error`: `ignore` is not one of `fail`, `continue`
         --> p.yaml:7:31
          |
        7 |   d: { uses: count, on-error: ignore }
          |                               ^^^^^^
        """#),
    WrongPipeline(
      "defaults",
      #"""
      version: 1
      name: p
      defaults:
        uses:
          count: { with: { nubmer: 3 } }
          ttss: { with: {} }
          tts: { with: { speed: 9 } }
      stages: { a: { uses: count }, b: { uses: count } }
      """#,
      says: #"""
        error[unknown-field]: `nubmer` is not a setting of `count`
         --> p.yaml:5:22
          |
        5 |     count: { with: { nubmer: 3 } }
          |                      ^^^^^^ did you mean `number`? (integer, 0 to 10; default 0)

        error[unknown-stage]: there is no stage `ttss`
         --> p.yaml:6:5
          |
        6 |     ttss: { with: {} }
          |     ^^^^ did you mean `tts`? (Speaks a text.)

        warning[unused-default]: no stage uses `tts`
         --> p.yaml:7:5
          |
        7 |     tts: { with: { speed: 9 } }
          |     ^^^

        error[out-of-range]: `speed`: expected 0.5 to 2, found `9`
         --> p.yaml:7:27
          |
        7 |     tts: { with: { speed: 9 } }
          |                           ^
        """#),
    WrongPipeline(
      "outputs",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, in: { video: inputs.video } }
      outputs:
        film: a.vide
        b d: a.video
        c: { value: a.video }
        d:
      """#,
      says: #"""
        error[unknown-port]: stage `a` has no output `vide`
         --> p.yaml:7:11
          |
        7 |   film: a.vide
          |           ^^^^ did you mean `video`? (video)

        error[invalid-name]: `b d` cannot be the name of an output
         --> p.yaml:8:3
          |
        8 |   b d: a.video
          |   ^^^ expected letters, digits, `-` and `_`, a letter first

        error[type-mismatch]: `c` takes an expression, found a map
         --> p.yaml:9:6
          |
        9 |   c: { value: a.video }
          |      ^^^^^^^^^^^^^^^^^^ expected an expression such as `inputs.video`

        error[missing-value]: `d` has no value
          --> p.yaml:10:5
           |
        10 |   d:
           |     ^ expected an expression such as `inputs.video`
        """#),
    WrongPipeline(
      "required words",
      #"""
      version: 1
      name: p
      inputs:
        a: { type: text, requierd: false, defualt: x }
      stages: { x: { uses: count, with: { text: "${{ inputs.a }}" } } }
      """#,
      says: #"""
        error[unknown-key]: `requierd` is not a key of an input
         --> p.yaml:4:20
          |
        4 |   a: { type: text, requierd: false, defualt: x }
          |                    ^^^^^^^^
          = note: every input is required unless it says `optional: true` or has a `default`

        error[unknown-key]: `defualt` is not a key of an input
         --> p.yaml:4:37
          |
        4 |   a: { type: text, requierd: false, defualt: x }
          |                                     ^^^^^^^ did you mean `default`?
        """#),
    WrongPipeline(
      "wrong types of inputs",
      #"""
      version: 1
      name: p
      inputs:
        a: string
        b: { type: int }
        c: { type: enum }
        d: { type: transcript }
        e: text?
        f: { default: 3 }
        g: { type: list<txt> }
        h: { type: video, min: 1 }
        i: { type: integer, min: 5, max: 2 }
        j: { type: integer, min: 5, default: 2 }
        k: { type: text, required: true }
      stages:
        x: { uses: count, with: { text: "${{ inputs.a }}${{ inputs.b }}${{ inputs.c }}${{ inputs.d }}${{ inputs.e }}${{ inputs.f }}${{ inputs.g }}${{ inputs.i }}${{ inputs.j }}${{ inputs.k }}" } }
      """#,
      says: #"""
        error[unknown-type]: `string` is not a type
         --> p.yaml:4:6
          |
        4 |   a: string
          |      ^^^^^^ did you mean `text`?

        error[unknown-type]: `int` is not a type
         --> p.yaml:5:14
          |
        5 |   b: { type: int }
          |              ^^^ did you mean `integer`?

        error[unknown-type]: `enum` needs `values`, the list of its names
         --> p.yaml:6:14
          |
        6 |   c: { type: enum }
          |              ^^^^

        error[unknown-type]: a `transcript` is made by a stage and cannot be given from outside
         --> p.yaml:7:14
          |
        7 |   d: { type: transcript }
          |              ^^^^^^^^^^

        error[unknown-type]: `text?` is not a type; what may be missing says `optional: true`
         --> p.yaml:8:6
          |
        8 |   e: text?
          |      ^^^^^ did you mean `text`?

        error[missing-key]: input `f` needs `type`
         --> p.yaml:9:3
          |
        9 |   f: { default: 3 }
          |   ^ such as text, video or list<json>

        error[unknown-type]: `txt` is not a type
          --> p.yaml:10:14
           |
        10 |   g: { type: list<txt> }
           |              ^^^^^^^^^ did you mean `list<text>`?

        error[type-mismatch]: video has no `min` and `max`
          --> p.yaml:11:21
           |
        11 |   h: { type: video, min: 1 }
           |                     ^^^

        error[wrong-value]: `min` is greater than `max`
          --> p.yaml:12:28
           |
        12 |   i: { type: integer, min: 5, max: 2 }
           |                            ^

        error[out-of-range]: `default`: expected at least 5, found `2`
          --> p.yaml:13:40
           |
        13 |   j: { type: integer, min: 5, default: 2 }
           |                                        ^

        error[unknown-key]: `required` is not a key of an input
          --> p.yaml:14:20
           |
        14 |   k: { type: text, required: true }
           |                    ^^^^^^^^
           = note: every input is required unless it says `optional: true` or has a `default`
        """#),
    WrongPipeline(
      "computed constants",
      #"""
      version: 1
      name: p
      vars: { a: "${{ inputs.x }}" }
      inputs: { x: { type: text, default: "${{ run.id }}" } }
      stages: { a: { uses: count, with: { text: "${{ vars.a }}${{ inputs.x }}" } } }
      """#,
      says: #"""
        error[not-constant]: `a`: `vars` are constants
         --> p.yaml:3:12
          |
        3 | vars: { a: "${{ inputs.x }}" }
          |            ^^^^^^^^^^^^^^^^^ write the expression where it is used

        error[not-constant]: the default of an input is a constant
         --> p.yaml:4:37
          |
        4 | inputs: { x: { type: text, default: "${{ run.id }}" } }
          |                                     ^^^^^^^^^^^^^^^ write the expression where it is used
        """#),
  ]
}
