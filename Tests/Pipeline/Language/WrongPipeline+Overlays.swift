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
        """#,
      ],
      says: #"""
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
        """#,
      ],
      says: #"""
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
        """#,
      ],
      says: #"""
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
        """#,
      ],
      says: #"""
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
        """#,
      ],
      says: #"""
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
        """#,
      ],
      says: #"""
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
        """#,
      ],
      overrides: [#"stages.b.with.nubmer=4"#, #"stages.c.with.number=4"#],
      says: #"""
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
        """#,
      ],
      says: #"""
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
        """#,
      ],
      says: #"""
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
        """#,
      ],
      says: #"""
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
        """#,
      ],
      says: #"""
        """#),
  ]
}
