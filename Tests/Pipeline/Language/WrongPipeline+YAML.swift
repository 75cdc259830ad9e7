/// Wrong YAML, and all that is said about it.
extension WrongPipeline {
  static let yaml = [
    WrongPipeline(
      "template without quotes",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a:
          uses: burn
          in: { video: inputs.video }
          with:
            font: {{ x }}
      """#,
      says: #"""
        error[complex-key]: a key must be text, found a map
         --> p.yaml:9:14
          |
        9 |       font: {{ x }}
          |              ^^^^^ does a template need quotes?
          = note: a template is written in quotes and with a `$`: "${{ … }}"
        """#),
    WrongPipeline(
      "template in flow",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, in: { video: ${{ inputs.video }} } }
      """#,
      says: #"""
        error[yaml-syntax]: a template inside `{ }` or `[ ]`, or at the beginning of a value, needs quotes
         --> p.yaml:5:33
          |
        5 |   a: { uses: burn, in: { video: ${{ inputs.video }} } }
          |                                 ^^^ write "${{ … }}"
        """#),
    WrongPipeline(
      "tabs",
      #"""
      version: 1
      name: p
      stages:
      \#ta: { uses: count }
      """#,
      says: #"""
        error[yaml-syntax]: a tab cannot be used for indentation
         --> p.yaml:4:1
          |
        4 |     a: { uses: count }
          | ^^^^ use spaces
        """#),
    WrongPipeline(
      "colon in text",
      #"""
      version: 1
      name: p
      description: note: this
      stages: { a: { uses: count } }
      """#,
      says: #"""
        error[yaml-syntax]: a `:` here begins a value where none can be
         --> p.yaml:3:18
          |
        3 | description: note: this
          |                  ^ put text with `: ` in quotes
        """#),
    WrongPipeline(
      "open quote",
      #"""
      version: 1
      name: p
      description: 'it
      stages: { a: { uses: count } }
      """#,
      says: #"""
        error[yaml-syntax]: the text in quotes that begins here is never closed
         --> p.yaml:3:14
          |
        3 | description: 'it
          |              ^
        """#),
    WrongPipeline(
      "bad indent",
      #"""
      version: 1
      name: p
      stages:
        a:
          uses: count
         b:
          uses: count
      """#,
      says: #"""
        error[yaml-syntax]: expected a key here
         --> p.yaml:6:4
          |
        6 |    b:
          |    ^ is the indentation the same as above?
          = note: while parsing a block mapping, which begins here (line 4)
        """#),
    WrongPipeline(
      "missing comma",
      #"""
      version: 1
      name: p
      stages:
        a: { uses: count with: { number: 3 } }
      """#,
      says: #"""
        error[yaml-syntax]: expected `,` or `}` here
         --> p.yaml:4:24
          |
        4 |   a: { uses: count with: { number: 3 } }
          |                        ^
        """#),
    WrongPipeline(
      "at sign",
      #"""
      version: 1
      name: p
      description: @me
      stages: { a: { uses: count } }
      """#,
      says: #"""
        error[yaml-syntax]: a text cannot begin with `@` unless it is in quotes
         --> p.yaml:3:14
          |
        3 | description: @me
          |              ^ put it in quotes
        """#),
    WrongPipeline(
      "two documents",
      #"""
      version: 1
      name: p
      stages: { a: { uses: count } }
      ---
      more: 1
      """#,
      says: #"""
        error[multiple-documents]: a file holds one document; a second one begins here
         --> p.yaml:4:1
          |
        4 | ---
          | ^^^
        """#),
    WrongPipeline(
      "tag",
      #"""
      version: 1
      name: p
      stages: { a: { uses: count, with: { number: !!int 3 } } }
      """#,
      says: #"""
        error[unsupported-yaml]: tags such as `!!int` are not used in pipeline files
         --> p.yaml:3:45
          |
        3 | stages: { a: { uses: count, with: { number: !!int 3 } } }
          |                                             ^^^^^^^
          = note: a value has the type that its field declares
        """#),
    WrongPipeline(
      "anchors",
      #"""
      version: 1
      name: p
      x-a: &a { number: 3 }
      x-b: &b { number: 3 }
      stages:
        a: { uses: count, with: *a }
        b: { uses: count, with: *c }
      """#,
      says: #"""
        error[unknown-anchor]: there is no anchor `&c` before this alias
         --> p.yaml:7:27
          |
        7 |   b: { uses: count, with: *c }
          |                           ^^
        """#),
    WrongPipeline(
      "self alias",
      #"""
      version: 1
      name: p
      x-a: &a [ *a ]
      stages: { a: { uses: count } }
      """#,
      says: #"""
        error[unknown-anchor]: the alias `*a` stands inside what it names
         --> p.yaml:3:11
          |
        3 | x-a: &a [ *a ]
          |           ^^
        """#),
    WrongPipeline(
      "control character",
      #"""
      version: 1
      name: p
      description: \#u{1B}[31mred
      stages: { a: { uses: count } }
      """#,
      says: #"""
        error[encoding]: the control character U+001B cannot be in a file
         --> p.yaml:3:14
          |
        3 | description: ␛[31mred
          |              ^
        """#),
  ]
}
