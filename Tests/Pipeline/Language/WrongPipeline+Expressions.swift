/// Wrong expressions, and all that is said about it.
extension WrongPipeline {
  static let expressions = [
    WrongPipeline(
      "unclosed template",
      #"""
      version: 1
      name: p
      inputs: { text: text }
      stages:
        a:
          uses: tts
          with:
            text: say ${{ inputs.text now
      """#,
      says: #"""
        error[expression-syntax]: unexpected `now` in an expression
         --> p.yaml:8:33
          |
        8 |       text: say ${{ inputs.text now
          |                                 ^^^ expected an operator before this
        """#),
    WrongPipeline(
      "unclosed template 2",
      #"""
      version: 1
      name: p
      inputs: { text: text }
      stages:
        a:
          uses: tts
          with:
            text: say ${{ inputs.text
      """#,
      says: #"""
        error[expression-syntax]: `${{` is not closed
         --> p.yaml:8:17
          |
        8 |       text: say ${{ inputs.text
          |                 ^^^ expected `}}` at its end
        """#),
    WrongPipeline(
      "two expressions",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, in: { video: "${{ inputs.video }} ${{ inputs.video }}" } }
      """#,
      says: #"""
        error[expression-syntax]: only one expression can stand here
         --> p.yaml:5:53
          |
        5 |   a: { uses: burn, in: { video: "${{ inputs.video }} ${{ inputs.video }}" } }
          |                                                     ^^^^^^^^^^^^^^^^^^^^ nothing was expected after `}}`
        """#),
    WrongPipeline(
      "nested template",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, if: "true && ${{ false }}", in: { video: inputs.video } }
      """#,
      says: #"""
        error[expression-syntax]: unexpected `$` in an expression
         --> p.yaml:5:33
          |
        5 |   a: { uses: burn, if: "true && ${{ false }}", in: { video: inputs.video } }
          |                                 ^ `${{ }}` cannot stand inside an expression
        """#),
    WrongPipeline(
      "expression and",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, if: inputs.video != null and true, in: { video: inputs.video } }
      """#,
      says: #"""
        error[expression-syntax]: unexpected `and` in an expression
         --> p.yaml:5:45
          |
        5 |   a: { uses: burn, if: inputs.video != null and true, in: { video: inputs.video } }
          |                                             ^^^ and is `&&`
        """#),
    WrongPipeline(
      "expression assign",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, if: "inputs.video = null", in: { video: inputs.video } }
      """#,
      says: #"""
        error[expression-syntax]: unexpected `=` in an expression
         --> p.yaml:5:38
          |
        5 |   a: { uses: burn, if: "inputs.video = null", in: { video: inputs.video } }
          |                                      ^ equality is `==`
        """#),
    WrongPipeline(
      "expression function",
      #"""
      version: 1
      name: p
      inputs: { text: text }
      stages:
        a: { uses: tts, with: { text: '${{ uper(inputs.text) }}' } }
      """#,
      says: #"""
        error[expression-syntax]: there is no function `uper`
         --> p.yaml:5:38
          |
        5 |   a: { uses: tts, with: { text: '${{ uper(inputs.text) }}' } }
          |                                      ^^^^ did you mean `upper`?
        """#),
    WrongPipeline(
      "expression types",
      #"""
      version: 1
      name: p
      inputs: { n: integer, t: text, v: video }
      stages:
        a:
          uses: count
          with:
            number: ${{ inputs.t }}
            text: ${{ inputs.n }} and ${{ inputs.v }}
            flag: ${{ inputs.n > 'x' }}
            amount: ${{ inputs.n + inputs.v }}
            length: ${{ inputs.n * 2 }}
      """#,
      says: #"""
        error[type-mismatch]: `number` takes integer, found text
         --> p.yaml:8:19
          |
        8 |       number: ${{ inputs.t }}
          |                   ^^^^^^^^

        error[type-mismatch]: video cannot be part of a text
         --> p.yaml:9:37
          |
        9 |       text: ${{ inputs.n }} and ${{ inputs.v }}
          |                                     ^^^^^^^^

        error[type-mismatch]: `>` cannot compare integer with text
          --> p.yaml:10:17
           |
        10 |       flag: ${{ inputs.n > 'x' }}
           |                 ^^^^^^^^^^^^^^

        error[type-mismatch]: `+` cannot be used with integer and video
          --> p.yaml:11:19
           |
        11 |       amount: ${{ inputs.n + inputs.v }}
           |                   ^^^^^^^^^^^^^^^^^^^

        error[type-mismatch]: `length` takes duration, found integer
          --> p.yaml:12:19
           |
        12 |       length: ${{ inputs.n * 2 }}
           |                   ^^^^^^^^^^^^
        """#),
    WrongPipeline(
      "function arguments",
      #"""
      version: 1
      name: p
      stages: { a: { uses: count, with: { text: "${{ join() }}", number: "${{ len(3) }}", flag: "${{ contains(split('a b', ' '), true) }}" } } }
      """#,
      says: #"""
        error[type-mismatch]: `join` is called as `join(list, separator)`
         --> p.yaml:3:48
          |
        3 | stages: { a: { uses: count, with: { text: "${{ join() }}", number: "${{ len(3) }}", flag: "${{ contains(split('a b', ' '), true) }}" } } }
          |                                                ^^^^^^

        error[type-mismatch]: `len` needs a text, list or map, found integer
         --> p.yaml:3:77
          |
        3 | stages: { a: { uses: count, with: { text: "${{ join() }}", number: "${{ len(3) }}", flag: "${{ contains(split('a b', ' '), true) }}" } } }
          |                                                                             ^
        """#),
    WrongPipeline(
      "index of text",
      #"""
      version: 1
      name: p
      inputs: { t: text }
      stages: { a: { uses: count, with: { text: "${{ inputs.t[0] }}", number: "${{ inputs.t.length }}" } } }
      """#,
      says: #"""
        error[type-mismatch]: only a list has items, found text
         --> p.yaml:4:48
          |
        4 | stages: { a: { uses: count, with: { text: "${{ inputs.t[0] }}", number: "${{ inputs.t.length }}" } } }
          |                                                ^^^^^^^^

        error[type-mismatch]: text has no members
         --> p.yaml:4:87
          |
        4 | stages: { a: { uses: count, with: { text: "${{ inputs.t[0] }}", number: "${{ inputs.t.length }}" } } }
          |                                                                                       ^^^^^^
        """#),
    WrongPipeline(
      "ternary",
      #"""
      version: 1
      name: p
      inputs: { a: boolean }
      stages: { a: { uses: count, with: { number: "${{ inputs.a ? 1 : 2 }}" } } }
      """#,
      says: #"""
        error[expression-syntax]: unexpected `?` in an expression
         --> p.yaml:4:59
          |
        4 | stages: { a: { uses: count, with: { number: "${{ inputs.a ? 1 : 2 }}" } } }
          |                                                           ^ there is no `?:`; `a else b` takes the first that exists
        """#),
    WrongPipeline(
      "text not closed",
      #"""
      version: 1
      name: p
      stages: { a: { uses: count, if: "'a == 'b'" } }
      """#,
      says: #"""
        error[expression-syntax]: unexpected `b` in an expression
         --> p.yaml:3:41
          |
        3 | stages: { a: { uses: count, if: "'a == 'b'" } }
          |                                         ^ expected an operator before this
        """#),
    WrongPipeline(
      "number literal",
      #"""
      version: 1
      name: p
      stages: { a: { uses: count, with: { length: "${{ 4s }}" } } }
      """#,
      says: #"""
        error[expression-syntax]: `4s` is not a number
         --> p.yaml:3:50
          |
        3 | stages: { a: { uses: count, with: { length: "${{ 4s }}" } } }
          |                                                  ^^ durations, sizes and names are written as text: '4s'
        """#),
    WrongPipeline(
      "compare choice",
      #"""
      version: 1
      name: p
      inputs: { mode: { type: enum, values: [fast, good] } }
      stages: { a: { uses: count, if: "inputs.mode == 'fats'" } }
      """#,
      says: #"""
        error[wrong-value]: `fats` is not one of `fast`, `good`
         --> p.yaml:4:49
          |
        4 | stages: { a: { uses: count, if: "inputs.mode == 'fats'" } }
          |                                                 ^^^^^^ did you mean `'fast'`?
        """#),
    WrongPipeline(
      "wrong literal in expression",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, in: { video: inputs.video }, with: { style: "${{ 'karoake' }}" } }
      """#,
      says: #"""
        error[wrong-value]: `karoake` is not one of `progressive`, `classic`, `karaoke`
         --> p.yaml:5:69
          |
        5 |   a: { uses: burn, in: { video: inputs.video }, with: { style: "${{ 'karoake' }}" } }
          |                                                                     ^^^^^^^^^ did you mean `'karaoke'`?
        """#),
    WrongPipeline(
      "subtract names",
      #"""
      version: 1
      name: p
      inputs: { a: integer, b: integer }
      stages: { a: { uses: count, with: { number: "${{ inputs.a-inputs.b }}" } } }
      """#,
      says: #"""
        error[unknown-reference]: there is no input `a-inputs`
         --> p.yaml:4:57
          |
        4 | stages: { a: { uses: count, with: { number: "${{ inputs.a-inputs.b }}" } } }
          |                                                         ^^^^^^^^
          = note: a name can contain `-`; to subtract, write spaces around it
        """#),
    WrongPipeline(
      "env",
      #"""
      version: 1
      name: p
      stages: { a: { uses: count, with: { text: "${{ env.HOME }} ${{ secrets.KEY }} ${{ steps.x.outputs.y }}" } } }
      """#,
      says: #"""
        error[unknown-reference]: there is nothing called `env`
         --> p.yaml:3:48
          |
        3 | stages: { a: { uses: count, with: { text: "${{ env.HOME }} ${{ secrets.KEY }} ${{ steps.x.outputs.y }}" } } }
          |                                                ^^^
          = note: an expression sees no environment: a constant is `vars.x`, what changes from run to run `inputs.x`, a key `secrets.X`

        error[unknown-secret]: this pipeline declares no secret `KEY`
         --> p.yaml:3:72
          |
        3 | stages: { a: { uses: count, with: { text: "${{ env.HOME }} ${{ secrets.KEY }} ${{ steps.x.outputs.y }}" } } }
          |                                                                        ^^^ declare it: `secrets: [KEY]`

        error[unknown-reference]: `steps.x.outputs.y` is not how an output is named here
         --> p.yaml:3:83
          |
        3 | stages: { a: { uses: count, with: { text: "${{ env.HOME }} ${{ secrets.KEY }} ${{ steps.x.outputs.y }}" } } }
          |                                                                                   ^^^^^^^^^^^^^^^^^
          = note: an output is named by its stage's id alone: `id.output`
          = note: there is no stage `x`
        """#),
    WrongPipeline(
      "deep expression",
      #"""
      version: 1
      name: p
      stages: { a: { uses: count, with: { number: "${{ ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1)))))))))))))))))))))))))))))))))))))))))))))))))))))))))))) }}" } } }
      """#,
      says: #"""
        error[expression-syntax]: the expression is nested too deep (more than 50 levels)
         --> p.yaml:3:101
          |
        3 | stages: { a: { uses: count, with: { number: "${{ ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))…
          |                                                                                                     ^
        """#),
  ]
}
