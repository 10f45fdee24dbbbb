/** What the server tells about the issues and checks (`/nbaudit/api/info`). */

export interface IssueInfo {
  activity: string;
  activity_label: string;
  phase: string;
  problem: 'M' | 'I' | 'W';
  problem_label: string;
  relevance: 'high' | 'low';
  title: string;
  question: string;
}

export interface CheckInfo {
  title: string;
  why: string;
  instead: string;
  blind: string;
}

export interface Catalogue {
  version: string;
  schema: string;
  issues: Record<string, IssueInfo>;
  checks: Record<string, CheckInfo>;
  /** A notebook to open and audit at once, or "". */
  open: string;
  /** The file that keeps findings marked as false. */
  false_findings: string;
}

/** The short word of each phase, for classes of the style sheet and for badges. */
export const PHASES: Record<string, { key: string; label: string }> = {
  'problem understanding': { key: 'problem', label: 'Problem' },
  'data collection': { key: 'collection', label: 'Collection' },
  'data pre-processing': { key: 'preprocessing', label: 'Pre-processing' },
  'model creation and training': { key: 'training', label: 'Training' },
  'model evaluation': { key: 'evaluation', label: 'Evaluation' },
  'model deployment': { key: 'deployment', label: 'Deployment' },
  'model monitoring': { key: 'monitoring', label: 'Monitoring' },
  setup: { key: 'setup', label: 'Setup' }
};
