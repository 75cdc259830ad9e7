/// Wrong overlays, and all that is said about it.
extension WrongPipeline {
  static let merging = [
    WrongPipeline(
      "overlay with an unknown key",
      #"""
      version: 1
      name: film
      stages: { a: { uses: count, with: { number: 3 } } }
      """#,
      overlays: [
        #"""
        stages: { a: { wiht: { number: 4 } } }
        verison: 1
        """#
      ],
      says: #"""
        error[unknown-key]: `wiht` is not a key of a stage
         --> o1.yaml:1:16
          |
        1 | stages: { a: { wiht: { number: 4 } } }
          |                ^^^^ did you mean `with`?

        error[unknown-key]: `verison` is not a key of a pipeline
         --> o1.yaml:2:1
          |
        2 | verison: 1
          | ^^^^^^^ did you mean `version`?
        """#),
    WrongPipeline(
      "overlay of a stage that is not there",
      #"""
      version: 1
      name: film
      inputs: { n: integer }
      stages:
        captions: { uses: count, with: { number: "${{ inputs.n }}" } }
      """#,
      overlays: [
        #"""
        stages: { captoins: { with: { number: 4 } }, other: { with: { number: 1 } } }
        inputs: { m: { default: 4 } }
        """#
      ],
      says: #"""
        error[unknown-path]: there is no `captoins` in `stages` to change
         --> o1.yaml:1:11
          |
        1 | stages: { captoins: { with: { number: 4 } }, other: { with: { number: 1 } } }
          |           ^^^^^^^^ did you mean `captions`?

        error[unknown-path]: there is no `other` in `stages` to change
         --> o1.yaml:1:46
          |
        1 | stages: { captoins: { with: { number: 4 } }, other: { with: { number: 1 } } }
          |                                              ^^^^^
          = note: there are `captions`; a new one of an overlay has `uses`

        error[unknown-path]: there is no `m` in `inputs` to change
         --> o1.yaml:2:11
          |
        2 | inputs: { m: { default: 4 } }
          |           ^
          = note: there are `n`; a new one of an overlay has `type`
        """#),
    WrongPipeline(
      "overlay with a wrong value",
      #"""
      version: 1
      name: film
      stages: { a: { uses: count, with: { number: 3 } } }
      """#,
      overlays: [
        #"""
        # fine
        stages: { a: { with: { number: 40 } } }
        """#,
        #"""
        stages: { a: { with: { flag: maybe } } }
        """#,
      ],
      says: #"""
        error[out-of-range]: `number`: expected 0 to 10, found `40`
         --> o1.yaml:2:32
          |
        2 | stages: { a: { with: { number: 40 } } }
          |                                ^^

        error[wrong-value]: `flag`: expected boolean, found `maybe`
         --> o2.yaml:1:30
          |
        1 | stages: { a: { with: { flag: maybe } } }
          |                              ^^^^^
        """#),
    WrongPipeline(
      "overlay that makes the file wrong",
      #"""
      version: 1
      name: film
      stages: { a: { uses: count, with: { number: 3 } } }
      """#,
      overlays: [
        #"""
        stages: { a: { uses: tts } }
        """#
      ],
      says: #"""
        error[missing-field]: `tts` needs `text`
         --> p.yaml:3:29
          |
        3 | stages: { a: { uses: count, with: { number: 3 } } }
          |                             ^^^^
          = note: `text`: What is said. (text)

        error[unknown-field]: `number` is not a setting of `tts`
         --> p.yaml:3:37
          |
        3 | stages: { a: { uses: count, with: { number: 3 } } }
          |                                     ^^^^^^
          = note: known are `text`, `voice`, `speed`, `api-key`
        """#),
    WrongPipeline(
      "overlay that removes what is needed",
      #"""
      version: 1
      name: film
      stages: { a: { uses: count }, b: { uses: tts, with: { text: "${{ a.number }}" } } }
      """#,
      overlays: [
        #"""
        stages: { a: ~, b: { with: { speed: ~ } } }
        name: null
        """#
      ],
      says: #"""
        error[missing-key]: a pipeline needs `name`
         --> p.yaml:1:1
          |
        1 | version: 1
          | ^ write `name: my-pipeline`

        error[unknown-reference]: there is nothing called `a`
         --> p.yaml:3:66
          |
        3 | stages: { a: { uses: count }, b: { uses: tts, with: { text: "${{ a.number }}" } } }
          |                                                                  ^
          = note: known here are `inputs`, `vars`, `secrets`, `item`, `index`, `run`, `b`; a text is written in quotes: 'a'

        warning[unused-key]: there is no `speed` here to remove
         --> o1.yaml:1:30
          |
        1 | stages: { a: ~, b: { with: { speed: ~ } } }
          |                              ^^^^^ in an overlay `~` removes what the files before it have
        """#),
    WrongPipeline(
      "overlay that is no map",
      #"""
      version: 1
      name: film
      stages: { a: { uses: count } }
      """#,
      overlays: [
        #"""
        - stages
        """#
      ],
      says: #"""
        error[type-mismatch]: an overlay is a map like a pipeline file, found a list
         --> o1.yaml:1:1
          |
        1 | - stages
          | ^^^^^^^^
        """#),
    WrongPipeline(
      "overlay that is no YAML",
      #"""
      version: 1
      name: film
      stages: { a: { uses: count } }
      """#,
      overlays: [
        #"""
        stages: { a: { uses: [count } }
        """#
      ],
      says: #"""
        error[yaml-syntax]: expected `,` or `]` here
         --> o1.yaml:1:29
          |
        1 | stages: { a: { uses: [count } }
          |                             ^
        """#),
    WrongPipeline(
      "overlay and override",
      #"""
      version: 1
      name: film
      stages: { a: { uses: count, with: { number: 3 } } }
      """#,
      overlays: [
        #"""
        stages: { b: { uses: count } }
        """#
      ],
      overrides: [#"stages.b.with.nubmer=4"#, #"stages.c.with.number=4"#],
      says: #"""
        error[unknown-field]: `nubmer` is not a setting of `count`
         --> --set:1:15
          |
        1 | stages.b.with.nubmer=4
          |               ^^^^^^ did you mean `number`? (integer, 0 to 10; default 0)

        error[unknown-path]: there is no `c` in `stages`
         --> --set:2:8
          |
        2 | stages.c.with.number=4
          |        ^
          = note: there are `a`, `b`
        """#),
    WrongPipeline(
      "a limit and its contradiction in two files",
      #"""
      version: 1
      name: film
      stages: { a: { uses: count, timeout: 10m, limits: { x: 2 } } }
      """#,
      overlays: [
        #"""
        stages: { a: { deadline: 1m }, b: { uses: count, limits: { x: 3 } } }
        """#
      ],
      says: #"""
        warning[contradiction]: `deadline` of 1m ends the stage before an attempt can reach its `timeout` of 10m
         --> o1.yaml:1:26
          |
        1 | stages: { a: { deadline: 1m }, b: { uses: count, limits: { x: 3 } } }
          |                          ^^
          = note: `timeout` bounds one attempt, `deadline` all of them with the waits between
          = note: the other one is here (p.yaml:3)

        warning[contradiction]: the limit `x` is 3 here and 2 elsewhere
         --> o1.yaml:1:60
          |
        1 | stages: { a: { deadline: 1m }, b: { uses: count, limits: { x: 3 } } }
          |                                                            ^
          = note: it counts the tasks of all stages that name it; the lower number holds
          = note: the other one is here (p.yaml:3)
        """#),
    WrongPipeline(
      "overlay of a short input",
      #"""
      version: 1
      name: film
      inputs: { title: text }
      stages: { a: { uses: tts, with: { text: "${{ inputs.title }}" } } }
      """#,
      overlays: [
        #"""
        inputs: { title: { default: 3, optionl: true } }
        """#
      ],
      says: #"""
        error[unknown-key]: `optionl` is not a key of an input
         --> o1.yaml:1:32
          |
        1 | inputs: { title: { default: 3, optionl: true } }
          |                                ^^^^^^^ did you mean `optional`?
        """#),
    WrongPipeline(
      "overlay of another version",
      #"""
      version: 1
      name: film
      stages: { a: { uses: count } }
      """#,
      overlays: [
        #"""
        version: 2
        """#
      ],
      says: #"""
        error[wrong-value]: this host reads version 1 of the language, found `2`
         --> o1.yaml:1:10
          |
        1 | version: 2
          |          ^ did you mean `1`?
        """#),
    WrongPipeline(
      "aliases end with their file",
      #"""
      version: 1
      name: film
      x-a: &small { number: 1 }
      stages: { a: { uses: count, with: *small } }
      """#,
      overlays: [
        #"""
        stages: { b: { uses: count, with: *small } }
        """#
      ],
      says: #"""
        error[unknown-anchor]: there is no anchor `&small` before this alias
         --> o1.yaml:1:35
          |
        1 | stages: { b: { uses: count, with: *small } }
          |                                   ^^^^^^
        """#),
  ]
}
