extension KeySet {
  static let pipeline = KeySet(
    owner: "a pipeline",
    names: [
      "version", "name", "description", "inputs", "vars", "secrets", "labels", "defaults", "stages",
      "outputs", "priority", "concurrency", "hooks",
    ],
    synonyms: [
      "id": "name", "title": "name", "params": "inputs", "parameters": "inputs", "args": "inputs",
      "arguments": "inputs", "env": "vars", "variables": "vars", "constants": "vars",
      "steps": "stages", "tasks": "stages", "jobs": "stages", "pipeline": "stages",
      "nodes": "stages", "processors": "stages", "results": "outputs", "tags": "labels",
      "summary": "description", "pluginDefaults": "defaults", "taskDefaults": "defaults",
      "input": "inputs", "output": "outputs", "webhooks": "hooks", "notifications": "hooks",
      "on_success": "hooks", "on_failure": "hooks", "errors": "hooks", "finally": "hooks",
      "afterExecution": "hooks", "listeners": "hooks", "label": "labels",
    ],
    reshaped: [
      "steps", "tasks", "jobs", "pipeline", "nodes", "processors", "pluginDefaults", "taskDefaults",
      "input", "output", "webhooks", "notifications", "on_success", "on_failure", "errors",
      "finally",
      "afterExecution", "listeners", "label",
    ],
    lessons: [
      "jobs": stageLesson, "steps": stageLesson, "tasks": stageLesson, "nodes": stageLesson,
      "pipeline": stageLesson, "processors": stageLesson,
      "pluginDefaults":
        "by the name of the module: `defaults: { uses: { burn: { with: { size: 60 } } } }`",
      "taskDefaults":
        "by the name of the module: `defaults: { uses: { burn: { with: { size: 60 } } } }`",
      "input":
        "`inputs` are what each run is given, by name: `inputs: { film: { type: video } }`; a pipeline reads from no queue or server",
      "output":
        "`outputs` are what each run gives back, by name: `outputs: { film: cut.video }`; a pipeline writes to no queue or server",
      "env":
        "`vars` are constants; what changes from run to run is an input, and a key is a secret",
      "errors": hookLesson, "finally": hookLesson, "afterExecution": hookLesson,
      "listeners": hookLesson, "on_success": hookLesson, "on_failure": hookLesson,
      "notifications": hookLesson, "webhooks": hookLesson,
    ],
    advice: [
      "runs-on": "a pipeline runs on the host that is asked to run it; the key can go",
      "on": "a pipeline has no triggers; a run is started with its inputs",
      "triggers": "a pipeline has no triggers; a run is started with its inputs",
      "schedule": "a pipeline has no triggers; a run is started with its inputs",
      "namespace": "pipelines are known by `name` alone; the key can go",
      "tenantId": "pipelines are known by `name` alone; the key can go",
      "revision": "a run keeps the text that it was started with; the key can go",
      "permissions": "a stage can do only what its module does; the key can go",
      "run-name": "a run is known by its id; `labels` help to find it",
      "retry": "what holds for every stage stands in `defaults`: `defaults: { retry: { max: 3 } }`",
      "timeout": "what holds for every stage stands in `defaults`: `defaults: { timeout: 30m }`",
      "timeout-minutes":
        "what holds for every stage stands in `defaults`: `defaults: { timeout: 30m }`",
      "limits": "a limit belongs to stages, or to all of them: `defaults: { limits: { tts: 4 } }`",
      "cache": "what holds for every stage stands in `defaults`: `defaults: { cache: off }`",
      "disabled":
        "a pipeline that nobody starts does not run; a stage is left out with `if: false`",
      "resources":
        "stages share nothing; results are kept by themselves, and `limits` of a stage bounds how many tasks run at once",
      "cache_resources": "results are kept by themselves; a stage that must not says `cache: off`",
      "rate_limit_resources":
        "`limits` of a stage bounds how many tasks run at once across all runs: `limits: { tts: 4 }`",
      "processor_resources":
        "what stages share stands in `defaults.uses`, or is given by alias: `with: *shared`",
      "input_resources": "files come in as inputs: `inputs: { film: { type: video } }`",
      "output_resources": "files go out as outputs: `outputs: { film: cut.video }`",
      "http": "how the host is reached is no part of a pipeline; the key can go",
      "logger": "what is logged is no part of a pipeline; the key can go",
      "metrics": "what is measured is no part of a pipeline; the key can go",
      "tracer": "what is measured is no part of a pipeline; the key can go",
      "buffer": "tasks wait for each other by themselves; the key can go",
      "extends": "files are laid over each other on the command line: `-f other.yaml`",
      "include": "files are laid over each other on the command line: `-f other.yaml`",
      "imports": "files are laid over each other on the command line: `-f other.yaml`",
    ],
    allowsExtensions: true)

  private static let stageLesson =
    "a map from an id of yours to one step: `stages: { words: { uses: transcribe, in: { audio: inputs.video } } }`"
  private static let hookLesson =
    "who is told when a run ends stands in `hooks: { failed: { webhook: https://… } }`; a stage whose failure the run survives says `on-error: continue`"
  private static let commands =
    "a stage uses a module (`uses: burn`); commands cannot be run from a pipeline"
  private static let oneStep =
    "a stage is one step; make each of these a stage of its own, connected by `in`"
  private static let mapping =
    "values are computed where they are used: `with: { text: \"${{ upper(item.title) }}\" }`"
  private static let runner = "a pipeline runs on the host that is asked to run it; the key can go"

  static let stage = KeySet(
    owner: "a stage",
    names: [
      "uses", "in", "with", "needs", "if", "foreach", "retry", "timeout", "deadline", "stall",
      "cache",
      "on-error", "limits", "isolation", "description",
    ],
    synonyms: [
      "type": "uses", "module": "uses", "plugin": "uses", "action": "uses", "kind": "uses",
      "stage": "uses", "use": "uses", "params": "with", "parameters": "with", "config": "with",
      "options": "with", "settings": "with", "args": "with", "properties": "with", "input": "in",
      "inputs": "in", "from": "in", "depends_on": "needs", "depends-on": "needs",
      "dependsOn": "needs", "dependencies": "needs", "after": "needs", "requires": "needs",
      "when": "if", "condition": "if", "runIf": "if", "for-each": "foreach",
      "for_each": "foreach", "forEach": "foreach", "each": "foreach", "loop": "foreach",
      "items": "foreach", "values": "foreach", "retries": "retry", "attempts": "retry",
      "summary": "description", "on_error": "on-error", "onError": "on-error", "catch": "on-error",
      "max-parallel": "limits", "concurrencyLimit": "limits", "max_in_flight": "limits",
      "heartbeat": "stall",
    ],
    reshaped: [
      "retries", "attempts", "catch", "max-parallel", "concurrencyLimit", "max_in_flight",
    ],
    lessons: [
      "type": "a module is one word, such as `uses: burn`",
      "max-parallel": "by name, across all runs of the host: `limits: { tts: 4 }`",
      "max_in_flight": "by name, across all runs of the host: `limits: { tts: 4 }`",
      "concurrencyLimit": "by name, across all runs of the host: `limits: { tts: 4 }`",
      "retries": "`max` counts the attempts after the first one: `retry: { max: 3 }`",
      "attempts": "`max` counts the attempts after the first one: `retry: { max: 3 }`",
      "timeout-minutes": "a duration has its unit with it",
      "continue-on-error":
        "its outputs are then things that may be missing: `a.video else b.video`",
      "allowFailure": "its outputs are then things that may be missing: `a.video else b.video`",
      "allow_failure": "its outputs are then things that may be missing: `a.video else b.video`",
    ],
    advice: [
      "run": commands, "script": commands, "command": commands, "commands": commands,
      "cmd": commands,
      "shell": commands, "working-directory": commands, "runs-on": runner, "container": runner,
      "services": runner, "taskRunner": runner, "workerGroup": runner,
      "env":
        "a stage sees no environment; its settings stand under `with`, a key is `${{ secrets.NAME }}`",
      "strategy": "one task per item of a list: `foreach: inputs.scenes`, then `item` is the one",
      "matrix": "one task per item of a list: `foreach: inputs.scenes`, then `item` is the one",
      "timeout-minutes": "write `timeout` with a unit, such as `timeout: 30m`",
      "continue-on-error": "write `on-error: continue`",
      "allow_failure": "write `on-error: continue`",
      "allowFailure": "write `on-error: continue`",
      "unless": "write it as a condition: `if: \"!(…)\"`",
      "disabled": "write `if: false`", "enabled": "write it as a condition: `if: …`",
      "id": "a stage's id is its key under `stages`; the key can go",
      "label": "a stage's id is its key under `stages`; the key can go",
      "name": "a stage's id is its key under `stages`; `description` says more",
      "outputs":
        "a stage's outputs are fixed by its module; name them where they are used: `id.output`",
      "output":
        "a stage's outputs are fixed by its module; name them where they are used: `id.output`",
      "steps": oneStep, "tasks": oneStep, "processors": oneStep, "stages": oneStep, "jobs": oneStep,
      "branch": oneStep,
      "switch": "a stage that runs only sometimes says `if: …`; `a else b` takes what ran",
      "mapping": mapping, "bloblang": mapping, "mutation": mapping, "transform": mapping,
      "priority": "priority belongs to the whole run: it stands beside `stages`",
      "concurrency":
        "`concurrency` excludes whole runs and stands beside `stages`; how many tasks run at once is `limits: { tts: 4 }`",
      "secrets":
        "secrets are declared beside `stages`, and used in settings: `${{ secrets.NAME }}`",
      "hooks": "hooks are told of the whole run and stand beside `stages`",
      "errors": "who is told of a failure stands in `hooks` beside `stages`",
    ],
    rewrites: [
      "timeout-minutes": { node in node.wholeNumber.map { "timeout: \($0)m" } },
      "continue-on-error": { node in node.isTrue ? "on-error: continue" : nil },
      "allow_failure": { node in node.isTrue ? "on-error: continue" : nil },
      "allowFailure": { node in node.isTrue ? "on-error: continue" : nil },
      "disabled": { node in node.isTrue ? "if: false" : nil },
      "retries": { node in node.wholeNumber.map { "retry: { max: \($0) }" } },
    ],
    standIns: [
      "uses": [
        "run", "script", "command", "commands", "cmd", "shell", "steps", "tasks", "processors",
        "stages", "jobs", "mapping", "bloblang", "mutation", "branch", "switch",
      ]
    ],
    strangerNote:
      "the module is named by `uses` and its settings stand under `with`: `{ uses: burn, with: { … } }`"
  )

  static let input = KeySet(
    owner: "an input",
    names: ["type", "default", "optional", "min", "max", "description", "values"],
    synonyms: [
      "kind": "type", "options": "values", "choices": "values", "enum": "values",
      "minimum": "min", "maximum": "max", "help": "description", "summary": "description",
      "defaults": "default", "value": "default", "displayName": "description",
    ],
    advice: [
      "required": "every input is required unless it says `optional: true` or has a `default`",
      "id": "an input's name is its key under `inputs`; the key can go",
      "name": "an input's name is its key under `inputs`; `description` says more",
      "secret": "a key is no input: declare it in `secrets` and use it as `${{ secrets.NAME }}`",
    ],
    rewrites: [
      "required": { node in node.scalar?.text == "false" ? "optional: true" : nil }
    ])

  static let defaults = KeySet(
    owner: "`defaults`", names: StageRules.keys + ["uses"],
    synonyms: ["stages": "uses", "modules": "uses", "plugins": "uses"],
    advice: [
      "with":
        "settings are given by module: `defaults: { uses: { burn: { with: { size: 60 } } } }`",
      "run": "commands cannot be run from a pipeline; the key can go",
      "isolation": "each stage says for itself where its tasks run: `isolation: process`",
      "concurrency": "`concurrency` excludes whole runs and stands beside `stages`",
      "priority": "priority belongs to the whole run: it stands beside `stages`",
      "on-error": "whether a run survives a failure is said by each stage: `on-error: continue`",
    ])

  static let defaultsOfStage = KeySet(
    owner: "the defaults of a stage", names: ["with"] + StageRules.keys,
    synonyms: ["options": "with", "settings": "with", "params": "with", "values": "with"])
}
