/// The tables. Times are milliseconds since 1970, digests are hexadecimal, composite values are JSON.
enum SQLSchema {
  /// Never changed once released; a new form of the file is a new entry.
  static let migrations = [first, durableRuns, deliveries]

  private static let first =
    """
    CREATE TABLE runs (
      id TEXT PRIMARY KEY, pipeline TEXT NOT NULL, created_at BIGINT NOT NULL,
      definition TEXT NOT NULL, inputs TEXT NOT NULL);
    CREATE TABLE events (
      run TEXT NOT NULL REFERENCES runs (id), seq BIGINT NOT NULL, body TEXT NOT NULL,
      PRIMARY KEY (run, seq)) WITHOUT ROWID;
    CREATE TABLE results (key TEXT PRIMARY KEY, outputs TEXT NOT NULL) WITHOUT ROWID
    """

  /// Runs and their events stay, and so do the files that they gave back. Results are made again once, since
  /// nothing was written down of who made them and when. Runs that never ended count as failed: too little is known
  /// to continue them.
  private static let durableRuns =
    """
    ALTER TABLE runs RENAME TO old_runs;
    ALTER TABLE events RENAME TO old_events;
    DROP TABLE results;
    \(tables);
    \(moveRuns);
    DROP TABLE old_events;
    DROP TABLE old_runs
    """

  /// Messages to those who want to know what happens to runs.
  private static let deliveries =
    """
    CREATE TABLE deliveries (
      id TEXT PRIMARY KEY, run TEXT NOT NULL REFERENCES runs (id), position BIGINT NOT NULL,
      state TEXT NOT NULL, due_at BIGINT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
    CREATE INDEX deliveries_of_run ON deliveries (run, position);
    CREATE INDEX deliveries_due ON deliveries (due_at, id) WHERE state = 'pending'
    """

  private static let tables =
    """
    -- `number` counts accepted runs; `record` is what the run was accepted with, inputs as given.
    CREATE TABLE runs (
      id TEXT PRIMARY KEY, number BIGINT NOT NULL, pipeline TEXT NOT NULL, created_at BIGINT NOT NULL,
      state TEXT NOT NULL, last_seq BIGINT NOT NULL, changed_at BIGINT NOT NULL,
      record TEXT NOT NULL, inputs TEXT, outputs TEXT);
    CREATE UNIQUE INDEX runs_number ON runs (number);
    CREATE INDEX runs_unfinished ON runs (number)
      WHERE state IN ('queued', 'running', 'interrupted');

    CREATE TABLE events (
      run TEXT NOT NULL REFERENCES runs (id), seq BIGINT NOT NULL, body TEXT NOT NULL,
      PRIMARY KEY (run, seq)) WITHOUT ROWID;

    -- `item` is -1 for a task that is not an item. `pipeline` and `run_number` repeat the run's, to find the newest.
    CREATE TABLE tasks (
      run TEXT NOT NULL REFERENCES runs (id), stage TEXT NOT NULL, item BIGINT NOT NULL,
      position BIGINT NOT NULL, pipeline TEXT NOT NULL, run_number BIGINT NOT NULL,
      state TEXT NOT NULL, key TEXT, decision TEXT NOT NULL, has_parts BIGINT NOT NULL, elapsed BIGINT,
      PRIMARY KEY (run, stage, item)) WITHOUT ROWID;
    CREATE UNIQUE INDEX tasks_position ON tasks (run, position);
    CREATE INDEX tasks_newest ON tasks (pipeline, stage, item, run_number) WHERE has_parts = 1;

    CREATE TABLE attempts (
      run TEXT NOT NULL REFERENCES runs (id), stage TEXT NOT NULL, item BIGINT NOT NULL,
      number BIGINT NOT NULL, owner TEXT NOT NULL, state TEXT NOT NULL, started_at BIGINT NOT NULL,
      lease_until BIGINT NOT NULL, ended_at BIGINT, error TEXT,
      PRIMARY KEY (run, stage, item, number)) WITHOUT ROWID;
    CREATE INDEX attempts_running ON attempts (owner) WHERE state = 'running';

    CREATE TABLE results (
      key TEXT PRIMARY KEY, stage TEXT NOT NULL, outputs TEXT NOT NULL, elapsed BIGINT NOT NULL,
      bytes BIGINT NOT NULL, created_at BIGINT NOT NULL, run TEXT NOT NULL,
      used_at BIGINT NOT NULL) WITHOUT ROWID;
    CREATE INDEX results_of_stage ON results (stage, created_at);

    -- `results` are the digests one after the other.
    CREATE TABLE aliases (key TEXT PRIMARY KEY, results TEXT NOT NULL, is_list BIGINT NOT NULL)
      WITHOUT ROWID;

    -- `state` is `live`, or `deleting` from the decision to remove the file until it is gone.
    CREATE TABLE artifacts (
      digest TEXT PRIMARY KEY, bytes BIGINT NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;
    -- Why a file is kept: `kind` is `run-input`, `run-output` or `result`, `holder` the run's id or the result's key.
    CREATE TABLE artifact_refs (
      kind TEXT NOT NULL, holder TEXT NOT NULL, digest TEXT NOT NULL REFERENCES artifacts (digest),
      PRIMARY KEY (kind, holder, digest)) WITHOUT ROWID;
    CREATE INDEX artifact_refs_digest ON artifact_refs (digest)
    """

  private static let moveRuns =
    """
    INSERT INTO runs (id, number, pipeline, created_at, state, last_seq, changed_at, record, outputs)
      SELECT r.id, row_number() OVER (ORDER BY r.created_at, r.id), r.pipeline, r.created_at,
        CASE json_extract(e.body, '$.type')
          WHEN 'run.completed' THEN 'completed' WHEN 'run.cancelled' THEN 'cancelled' ELSE 'failed' END,
        coalesce(e.seq, 0), coalesce(json_extract(e.body, '$.at'), r.created_at),
        json_object('id', r.id, 'pipeline', r.pipeline, 'createdAt', r.created_at,
          'source', json_object('file', json_object('text', r.definition),
            'overlays', json('[]'), 'overrides', json('[]')),
          'inputs', json(r.inputs), 'inputFolder', '/', 'stageVersions', json('{}'),
          'refreshed', json('[]'), 'priority', 0),
        json_extract(e.body, '$.outputs')
      FROM old_runs r LEFT JOIN old_events e
        ON e.run = r.id AND e.seq = (SELECT max(seq) FROM old_events WHERE run = r.id);
    INSERT INTO events (run, seq, body) SELECT run, seq, body FROM old_events;
    INSERT INTO artifacts (digest, bytes, state)
      SELECT json_extract(node.value, '$.digest'), coalesce(max(json_extract(node.value, '$.byteCount')), 0),
        'live'
      FROM runs, json_tree(runs.outputs) node
      WHERE CASE node.type WHEN 'object' THEN json_type(node.value, '$.digest') END = 'text' GROUP BY 1;
    INSERT INTO artifact_refs (kind, holder, digest)
      SELECT DISTINCT 'run-output', runs.id, json_extract(node.value, '$.digest')
      FROM runs, json_tree(runs.outputs) node
      WHERE CASE node.type WHEN 'object' THEN json_type(node.value, '$.digest') END = 'text'
    """
}
