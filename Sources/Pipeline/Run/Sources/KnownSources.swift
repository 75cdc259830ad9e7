extension RunJournal {
  /// Gives what a run fetched, without fetching anything: to work out afterwards what it did.
  public func sourceFiles(of run: String) async throws -> FileIngest.Fetch {
    var files: [Digest: Digest] = [:]
    for task in try await tasks(of: run) where task.id.stage == RunExecution.sourcesStage {
      let parts = task.decision.parts
      guard let address = parts[RunSources.addressPart], let bytes = parts[FetchedSource.bytesPart]
      else { continue }
      files[address.digest] = bytes.digest
    }
    return { [files] address, _, place in
      guard let digest = files[RunSources.digest(of: address)] else {
        throw unknown(address, place)
      }
      // The size is not written down; what is worked out goes by the digest alone.
      return FileReference(digest: digest, byteCount: 0, name: address.fileName)
    }
  }
}

extension SourceFetching {
  /// Gives what is known, without fetching anything.
  public var knownFiles: FileIngest.Fetch {
    { address, _, place in
      guard let file = await known(address) else { throw unknown(address, place) }
      return file
    }
  }
}

private func unknown(_ address: SourceAddress, _ place: String) -> StageError {
  StageError(
    .invalidInput, "`\(address)` is not known: run the pipeline, which fetches it", field: place)
}
