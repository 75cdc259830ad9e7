/// Numbers that are looked up when they are asked for.
enum HostGauges {
  static func families(
    room: DiskRoom, exporter: SpanExporter?, certificate: CertificateWatch?
  ) -> [MetricFamily] {
    var families = [
      family(
        "videocraft_disk_reserved_bytes", .gauge, "Room that is set aside for accepted runs.",
        room.reservedByteCount)
    ]
    if let exporter {
      let counts = exporter.counts
      families += [
        family(
          "videocraft_spans_exported_total", .counter, "Spans that the collector took.",
          counts.exported),
        family(
          "videocraft_spans_dropped_total", .counter,
          "Spans that found no room in the queue or were not taken.", counts.dropped),
        family(
          "videocraft_span_batches_failed_total", .counter, "Batches that were not taken.",
          counts.failedBatches),
        family(
          "videocraft_spans_waiting", .gauge, "Spans that wait to be exported.",
          exporter.waitingCount),
      ]
    }
    if let end = certificate?.expiresAt {
      families.append(
        family(
          "videocraft_certificate_expiry_timestamp_seconds", .gauge,
          "When the certificate ends, in seconds since 1970.", end))
    }
    return families
  }

  private static func family(
    _ name: String, _ kind: MetricFamily.Kind, _ help: String, _ value: Int
  ) -> MetricFamily {
    var family = MetricFamily(name, kind, help)
    family.set(Double(value))
    return family
  }
}
