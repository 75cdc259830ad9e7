import Pipeline

extension FilmMetadata {
  /// The same, with what made the film, unless it says so itself.
  func saying(_ provenance: Provenance?, of film: Timeline) throws -> FilmMetadata {
    guard let provenance else { return self }
    let text = ProvenanceText(provenance, filmDigest: try film.filmDigest).text
    var metadata = self
    if metadata.tags[ProvenanceText.tag] == nil { metadata.tags[ProvenanceText.tag] = text }
    if !metadata.sessionData.contains(where: { $0.id == ProvenanceText.sessionDataID }) {
      metadata.sessionData.append(
        MasterPlaylist.SessionData(id: ProvenanceText.sessionDataID, value: text))
    }
    return metadata
  }
}
