import Pipeline

extension Schemas {
  /// By the names that `reference` takes.
  static let components: [String: JSON] = [
    "Error": error, "Diagnostic": diagnostic, "SourceRange": sourceRange,
    "SourcePosition": sourcePosition, "Value": value, "TaskCounts": taskCounts,
    "RunOverview": runOverview, "RunAccepted": runAccepted, "Run": run, "RunList": runList,
    "RunStage": runStage, "Attempt": attempt, "Failure": failure, "Event": event,
    "LogEntry": logEntry, "TaskReport": taskReport, "Decision": decision, "Plan": plan,
    "Lint": lint, "Pipeline": pipeline, "Field": describedField, "Stage": stage,
    "Upload": upload, "FileReference": fileReference, "Health": health,
  ].merging(VideocraftRequest.schemas) { $1 }

  private static let moment = integer("Milliseconds since 1970.")
  private static let milliseconds = integer("Milliseconds.")
  private static let seq = integer("From 1, without gaps.")

  private static let error = object(
    [
      "error": text("What happened, to which thing, and what to do."),
      "code": choice(APIError.Code.allCases.map(\.rawValue), "What programs go by."),
      "details": text("More about it."), "request_id": text("Also in the field X-Request-ID."),
      "timestamp": text("RFC 3339.", ["format": "date-time"]), "help_url": text("A page about it."),
      "diagnostics": list(reference("Diagnostic"), "What is wrong with a pipeline or a request."),
    ], required: ["error", "code", "request_id", "timestamp"])

  private static let diagnostic = object(
    [
      "severity": choice(["error", "warning"], "Only errors keep a pipeline from running."),
      "code": text("Stable, such as unknown-field."), "message": text("What is wrong."),
      "range": reference("SourceRange"), "hint": text("What was probably meant."),
      "notes": list(
        object(
          ["message": text("More about it."), "range": reference("SourceRange")],
          required: ["message"])),
      "expected": text("What would be right there."),
      "suggestion": text("The word that was meant."),
      "fix": object(
        ["range": reference("SourceRange"), "replacement": text("What to put there.")],
        required: ["range", "replacement"]),
      "path": text("Where in a JSON request, such as inputs.scenes[2].image."),
    ], required: ["severity", "code", "message", "notes"])

  private static let sourcePosition = object(
    [
      "line": integer("From 1."), "column": integer("From 1, in Unicode scalars."),
      "offset": integer("In bytes."),
    ], required: ["line", "column", "offset"])

  private static let sourceRange = object(
    [
      "file": text("Which text."), "start": reference("SourcePosition"),
      "end": reference("SourcePosition"),
    ], required: ["start", "end"])

  private static let value: JSON = [
    "description":
      "Plain JSON; files and other things are an object with one member that begins with a dollar, such as $file."
  ]

  private static let fileReference = object(
    [
      "digest": text("SHA-256.", ["pattern": "^[0-9a-f]{64}$"]), "byteCount": integer("Bytes."),
      "mediaType": text("Such as video/mp4."), "name": text("What it is called."),
    ], required: ["digest", "byteCount", "mediaType", "name"])

  private static let taskCounts = object(
    Dictionary(
      uniqueKeysWithValues: [
        "total", "done", "cached", "skipped", "running", "lost", "failed", "dropped",
      ].map { ($0, integer("Tasks.")) }),
    required: ["total", "done"])

  private static let state = choice(RunState.allCases.map(\.rawValue), "Of the run.")

  private static let overviewMembers: [String: JSON] = [
    "run": text("The run's id."), "pipeline": text("The pipeline's name."), "state": state,
    "createdAt": moment, "changedAt": moment, "elapsed": milliseconds,
    "tasks": reference("TaskCounts"), "priority": integer("-100 to 100; higher goes first."),
    "retryOf": text("The run that this one repeats."),
  ]
  private static let overviewRequired = [
    "run", "pipeline", "state", "createdAt", "changedAt", "tasks", "priority",
  ]

  private static let runOverview = object(overviewMembers, required: overviewRequired)

  private static let links = map(text("A path of this host."), "What belongs to the run.")

  private static let runAccepted = object(
    overviewMembers.merging(["links": links]) { $1 }, required: overviewRequired + ["links"])

  private static let run = object(
    overviewMembers.merging([
      "links": links, "lastSeq": integer("Of the newest event; 0 without one."),
      "progress": number("0 to 1, weighted over the stages; never falls."),
      "inputs": map(reference("Value")), "outputs": map(reference("Value")),
      "until": text("The stage that it ends with."),
      "refreshed": list(text("Stages that run although their results are known.")),
      "stages": list(reference("RunStage")), "attempts": list(reference("Attempt")),
      "warnings": list(["type": "object"]), "hooks": list(["type": "object"]),
      "error": reference("Failure"),
    ]) { $1 },
    required: overviewRequired + [
      "links", "lastSeq", "progress", "inputs", "outputs", "stages", "attempts", "warnings",
      "hooks",
    ])

  private static let runList = object(
    [
      "runs": list(reference("RunOverview"), "Newest first."),
      "next": text("Give it as cursor to get those that follow; absent at the end."),
    ], required: ["runs"])

  private static let runStage = object(
    [
      "stage": text("Its id."), "state": text("completed, failed, skipped, blocked, running, …"),
      "tasks": reference("TaskCounts"), "elapsed": milliseconds,
      "progress": number("0 to 1; never falls within an attempt."), "error": reference("Failure"),
      "because": text("Why it was skipped."),
    ], required: ["stage", "state", "tasks"])

  private static let attempt = object(
    [
      "stage": text("Its id."), "item": integer("From 0."), "attempt": integer("From 1."),
      "state": text("running, completed, failed, cancelled or lost."), "startedAt": moment,
      "endedAt": moment, "error": reference("Failure"),
    ], required: ["stage", "attempt", "state", "startedAt"])

  private static let failure = object(
    [
      "errorClass": text("transient, invalid-input, configuration, …"),
      "message": text("What happened."),
      "cause": text("What a library or a process said."), "field": text("The setting at fault."),
    ], required: ["errorClass", "message"])

  private static let event = object(
    [
      "run": text("The run's id."), "seq": seq, "at": moment,
      "type": choice(RunEvent.Kind.allCases.map(\.rawValue), "What happened."),
      "stage": text("Its id."), "item": integer("From 0."), "attempt": integer("From 1."),
      "phase": text("What the stage is at."), "done": number("In units."),
      "total": number("In units."),
      "unit": text("frames, bytes, …"), "fraction": number("Of the stage, 0 to 1."),
      "runFraction": number("Of the run, 0 to 1."), "speed": number("Units per second."),
      "eta": number("Seconds."), "message": text("In words."),
    ], required: ["run", "seq", "at", "type"])

  private static let logEntry = object(
    [
      "seq": seq, "at": moment, "level": choice(["info", "warning", "error"], "How bad it is."),
      "item": integer("From 0."), "attempt": integer("From 1."), "message": text("What was said."),
    ], required: ["seq", "at", "level", "message"])

  private static let decision = object(
    [
      "outcome": choice(["cached", "run", "skip", "blocked"], "What is done."),
      "reason": text("known, never-made, changed, …"), "text": text("The same for people."),
    ], required: ["outcome", "reason", "text"])

  private static let taskReport = object(
    [
      "stage": text("Its id."), "item": integer("From 0."), "state": text("Of the task."),
      "decision": reference("Decision"), "madeFrom": map(text("Short.")),
    ], required: ["stage", "state", "decision", "madeFrom"])

  private static let plan = object(
    [
      "pipeline": text("Its name."),
      "stages": list(
        object(
          [
            "stage": text("Its id."), "uses": text("The module."), "taskCount": integer("Tasks."),
            "tasks": list(["type": "object"]), "error": reference("Failure"),
          ], required: ["stage", "uses", "tasks"])),
      "totals": map(["type": "integer"]),
      "sources": list(
        object(
          [
            "address": text("Of what is fetched."), "place": text("Where it is named first."),
            "isFetched": flag("Whether nothing is known of it yet."),
            "byteCount": integer("Bytes."),
          ], required: ["address", "place", "isFetched"])),
    ], required: ["pipeline", "stages", "totals"])

  private static let lint = object(
    [
      "isValid": flag("Whether a run could begin."), "pipeline": text("Its name."),
      "diagnostics": list(reference("Diagnostic")),
    ], required: ["isValid", "diagnostics"])

  private static let describedField = object(
    [
      "name": text("As it is written."), "type": text("Such as list<text>."),
      "description": text("What it is."), "isRequired": flag("Whether it must be given."),
      "default": reference("Value"), "minimum": number("The least."),
      "maximum": number("The most."),
      "unit": text("Such as pixels."),
    ], required: ["name", "type", "description", "isRequired"])

  private static let pipeline = object(
    [
      "name": text("Its name; absent for a file that never was right."),
      "file": text("Where it stands."), "description": text("What it is for."),
      "isStale": flag("The file is broken; what is told is of its last good version."),
      "inputs": list(reference("Field")),
      "stages": list(
        object(
          [
            "id": text("Its id."), "uses": text("The module."),
            "needs": list(text("Stages that come before.")), "isForeach": flag("A task per item."),
          ], required: ["id", "uses", "needs", "isForeach"])),
      "outputs": list(
        object(["name": text("Its name."), "type": text("Its type.")], required: ["name", "type"])),
      "labels": map(text("A word to find it by.")), "secrets": list(text("Names.")),
      "graph": text("A Mermaid flowchart."), "diagnostics": list(reference("Diagnostic")),
    ], required: ["file", "isStale", "diagnostics"])

  private static let stage = object(
    [
      "name": text("What stands after uses."), "version": text("Of the module."),
      "description": text("What it does."), "settings": list(reference("Field")),
      "inputs": list(reference("Field")), "outputs": list(reference("Field")),
      "example": text("YAML."),
    ], required: ["name", "version", "description", "settings", "inputs", "outputs"])

  private static let upload = object(
    [
      "upload": text(
        "Give this where an input wants a file.", ["pattern": "^upload:[0-9a-f]{32}$"]),
      "file": reference("FileReference"), "at": moment,
    ], required: ["upload", "file", "at"])

  private static let health = object(
    [
      "status": choice(["healthy", "degraded", "draining"], "Of the host."),
      "version": text("Of VideoCraft."), "uptime": integer("Seconds."),
      "checks": list(["type": "object"]), "runs": map(["type": "integer"]),
      "disk": map(["type": "integer"]),
    ], required: ["status", "version"])
}
