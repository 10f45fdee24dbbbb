/** What the server tells about the issues and checks (`/nbaudit/api/info`). */

import { TranslationBundle } from '@jupyterlab/translation';

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

/** What a phase is called in the user's language. */
export function phaseName(phase: string, trans: TranslationBundle): string {
  const names: Record<string, string> = {
    'problem understanding': trans.__('problem understanding'),
    'data collection': trans.__('data collection'),
    'data pre-processing': trans.__('data pre-processing'),
    'model creation and training': trans.__('model creation and training'),
    'model evaluation': trans.__('model evaluation'),
    'model deployment': trans.__('model deployment'),
    'model monitoring': trans.__('model monitoring'),
    setup: trans.__('setup')
  };
  return names[phase] ?? phase;
}

/** The short word of each phase, for attributes that the style sheet reads. */
export const PHASES: Record<string, string> = {
  'problem understanding': 'problem',
  'data collection': 'collection',
  'data pre-processing': 'preprocessing',
  'model creation and training': 'training',
  'model evaluation': 'evaluation',
  'model deployment': 'deployment',
  'model monitoring': 'monitoring',
  setup: 'setup'
};
