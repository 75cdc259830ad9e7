extension Diagnostic {
  /// A secret where it would be logged, kept or given back.
  /// - Parameter fields: where it could go instead.
  static func secretLeak(
    _ message: String, at range: SourceRange?, fields: String? = nil
  ) -> Diagnostic {
    Diagnostic("secret-leak", message, at: range)
      .noting(
        "a secret goes, whole, into \(fields ?? "a setting that is declared secret or `secret` of a hook"); "
          + "anything else can be logged and is kept with the results")
  }

  /// A text, or something computed, where only the name of a secret can stand. The text is not repeated.
  static func literalSecret(_ name: String?, at range: SourceRange) -> Diagnostic {
    let owner = name.map { "`\($0)`" } ?? "this"
    return Diagnostic(
      "secret-in-text", "\(owner) takes a secret, and a key must not stand in a file", at: range,
      hint: "write the name of a secret: `${{ secrets.… }}`"
    ).noting("its text is given to the host, which is asked for it when the stage runs")
  }
}
