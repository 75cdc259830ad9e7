/// Options that say what to run, of commands that run or plan something.
enum RequestOptions {
  static let all = [
    OptionSpec(
      name: "input", short: "i", value: "NAME=VALUE", summary: "gives an input; may be repeated"),
    OptionSpec(
      name: "input-file", value: "FILE",
      summary: "a YAML file with inputs; its paths are relative to it"),
    PipelineOptions.overlay,
    OptionSpec(
      name: "set", value: "PATH=VALUE",
      summary: "changes the pipeline, such as stages.captions.with.size=60"),
    OptionSpec(name: "until", value: "STAGE", summary: "runs only this stage and what it needs"),
    OptionSpec(
      name: "from", value: "STAGE",
      summary: "runs this stage and what follows it again although their results are known"),
    OptionSpec(name: "refresh", summary: "runs every stage again, as --cache refresh"),
    OptionSpec(
      name: "cache", value: "MODE",
      summary: "off: neither uses nor keeps results; refresh: makes all of them again",
      choices: ["auto", "off", "refresh"]),
    OptionSpec(
      name: "preview", value: "LENGTH@START",
      summary: "makes just that stretch of every film, as 5s@0:30, 5s or @0:30"),
    OptionSpec(
      name: "scale", value: "SIZE",
      summary: "makes films small, to look at: 360p (the shorter side), 640x360 or 50%"),
    OptionSpec(
      name: "priority", value: "N", summary: "-100 to 100; a higher one goes first (0)"),
  ]
}
