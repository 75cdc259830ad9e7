/// What each code of a diagnostic stands for, in general.
public struct DiagnosticGuide: Sendable, Hashable {
  public let code: String
  /// What kind of problem it is, in one sentence.
  public let summary: String
  /// What to do about it.
  public let help: String
  /// How it is usually reported.
  public let severity: Diagnostic.Severity

  fileprivate init(
    _ code: String, _ summary: String, _ help: String, severity: Diagnostic.Severity = .error
  ) {
    self.code = code
    self.summary = summary
    self.help = help
    self.severity = severity
  }

  /// Nil for a code that no diagnostic has.
  public static subscript(code: String) -> DiagnosticGuide? { byCode[code] }

  /// In the order of their codes.
  public static var all: [DiagnosticGuide] { guides.sorted { $0.code < $1.code } }

  private static let byCode = Dictionary(guides.map { ($0.code, $0) }) { first, _ in first }

  private static let guides = text + structure + references + values + secrets + doubts
}

extension DiagnosticGuide {
  private static let text = [
    DiagnosticGuide(
      "encoding", "The file is not UTF-8 text.",
      "Save the file as UTF-8, without control characters."),
    DiagnosticGuide(
      "yaml-syntax", "The file is not YAML.",
      "Look at the place and the one before it: indentation, quotes around text with `: `, `#` or `{{`, brackets that are not closed."
    ),
    DiagnosticGuide(
      "unsupported-yaml", "A part of YAML that pipeline files do without.",
      "Leave tags and directives out: a value has the type that its field declares."),
    DiagnosticGuide("empty-file", "There is nothing in the file.", "Begin with `version: 1`."),
    DiagnosticGuide(
      "multiple-documents", "The file holds more than one YAML document.",
      "Make one file of each; `---` may stand only at the beginning."),
    DiagnosticGuide(
      "complex-key", "A key that is no text.",
      "Put templates in quotes, or YAML takes their braces for a map: \"${{ inputs.x }}\"."),
    DiagnosticGuide(
      "duplicate-key", "The same key twice.", "Keep one of them: nothing says which would count."),
    DiagnosticGuide(
      "unknown-anchor", "An alias of something that has no anchor before it.",
      "Put `&name` at the value that is meant, in the same file and before the alias."),
    DiagnosticGuide(
      "too-large", "The file is larger than pipelines may be.",
      "Give large data as an input, not in the pipeline."),
    DiagnosticGuide(
      "too-deep", "Lists and maps inside each other, deeper than is read.", "Make it flatter."),
    DiagnosticGuide(
      "too-many-nodes", "More values than are read, aliases counted as what they name.",
      "Give large data as an input, not in the pipeline."),
    DiagnosticGuide(
      "too-many", "More entries than are allowed.",
      "Use `foreach` for many tasks of one kind, or make several pipelines."),
    DiagnosticGuide(
      "too-many-problems", "There are more problems than are shown.", "Mend these first.",
      severity: .warning),
  ]

  private static let structure = [
    DiagnosticGuide(
      "missing-key", "A key that must be there is not.", "Add it as the message shows."),
    DiagnosticGuide(
      "unknown-key", "A key that the language does not have here.",
      "Take the key that is suggested; keys of your own begin with `x-` and stand at the top."),
    DiagnosticGuide(
      "unused-key", "A key that has no effect where it stands.", "Take it away.", severity: .warning
    ),
    DiagnosticGuide(
      "invalid-name", "A name that expressions could not read.",
      "Use letters, digits, `-` and `_`, a letter first."),
    DiagnosticGuide(
      "missing-value", "A key without a value.", "Write a value, or leave the key out."),
    DiagnosticGuide(
      "not-constant", "A template where only a constant can stand.",
      "Write the value out, or put the expression where the value is used."),
    DiagnosticGuide(
      "unsupported", "Something that this host does not offer.",
      "Do without it, as the message says."),
    DiagnosticGuide(
      "invalid-path", "A path of `--set` that cannot be read.",
      "Write keys with dots between them, such as `stages.captions.with.size`."),
    DiagnosticGuide(
      "unknown-path", "A change of something that is not there.",
      "Look at the name; `--set` adds no stages and inputs, and an overlay only whole ones."),
  ]

  private static let references = [
    DiagnosticGuide(
      "unknown-stage", "A module that this host does not have.",
      "`videocraft stages` lists the modules that there are."),
    DiagnosticGuide(
      "unknown-port", "An input or output that the module does not have.",
      "`videocraft docs STAGE` shows inputs, outputs and settings."),
    DiagnosticGuide(
      "unknown-field", "A setting that the module does not have.",
      "`videocraft docs STAGE` shows its settings."),
    DiagnosticGuide(
      "unknown-reference", "An expression that names something that is not there.",
      "Expressions see inputs, vars, secrets, run, the outputs of stages, and in `foreach` item and index."
    ),
    DiagnosticGuide(
      "unknown-type", "A type that the language does not have.",
      "Types are text, integer, number, boolean, duration, size, colour, enum, json, file, image, audio, media, video, list<…> and map<…>."
    ),
    DiagnosticGuide(
      "missing-port", "An input of the module that must be connected is not.",
      "Connect it under `in`: `in: { video: cut.video }`."),
    DiagnosticGuide(
      "missing-field", "A setting without which the module cannot work.", "Set it under `with`."),
    DiagnosticGuide(
      "cycle", "Stages that wait for each other.",
      "Take one of the connections away; the notes show each of them with its line."),
    DiagnosticGuide(
      "unknown-input", "A run was given an input that the pipeline does not have.",
      "Take the name that is suggested."),
    DiagnosticGuide(
      "missing-input", "A run was not given an input that it needs.",
      "Give it with `-i NAME=VALUE` or in the input file."),
    DiagnosticGuide("duplicate-input", "A run was given the same input twice.", "Give it once."),
  ]

  private static let values = [
    DiagnosticGuide(
      "wrong-value", "A value that its field cannot have.",
      "Write a value as the message describes it."),
    DiagnosticGuide(
      "out-of-range", "A value outside the bounds of its field.", "Stay within the bounds."),
    DiagnosticGuide(
      "type-mismatch", "A value of one type where another is needed.",
      "Look at what the field takes and what the expression gives."),
    DiagnosticGuide(
      "invalid-settings", "Settings that are each right do not go together.",
      "Change one of them, as the message says."),
    DiagnosticGuide(
      "expression-syntax", "An expression that cannot be read.",
      "Operators are == != < <= > >= && || ! + - * / % and else; functions stand in front: upper(x)."
    ),
    DiagnosticGuide(
      "evaluation", "An expression that has no value in this run.",
      "Look at what it was given in this run."),
    DiagnosticGuide(
      "may-be-missing", "Something that must have a value is made of what can be missing.",
      "Say what holds then: `inputs.x else 'default'`."),
  ]

  private static let secrets = [
    DiagnosticGuide(
      "unknown-secret", "A secret that the pipeline does not declare.",
      "Declare it at the top: `secrets: [NAME]`."),
    DiagnosticGuide(
      "secret-leak", "A secret where it would be logged, kept or given back.",
      "A secret goes, whole, into a setting that is declared secret, or signs the messages of a hook."
    ),
    DiagnosticGuide(
      "secret-in-text", "Something else than the name of a secret where a secret belongs.",
      "Write `${{ secrets.NAME }}` and give the text to the host: VIDEOCRAFT_SECRET_NAME or --secrets-file."
    ),
    DiagnosticGuide(
      "unused-secret", "A secret that nothing uses.", "Take it out of `secrets`.",
      severity: .warning),
  ]

  private static let doubts = [
    DiagnosticGuide(
      "unused-input", "An input that nothing uses.", "Use it or take it away.", severity: .warning),
    DiagnosticGuide(
      "unused-stage", "A stage whose outputs nothing uses.",
      "Connect it, name it in `outputs`, or let what must wait for it say `needs`.",
      severity: .warning),
    DiagnosticGuide(
      "unused-default", "Defaults of a module that no stage uses.", "Take them away.",
      severity: .warning),
    DiagnosticGuide(
      "unused-anchor", "An anchor that no alias names.", "Take it away.", severity: .warning),
    DiagnosticGuide(
      "plain-braces", "Text that looks like a template of another system.",
      "A template is written `${{ … }}`.", severity: .warning),
    DiagnosticGuide(
      "contradiction", "Rules that are each right but say nothing together.",
      "Change one of them; the note shows the other.", severity: .warning),
  ]
}
