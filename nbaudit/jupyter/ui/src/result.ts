/* Made from docs/result.schema.json by npm run types; CI compares. */

/**
 * What nbaudit says about one notebook. Cells count from 0, markdown cells included; lines from 1 in the cell; columns from 0, the end exclusive.
 */
export interface NbauditResult {
  schema: "1.0";
  /**
   * The version of nbaudit.
   */
  version: string;
  notebook: {
    /**
     * The notebook as the user named it.
     */
    name: string;
    language: string;
    kernel: string;
    /**
     * Cells of all kinds.
     */
    cells: number;
  };
  verdicts: {
    "DI-M": Verdict;
    "DI-I": Verdict;
    "DI-W": Verdict;
    "DC-I": Verdict;
    "DC-W": Verdict;
    "OU-M": Verdict;
    "OU-I": Verdict;
    "OU-W": Verdict;
    "FS-M": Verdict;
    "FS-I": Verdict;
    "FS-W": Verdict;
    "MV-M": Verdict;
    "MV-I": Verdict;
    "MV-W": Verdict;
    "RB-M": Verdict;
    "RB-W": Verdict;
    "IC-M": Verdict;
    "IC-I": Verdict;
    "IC-W": Verdict;
    "SC-M": Verdict;
    "SC-I": Verdict;
    "SC-W": Verdict;
    "AL-M": Verdict;
    "AL-I": Verdict;
    "SP-M": Verdict;
    "SP-W": Verdict;
    "HT-M": Verdict;
    "HT-I": Verdict;
    "HT-W": Verdict;
    "EM-I": Verdict;
  };
  /**
   * Sorted by cell, line, issue and check.
   */
  findings: Finding[];
  /**
   * The findings by what one repair mends, the gravest first; each finding is in exactly one.
   */
  causes: {
    title: string;
    /**
     * What mends all of them; empty where no single thing does.
     */
    repair: string;
    /**
     * Whether they have one cause; else they merely are of one issue.
     */
    shared: boolean;
    /**
     * The estimate of the time to repay them, set by hand.
     */
    minutes: number;
    /**
     * Positions in `findings`, the gravest first.
     */
    findings: number[];
  }[];
  /**
   * Findings that the author has switched off.
   */
  suppressed: {
    issue:
      | "DI-M"
      | "DI-I"
      | "DI-W"
      | "DC-I"
      | "DC-W"
      | "OU-M"
      | "OU-I"
      | "OU-W"
      | "FS-M"
      | "FS-I"
      | "FS-W"
      | "MV-M"
      | "MV-I"
      | "MV-W"
      | "RB-M"
      | "RB-W"
      | "IC-M"
      | "IC-I"
      | "IC-W"
      | "SC-M"
      | "SC-I"
      | "SC-W"
      | "AL-M"
      | "AL-I"
      | "SP-M"
      | "SP-W"
      | "HT-M"
      | "HT-I"
      | "HT-W"
      | "EM-I";
    /**
     * The slug of the check.
     */
    check: string;
    relevance: "high" | "low";
    cell: number;
    line: number;
    column: number;
    /**
     * 0 where only the line is known.
     */
    end_line: number;
    end_column: number;
    message: string;
    /**
     * Code that the author could use; may be empty.
     */
    instead: string;
    confidence: number;
    basis: "code" | "saved output" | "run";
    /**
     * Names of the data's columns concerned.
     */
    columns: string[];
    /**
     * Shared by findings of one cause; may be empty.
     */
    root: string;
    /**
     * The trail, in order.
     *
     * @minItems 1
     */
    evidence: [Step, ...Step[]];
    /**
     * The reason that the author gave.
     */
    reason: string;
    /**
     * The comment or tag that suppresses.
     */
    by: {
      cell: number;
      line: number;
      column: number;
      /**
       * 0 where only the line is known.
       */
      end_line: number;
      end_column: number;
    };
  }[];
  unused_suppressions: Note[];
  cells: Cell[];
  /**
   * Matches of the project's own rules, which are none of the 30 issues.
   */
  house_rules: {
    /**
     * The rule's id.
     */
    rule: string;
    severity: "error" | "warning" | "info" | "hint";
    cell: number;
    line: number;
    column: number;
    /**
     * 0 where only the line is known.
     */
    end_line: number;
    end_column: number;
    message: string;
    /**
     * What the rule advises; may be empty.
     */
    note: string;
    /**
     * The author's reason where a comment switches the match off.
     */
    ignored: string | null;
  }[];
  /**
   * Checks that crashed; their verdicts are incomplete.
   */
  failures: {
    check: string;
    error: string;
  }[];
  notes: Note[];
  stats: {
    [k: string]: number;
  };
  /**
   * Calls that no table knows, commonest first.
   */
  unknown_calls: {
    call: string;
    count: number;
  }[];
  /**
   * The dataflow graph folded to a picture; every edge points to a node with a larger id.
   */
  dataflow: {
    nodes: Node[];
    edges: Edge[];
  };
  /**
   * What a run of the notebook told; null where there was none.
   */
  run: null | Run;
}
export interface Verdict {
  state: "present" | "absent" | "n/a" | "undecided";
  confidence: number;
  /**
   * One sentence.
   */
  reason: string;
  basis: "code" | "saved output" | "run";
  relevance: "high" | "low";
}
export interface Finding {
  issue:
    | "DI-M"
    | "DI-I"
    | "DI-W"
    | "DC-I"
    | "DC-W"
    | "OU-M"
    | "OU-I"
    | "OU-W"
    | "FS-M"
    | "FS-I"
    | "FS-W"
    | "MV-M"
    | "MV-I"
    | "MV-W"
    | "RB-M"
    | "RB-W"
    | "IC-M"
    | "IC-I"
    | "IC-W"
    | "SC-M"
    | "SC-I"
    | "SC-W"
    | "AL-M"
    | "AL-I"
    | "SP-M"
    | "SP-W"
    | "HT-M"
    | "HT-I"
    | "HT-W"
    | "EM-I";
  /**
   * The slug of the check.
   */
  check: string;
  relevance: "high" | "low";
  cell: number;
  line: number;
  column: number;
  /**
   * 0 where only the line is known.
   */
  end_line: number;
  end_column: number;
  message: string;
  /**
   * Code that the author could use; may be empty.
   */
  instead: string;
  confidence: number;
  basis: "code" | "saved output" | "run";
  /**
   * Names of the data's columns concerned.
   */
  columns: string[];
  /**
   * Shared by findings of one cause; may be empty.
   */
  root: string;
  /**
   * The trail, in order.
   *
   * @minItems 1
   */
  evidence: [Step, ...Step[]];
}
export interface Step {
  cell: number;
  line: number;
  column: number;
  /**
   * 0 where only the line is known.
   */
  end_line: number;
  end_column: number;
  /**
   * What happens there, in one clause.
   */
  text: string;
  /**
   * A table row, a saved output, or empty for plain code.
   */
  source: string;
}
export interface Note {
  cell: number | null;
  text: string;
}
export interface Cell {
  index: number;
  id: string | null;
  kind: "code" | "markdown" | "raw";
  phase:
    | "problem understanding"
    | "data collection"
    | "data pre-processing"
    | "model creation and training"
    | "model evaluation"
    | "model deployment"
    | "model monitoring"
    | "setup"
    | null;
  further: (
    | "problem understanding"
    | "data collection"
    | "data pre-processing"
    | "model creation and training"
    | "model evaluation"
    | "model deployment"
    | "model monitoring"
    | "setup"
  )[];
  confidence: number;
  reason: string;
}
export interface Node {
  id: number;
  kind: "dataset" | "transform" | "split" | "model" | "metric";
  label: string;
  /**
   * One entry per kind of operation.
   */
  details: string[];
  /**
   * train, test or validation; empty where all rows or unknown.
   */
  rows: string;
  understood: boolean;
  /**
   * The code that it stands for.
   */
  places: {
    cell: number;
    line: number;
    column: number;
    /**
     * 0 where only the line is known.
     */
    end_line: number;
    end_column: number;
  }[];
}
export interface Edge {
  source: number;
  target: number;
  rows: string;
}
export interface Run {
  /**
   * Code cells that ran to their end.
   */
  ran: number;
  /**
   * The cell that ended the run; null where none did.
   */
  failed: null | {
    cell: number;
    error: string;
    text: string;
  };
  /**
   * Cells whose outputs differ from the saved ones.
   */
  changed: number[];
  /**
   * Imported packages that the kernel lacks.
   */
  missing: string[];
}
