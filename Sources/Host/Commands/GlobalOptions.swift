/// Options of every command.
enum GlobalOptions {
  static let pluginFolder = OptionSpec(
    name: "plugin-dir", value: "DIR",
    summary: "a plugin, or a folder of plugins, besides the usual ones; may be repeated")

  static let all = [pluginFolder]
}
