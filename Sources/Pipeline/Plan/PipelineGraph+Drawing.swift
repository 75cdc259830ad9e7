extension PipelineGraph {
  /// A Mermaid flowchart: inputs, stages, outputs, and what flows between them.
  public func mermaid() -> String {
    let drawing = GraphDrawing(self)
    var lines = ["flowchart LR"]
    for node in drawing.nodes {
      let label = node.lines.map(\.mermaidEscaped).joined(separator: "<br/>")
      lines.append("  \(node.id)\(node.kind.mermaid.0)\"\(label)\"\(node.kind.mermaid.1)")
    }
    for edge in drawing.edges {
      let arrow = edge.isOrder ? "-.->" : "-->"
      let label = edge.label.isEmpty ? "" : "|\"\(edge.label.mermaidEscaped)\"|"
      lines.append("  \(edge.from) \(arrow)\(label) \(edge.to)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The same for Graphviz.
  public func dot() -> String {
    let drawing = GraphDrawing(self)
    var lines = [
      "digraph \"\(name.dotEscaped)\" {", "  rankdir=LR;", "  node [fontname=\"sans-serif\"];",
    ]
    for node in drawing.nodes {
      let label = node.lines.map(\.dotEscaped).joined(separator: "\\n")
      lines.append("  \(node.id) [label=\"\(label)\", shape=\(node.kind.dot)];")
    }
    for edge in drawing.edges {
      let style = edge.isOrder ? ", style=dashed" : ""
      lines.append("  \(edge.from) -> \(edge.to) [label=\"\(edge.label.dotEscaped)\"\(style)];")
    }
    return (lines + ["}"]).joined(separator: "\n") + "\n"
  }
}

/// A graph as boxes and arrows.
private struct GraphDrawing {
  struct Node {
    enum Kind { case input, stage, output }

    var id: String
    var kind: Kind
    var lines: [String]
  }

  struct Edge: Hashable {
    var from: String
    var to: String
    var label: String
    var isOrder = false
  }

  private(set) var nodes: [Node] = []
  private(set) var edges: [Edge] = []

  init(_ graph: PipelineGraph) {
    let inputIDs = Self.ids(graph.inputs.map(\.name), "i")
    let stageIDs = Self.ids(graph.stages.map(\.id), "s")
    for (index, input) in graph.inputs.enumerated() {
      nodes.append(Node(id: "i\(index)", kind: .input, lines: [input.name, "\(input.type)"]))
    }
    for (index, stage) in graph.stages.enumerated() {
      let module = stage.spec.info.name + (stage.isForeach ? " for each" : "")
      nodes.append(Node(id: "s\(index)", kind: .stage, lines: [stage.id, module]))
      for link in stage.links {
        add(from: link.source, to: "s\(index)", port: link.port, inputIDs, stageIDs)
      }
    }
    for (index, output) in graph.outputs.enumerated() {
      nodes.append(Node(id: "o\(index)", kind: .output, lines: [output.name, "\(output.type)"]))
      for reference in output.references {
        let link = StageLink(reference, port: nil)
        add(from: link.source, to: "o\(index)", port: nil, inputIDs, stageIDs)
      }
    }
  }

  private static func ids(_ names: [String], _ prefix: String) -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: names.enumerated().map { ($0.element, "\(prefix)\($0.offset)") })
  }

  private mutating func add(
    from source: StageLink.Source, to target: String, port: String?, _ inputIDs: [String: String],
    _ stageIDs: [String: String]
  ) {
    let edge: Edge? =
      switch source {
      case .input(let name): inputIDs[name].map { Edge(from: $0, to: target, label: port ?? "") }
      case .output(let stage, let name):
        stageIDs[stage].map {
          let label = port.map { $0 == name ? name : "\(name) → \($0)" } ?? name
          return Edge(from: $0, to: target, label: label)
        }
      case .order(let stage):
        stageIDs[stage].map { Edge(from: $0, to: target, label: "", isOrder: true) }
      }
    if let edge, !edges.contains(edge) { edges.append(edge) }
  }
}

extension GraphDrawing.Node.Kind {
  var mermaid: (String, String) {
    switch self {
    case .input: ("([", "])")
    case .stage: ("[", "]")
    case .output: ("[/", "/]")
    }
  }

  var dot: String {
    switch self {
    case .input: "ellipse"
    case .stage: "box"
    case .output: "parallelogram"
    }
  }
}

extension String {
  /// Mermaid reads `#…;` as an entity.
  fileprivate var mermaidEscaped: String {
    reduce(into: "") { text, character in
      switch character {
      case "\"", "#", "<", ">", "|", "`":
        text += "#\(character.unicodeScalars.first?.value ?? 32);"
      default: text.append(character)
      }
    }
  }

  fileprivate var dotEscaped: String {
    reduce(into: "") { text, character in
      if character == "\"" || character == "\\" { text += "\\" }
      text.append(character)
    }
  }
}
