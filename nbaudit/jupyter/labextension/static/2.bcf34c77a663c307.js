"use strict";(self.rspackChunknbaudit=self.rspackChunknbaudit||[]).push([[2],{31(t,a,i){var o=i(32),n=i.n(o),r=i(33),e=(i.n(r))()(n());e.push([t.id,`/* Only colours of the theme, and mixtures of them: so light, dark and high contrast follow by themselves. */
:root {
  --nbaudit-high: color-mix(in srgb, var(--jp-error-color1) 78%, var(--jp-ui-font-color0));
  --nbaudit-high-fill: var(--jp-error-color1);
  --nbaudit-high-ground: var(--jp-error-color1);
  --nbaudit-high-tint: color-mix(in srgb, var(--jp-error-color1) 13%, var(--jp-layout-color1));
  --nbaudit-low: color-mix(in srgb, var(--jp-warn-color1) 55%, var(--jp-ui-font-color0));
  --nbaudit-low-fill: var(--jp-warn-color1);
  --nbaudit-low-tint: color-mix(in srgb, var(--jp-warn-color1) 20%, var(--jp-layout-color1));
  --nbaudit-good: color-mix(in srgb, var(--jp-success-color1) 60%, var(--jp-ui-font-color0));
  --nbaudit-good-tint: color-mix(in srgb, var(--jp-success-color1) 9%, var(--jp-layout-color1));
  --nbaudit-quiet: color-mix(in srgb, var(--jp-ui-font-color0) 62%, var(--jp-layout-color1));
  --nbaudit-radius: 4px;
  /* JupyterLab's own small size is a share of what is around it, and would shrink again in what is small already. */
  --nbaudit-small: calc(var(--jp-ui-font-size1) * 0.846);
}
body[data-jp-theme-name*='High Contrast'] {
  --nbaudit-quiet: var(--jp-ui-font-color1);
  --nbaudit-high: color-mix(in srgb, var(--jp-error-color1) 62%, var(--jp-ui-font-color0));
  --nbaudit-high-ground: color-mix(in srgb, var(--jp-error-color1) 72%, #000);
  --nbaudit-high-tint: var(--jp-layout-color1);
  --nbaudit-low-tint: var(--jp-layout-color1);
  --nbaudit-good-tint: var(--jp-layout-color1);
}

[data-nbaudit-phase='problem'] {
  --nbaudit-phase: var(--md-blue-grey-500, var(--jp-border-color0));
}
[data-nbaudit-phase='collection'] {
  --nbaudit-phase: var(--md-blue-500, var(--jp-info-color1));
}
[data-nbaudit-phase='preprocessing'] {
  --nbaudit-phase: var(--md-teal-500, #009688);
}
[data-nbaudit-phase='training'] {
  --nbaudit-phase: var(--md-purple-400, #ab47bc);
}
[data-nbaudit-phase='evaluation'] {
  --nbaudit-phase: var(--md-orange-500, var(--jp-warn-color1));
}
[data-nbaudit-phase='deployment'] {
  --nbaudit-phase: var(--md-pink-500, #e91e63);
}
[data-nbaudit-phase='monitoring'] {
  --nbaudit-phase: var(--md-light-green-700, #689f38);
}
[data-nbaudit-phase='setup'] {
  --nbaudit-phase: var(--jp-border-color1);
}

/* The panel. */

.nbaudit-panel {
  /* what it is opened with; in a narrow window the notebook needs the room more */
  min-width: clamp(250px, 25vw, 330px) !important;
  container: nbaudit-panel / inline-size;
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size1);
}
/* Notebook 7 cuts a side panel that is wider than its own least width. */
body[data-notebook] #jp-right-stack:has(#nbaudit-panel:not(.lm-mod-hidden)) {
  min-width: 340px !important;
}
.nbaudit-view {
  display: flex;
  flex-direction: column;
  height: 100%;
  line-height: 1.4;
}
.nbaudit-view h2,
.nbaudit-view h3,
.nbaudit-view h4,
.nbaudit-view h5,
.nbaudit-view p,
.nbaudit-view ul,
.nbaudit-view ol,
.nbaudit-view dl,
.nbaudit-view dd {
  margin: 0;
  padding: 0;
}
.nbaudit-view ul,
.nbaudit-view ol {
  list-style: none;
}
.nbaudit-view button {
  font: inherit;
  color: inherit;
  cursor: pointer;
}
.nbaudit-view button:disabled {
  opacity: 0.45;
  cursor: default;
}
.nbaudit-view button:not(.jp-mod-styled) {
  border: none;
  background: none;
  padding: 0;
}
.nbaudit-view :is(button, select, input):focus-visible,
.nbaudit-badge:focus-visible,
.nbaudit-card button:focus-visible {
  outline: 2px solid var(--jp-brand-color1);
  outline-offset: -1px;
}
.nbaudit-view code,
.nbaudit-card code,
.nbaudit-card-body code {
  font-family: var(--jp-code-font-family);
  font-size: 0.92em;
  background: var(--jp-layout-color2);
  border-radius: 3px;
  padding: 0 3px;
  overflow-wrap: anywhere;
}
.nbaudit-hidden,
.nbaudit-status {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
.nbaudit-scroll {
  flex: 1 1 auto;
  overflow-y: auto;
  overflow-x: hidden;
  scrollbar-gutter: stable;
  padding-bottom: 24px;
}

.nbaudit-head {
  position: relative;
  display: flex;
  align-items: center;
  gap: 2px;
  flex: none;
  height: 32px;
  padding: 0 6px 0 12px;
  border-bottom: 1px solid var(--jp-border-color2);
}
.nbaudit-logo {
  display: flex;
  margin-right: 6px;
}
.nbaudit-head h2 {
  flex: 1;
  min-width: 0;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
  font-size: var(--jp-ui-font-size1);
  font-weight: 600;
  color: var(--jp-ui-font-color0);
}
.nbaudit-icon-button {
  display: flex;
  align-items: center;
  justify-content: center;
  width: 26px;
  height: 26px;
  border-radius: var(--nbaudit-radius);
}
.nbaudit-icon-button:hover {
  background: var(--jp-layout-color2) !important;
}
.nbaudit-icon-button span {
  display: flex;
}
.nbaudit-progress {
  position: absolute;
  left: 0;
  right: 0;
  bottom: -1px;
  height: 2px;
  overflow: hidden;
}
.nbaudit-progress.nbaudit-busy::before {
  content: '';
  position: absolute;
  inset: 0 60% 0 0;
  background: var(--jp-brand-color1);
  animation: nbaudit-run 1.1s ease-in-out infinite alternate;
}
@keyframes nbaudit-run {
  to {
    transform: translateX(150%);
  }
}
@media (prefers-reduced-motion: reduce) {
  .nbaudit-progress.nbaudit-busy::before {
    animation: none;
    inset: 0;
  }
}

.nbaudit-link {
  color: var(--jp-content-link-color, var(--jp-brand-color1)) !important;
  white-space: nowrap;
}
.nbaudit-link:hover {
  text-decoration: underline;
}

.nbaudit-blank {
  display: flex;
  flex-direction: column;
  align-items: center;
  gap: 12px;
  padding: 44px 26px 20px;
  text-align: center;
  text-wrap: pretty;
}
.nbaudit-blank-icon {
  opacity: 0.55;
}
.nbaudit-blank.nbaudit-alert .nbaudit-blank-icon {
  opacity: 1;
}
.nbaudit-blank.nbaudit-alert svg .jp-icon3[fill] {
  fill: var(--nbaudit-high-fill);
}
.nbaudit-blank h3 {
  font-size: var(--jp-ui-font-size2);
  font-weight: 600;
  color: var(--jp-ui-font-color0);
}
.nbaudit-blank p {
  color: var(--nbaudit-quiet);
  overflow-wrap: anywhere;
}
.nbaudit-pre {
  margin: 4px 0 0;
  padding: 8px 10px;
  max-height: 240px;
  overflow: auto;
  text-align: left;
  font-family: var(--jp-code-font-family);
  font-size: var(--jp-code-font-size);
  background: var(--jp-cell-editor-background);
  border: 1px solid var(--jp-cell-editor-border-color);
  border-radius: var(--nbaudit-radius);
}

.nbaudit-note {
  display: flex;
  gap: 8px;
  justify-content: space-between;
  padding: 7px 12px;
  border-bottom: 1px solid var(--jp-border-color2);
  background: var(--jp-layout-color2);
}
.nbaudit-note.nbaudit-alert {
  background: var(--nbaudit-high-tint);
}

.nbaudit-summary {
  padding: 12px 12px 10px;
}
.nbaudit-figures {
  display: flex;
  gap: 6px;
}
.nbaudit-figures > div {
  flex: 1 1 0;
  display: flex;
  flex-direction: column;
  min-width: 0;
}
.nbaudit-figures dd {
  font-size: 22px;
  line-height: 1.15;
  font-weight: 600;
  font-variant-numeric: tabular-nums;
  color: var(--jp-ui-font-color1);
}
.nbaudit-figures dt {
  font-size: var(--nbaudit-small);
  line-height: 1.25;
  color: var(--nbaudit-quiet);
}
.nbaudit-figures .nbaudit-high dd {
  color: var(--nbaudit-high);
}
.nbaudit-figures .nbaudit-low dd {
  color: var(--nbaudit-low);
}
.nbaudit-figures .nbaudit-good dd {
  color: var(--nbaudit-good);
}
.nbaudit-figures .nbaudit-zero dd {
  color: var(--nbaudit-quiet);
  font-weight: 400;
}
.nbaudit-time {
  margin-top: 8px !important;
  color: var(--jp-ui-font-color0);
}
.nbaudit-time + .nbaudit-trust {
  margin-top: 0 !important;
}
.nbaudit-trust {
  margin-top: 8px !important;
  font-size: var(--nbaudit-small);
  color: var(--nbaudit-quiet);
}
.nbaudit-trust.nbaudit-weak {
  color: var(--nbaudit-low);
}
.nbaudit-clean {
  margin-bottom: 12px !important;
  padding: 8px 10px !important;
  border-radius: var(--nbaudit-radius);
  background: var(--nbaudit-good-tint);
}

.nbaudit-fold button {
  display: flex;
  align-items: center;
  gap: 4px;
  width: 100%;
  padding: 5px 8px !important;
  font-size: var(--jp-ui-font-size1) !important;
  font-weight: 600 !important;
  color: var(--jp-ui-font-color0) !important;
  text-align: left;
}
.nbaudit-fold button:hover {
  background: var(--jp-layout-color2) !important;
}
.nbaudit-fold span {
  display: flex;
}
.nbaudit-count {
  margin-left: 4px;
  font-weight: 400;
  font-variant-numeric: tabular-nums;
  color: var(--nbaudit-quiet);
}

.nbaudit-matrix {
  border-top: 1px solid var(--jp-border-color2);
  padding-bottom: 8px;
}
.nbaudit-matrix table {
  width: calc(100% - 22px);
  max-width: 420px;
  margin: 0 10px 0 12px;
  border-collapse: separate;
  border-spacing: 2px 2px;
  table-layout: fixed;
  font-size: var(--nbaudit-small);
}
.nbaudit-matrix thead th {
  width: 52px;
  padding: 0 0 2px;
  font-weight: 400;
  text-align: center;
  color: var(--nbaudit-quiet);
}
.nbaudit-matrix thead th:first-child {
  width: auto;
}
.nbaudit-matrix tbody th {
  padding: 0 6px 0 8px;
  border-left: 3px solid var(--nbaudit-phase);
  font-weight: 400;
  text-align: left;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
  color: var(--jp-ui-font-color1);
}
.nbaudit-matrix .nbaudit-opens > * {
  border-top: 0;
}
.nbaudit-matrix td {
  padding: 0;
  height: 20px;
  border-radius: 3px;
  text-align: center;
}
.nbaudit-matrix td > * {
  display: block;
  width: 100%;
  line-height: 20px;
  border-radius: 3px;
  font-size: var(--nbaudit-small) !important;
}
.nbaudit-is-high button {
  background: var(--nbaudit-high-ground) !important;
  color: var(--jp-ui-inverse-font-color0) !important;
  font-weight: 700 !important;
}
.nbaudit-is-low button {
  background: color-mix(in srgb, var(--nbaudit-low-fill) 45%, var(--jp-layout-color1)) !important;
  color: var(--jp-ui-font-color0) !important;
  font-weight: 700 !important;
}
.nbaudit-matrix td button:hover,
.nbaudit-matrix td button[aria-pressed='true'] {
  box-shadow: 0 0 0 2px var(--jp-ui-font-color0);
}
.nbaudit-is-absent {
  background: var(--nbaudit-good-tint);
  color: var(--nbaudit-good);
}
.nbaudit-is-na {
  color: var(--jp-ui-font-color3);
}
.nbaudit-is-undecided {
  background: var(--jp-layout-color2);
  color: var(--jp-ui-font-color1);
  font-weight: 600;
}

.nbaudit-filters {
  position: sticky;
  top: 0;
  z-index: 2;
  background: var(--jp-layout-color1);
  border-top: 1px solid var(--jp-border-color2);
  border-bottom: 1px solid var(--jp-border-color2);
}
.nbaudit-filters-head {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 2px 6px;
  min-height: 30px;
  padding: 0 10px 0 12px;
}
.nbaudit-filters-head .nbaudit-count {
  white-space: nowrap;
}
.nbaudit-filters-head h3 {
  font-size: var(--jp-ui-font-size1);
  font-weight: 600;
  color: var(--jp-ui-font-color0);
}
.nbaudit-grow {
  flex: 1;
}
.nbaudit-view select,
.nbaudit-view input:not([type='range']) {
  min-width: 0;
  height: 24px;
  padding: 0 4px;
  font: inherit;
  font-size: var(--nbaudit-small);
  color: var(--jp-ui-font-color0);
  background: var(--jp-layout-color1);
  border: 1px solid var(--jp-border-color1);
  border-radius: var(--nbaudit-radius);
}
.nbaudit-filters-body,
.nbaudit-form {
  display: grid;
  grid-template-columns: 1fr 1fr;
  gap: 6px 8px;
  padding: 6px 12px 10px;
}
.nbaudit-filters-body label,
.nbaudit-form label {
  display: flex;
  flex-direction: column;
  gap: 2px;
  min-width: 0;
  font-size: var(--nbaudit-small);
  color: var(--nbaudit-quiet);
}
.nbaudit-form label,
.nbaudit-wide,
.nbaudit-form > :is(p, .nbaudit-form-buttons) {
  grid-column: 1 / -1;
}
.nbaudit-filters-body input[type='range'] {
  width: 100%;
  margin: 0;
  accent-color: var(--jp-brand-color1);
}
.nbaudit-none {
  padding: 14px 12px;
  color: var(--nbaudit-quiet);
}

.nbaudit-group h4 {
  display: flex;
  align-items: baseline;
  gap: 8px;
  padding: 14px 12px 4px;
  font-size: var(--jp-ui-font-size1);
  font-weight: 600;
  color: var(--jp-ui-font-color0);
}
.nbaudit-group-title {
  flex: 1;
  text-wrap: balance;
}
.nbaudit-cause {
  margin: -2px 12px 6px !important;
  color: var(--jp-ui-font-color1);
  text-wrap: pretty;
}
.nbaudit-cause-time {
  font-size: var(--nbaudit-small);
  color: var(--nbaudit-quiet);
  white-space: nowrap;
}
.nbaudit-code {
  font-family: var(--jp-code-font-family);
  font-size: 0.92em;
  font-weight: 600;
  white-space: nowrap;
}
.nbaudit-code.nbaudit-high,
.nbaudit-finding.nbaudit-high .nbaudit-relevance,
.nbaudit-card-finding.nbaudit-high .nbaudit-code {
  color: var(--nbaudit-high);
}
.nbaudit-code.nbaudit-low,
.nbaudit-finding.nbaudit-low .nbaudit-relevance,
.nbaudit-card-finding.nbaudit-low .nbaudit-code {
  color: var(--nbaudit-low);
}
.nbaudit-finding {
  margin: 0 8px 6px 12px;
  border: 1px solid var(--jp-border-color2);
  border-left: 3px solid var(--nbaudit-low-fill);
  border-radius: var(--nbaudit-radius);
  scroll-margin-top: 34px;
}
/* below the filters, which stay in view */
.nbaudit-filters:has(.nbaudit-filters-body) ~ .nbaudit-group .nbaudit-finding {
  scroll-margin-top: 242px;
}
.nbaudit-finding.nbaudit-high {
  border-left-color: var(--nbaudit-high-fill);
}
.nbaudit-finding.nbaudit-gone {
  opacity: 0.6;
}
.nbaudit-finding-row {
  display: flex;
}
.nbaudit-caret {
  flex: none;
  display: flex;
  align-items: flex-start;
  width: 22px;
  padding: 9px 0 0 4px !important;
}
.nbaudit-caret span {
  display: flex;
}
.nbaudit-finding-main {
  flex: 1;
  min-width: 0;
  padding: 7px 10px 7px 2px !important;
  text-align: left;
}
.nbaudit-finding-row:hover {
  background: var(--jp-layout-color2);
}
.nbaudit-message {
  display: block;
  color: var(--jp-ui-font-color0);
  overflow-wrap: anywhere;
}
.nbaudit-meta {
  display: flex;
  flex-wrap: wrap;
  gap: 0 10px;
  margin-top: 3px;
  font-size: var(--nbaudit-small);
  color: var(--nbaudit-quiet);
  font-variant-numeric: tabular-nums;
}
.nbaudit-prompt {
  font-family: var(--jp-code-font-family);
  font-size: var(--nbaudit-small);
  font-weight: 400;
  color: var(--nbaudit-quiet);
}
.nbaudit-relevance {
  font-weight: 600;
}

.nbaudit-detail {
  padding: 0 12px 8px 24px;
  border-top: 1px solid var(--jp-border-color3);
}
.nbaudit-detail h5 {
  margin: 9px 0 2px;
  font-size: var(--nbaudit-small);
  font-weight: 600;
  color: var(--nbaudit-quiet);
}
.nbaudit-detail p {
  overflow-wrap: anywhere;
  text-wrap: pretty;
}
.nbaudit-trail li {
  position: relative;
  padding-left: 17px;
}
.nbaudit-trail li::before {
  content: '';
  position: absolute;
  left: 3px;
  top: 9px;
  width: 7px;
  height: 7px;
  border-radius: 50%;
  background: var(--jp-layout-color1);
  border: 2px solid var(--jp-border-color0);
  box-sizing: border-box;
}
.nbaudit-trail li:last-child::before {
  border-color: var(--nbaudit-high-fill);
  background: var(--nbaudit-high-fill);
}
.nbaudit-low .nbaudit-trail li:last-child::before {
  border-color: var(--nbaudit-low-fill);
  background: var(--nbaudit-low-fill);
}
.nbaudit-trail li:not(:last-child)::after {
  content: '';
  position: absolute;
  left: 6px;
  top: 17px;
  bottom: -8px;
  width: 1px;
  background: var(--jp-border-color1);
}
.nbaudit-trail button {
  display: block;
  width: 100%;
  padding: 4px 6px !important;
  text-align: left;
  border-radius: 3px;
}
.nbaudit-trail button:hover,
.nbaudit-row:hover {
  background: var(--jp-layout-color2) !important;
}
.nbaudit-line-text {
  display: block;
  width: fit-content;
  max-width: 100%;
  box-sizing: border-box;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}
.nbaudit-step-text {
  display: block;
  margin-top: 1px;
}
.nbaudit-trail .nbaudit-meta {
  margin-top: 0;
}
.nbaudit-actions {
  display: flex;
  flex-wrap: wrap;
  gap: 6px;
  margin-top: 12px;
}
.nbaudit-actions button,
.nbaudit-form-buttons button {
  display: inline-flex;
  align-items: center;
  gap: 5px;
  height: 25px;
  padding: 0 9px !important;
  font-size: var(--nbaudit-small) !important;
  border: 1px solid var(--jp-border-color1) !important;
  border-radius: var(--nbaudit-radius);
}
.nbaudit-actions button:hover:not(:disabled),
.nbaudit-form-buttons button:hover:not(:disabled) {
  background: var(--jp-layout-color2) !important;
}
.nbaudit-actions button span {
  display: flex;
}
.nbaudit-actions button[aria-expanded='true'] {
  background: var(--jp-layout-color2) !important;
}
.nbaudit-form {
  margin-top: 8px;
  padding: 8px 10px 10px;
  border: 1px solid var(--jp-border-color2);
  border-radius: var(--nbaudit-radius);
  background: color-mix(in srgb, var(--jp-layout-color2) 55%, var(--jp-layout-color1));
}
.nbaudit-form-buttons {
  display: flex;
  justify-content: flex-end;
  gap: 6px;
}
.nbaudit-form-buttons .nbaudit-primary {
  background: var(--jp-brand-color1) !important;
  border-color: var(--jp-brand-color1) !important;
  color: var(--jp-ui-inverse-font-color0) !important;
}
.nbaudit-form-buttons .nbaudit-primary:hover:not(:disabled) {
  background: var(--jp-brand-color0) !important;
}
.nbaudit-hint {
  font-size: var(--nbaudit-small);
  color: var(--nbaudit-quiet);
}
.nbaudit-error {
  color: var(--nbaudit-high);
}
.nbaudit-check {
  margin-top: 10px !important;
  font-size: var(--nbaudit-small);
  color: var(--nbaudit-quiet);
}

.nbaudit-rest {
  border-top: 1px solid var(--jp-border-color2);
}
.nbaudit-findings + .nbaudit-rest {
  margin-top: 14px;
}
.nbaudit-rest ul {
  padding: 0 10px 8px 24px;
}
.nbaudit-rest li {
  padding: 3px 0;
  overflow-wrap: anywhere;
}
.nbaudit-house-match {
  margin: 0 0 6px;
  border: 1px solid var(--jp-border-color2);
  border-left: 3px solid var(--jp-border-color0);
  border-radius: var(--nbaudit-radius);
}
.nbaudit-house-match.nbaudit-high {
  border-left-color: var(--nbaudit-high-fill);
}
.nbaudit-house-match.nbaudit-low {
  border-left-color: var(--nbaudit-low-fill);
}
.nbaudit-house-match.nbaudit-high .nbaudit-relevance {
  color: var(--nbaudit-high);
}
.nbaudit-house-match.nbaudit-low .nbaudit-relevance {
  color: var(--nbaudit-low);
}
.nbaudit-house-match > .nbaudit-row {
  padding: 7px 10px 4px !important;
}
.nbaudit-house-match > .nbaudit-link {
  margin: 0 10px 6px;
  font-size: var(--nbaudit-small);
}
.nbaudit-house-match > .nbaudit-form {
  margin: 0 8px 8px;
}
.nbaudit-house > ul {
  padding-left: 12px;
}
.nbaudit-row {
  display: block;
  width: 100%;
  padding: 4px !important;
  text-align: left;
  border-radius: 3px;
}

/* The notebook. */

.jp-Notebook .jp-Cell[data-nbaudit-phase],
.jp-Notebook .jp-Cell:has(> .nbaudit-badge) {
  position: relative;
}
.nbaudit-edge {
  position: absolute;
  z-index: 1;
  left: 0;
  top: 2px;
  bottom: 2px;
  width: 4px;
  border-radius: 2px;
  background: var(--nbaudit-phase);
}
.nbaudit-edge::after {
  content: '';
  position: absolute;
  inset: 0 -3px;
}
.nbaudit-badge {
  position: absolute;
  z-index: 4;
  top: 0;
  right: 14px;
  height: 15px;
  padding: 0 6px;
  font-family: var(--jp-code-font-family);
  font-size: 10px;
  font-weight: 600;
  line-height: 13px;
  border: 1px solid;
  border-radius: 8px;
  cursor: pointer;
}
.nbaudit-badge.nbaudit-high {
  color: var(--nbaudit-high);
  border-color: color-mix(in srgb, var(--nbaudit-high-fill) 55%, var(--jp-layout-color1));
  background: var(--nbaudit-high-tint);
}
.nbaudit-badge.nbaudit-low {
  color: var(--nbaudit-low);
  border-color: color-mix(in srgb, var(--nbaudit-low-fill) 65%, var(--jp-layout-color1));
  background: var(--nbaudit-low-tint);
}
.nbaudit-badge:hover {
  border-color: currentcolor;
}
/* The buttons of the active cell stand at its top right; JupyterLab hides them where they would cover the code. */
.jp-Cell.jp-mod-active:not(.jp-toolbar-overlap):has(.jp-cell-toolbar) > .nbaudit-badge {
  right: 190px;
}

.nbaudit-card {
  position: fixed;
  z-index: 10000;
  box-sizing: border-box;
  width: 380px;
  max-width: calc(100vw - 16px);
  max-height: 60vh;
  overflow: auto;
  background: var(--jp-layout-color1);
  border: 1px solid var(--jp-border-color1);
  border-radius: 6px;
  box-shadow: var(--jp-elevation-z8, 0 4px 14px rgba(0, 0, 0, 0.25));
}
.nbaudit-card-finding {
  padding: 9px 12px 8px;
  font-family: var(--jp-ui-font-family);
  font-size: var(--jp-ui-font-size1);
  line-height: 1.4;
  color: var(--jp-ui-font-color1);
  border-left: 3px solid var(--nbaudit-low-fill);
}
.nbaudit-card-finding.nbaudit-high {
  border-left-color: var(--nbaudit-high-fill);
}
.nbaudit-card-finding + .nbaudit-card-finding {
  border-top: 1px solid var(--jp-border-color2);
}
.nbaudit-card-head {
  display: flex;
  gap: 8px;
  align-items: baseline;
  color: var(--jp-ui-font-color0);
}
.nbaudit-card-title {
  font-weight: 600;
}
.nbaudit-card-finding p {
  margin: 4px 0 0;
  overflow-wrap: anywhere;
}
.nbaudit-card-instead {
  color: var(--nbaudit-quiet);
}
.nbaudit-card-foot {
  display: flex;
  justify-content: space-between;
  gap: 12px;
  margin-top: 6px;
  font-size: var(--nbaudit-small);
  color: var(--nbaudit-quiet);
}
.nbaudit-card-foot button {
  border: none;
  background: none;
  padding: 0;
  font: inherit;
  cursor: pointer;
}

.cm-editor .nbaudit-squiggle.cm-lintRange,
.cm-editor .nbaudit-squiggle {
  background-image: none;
  padding-bottom: 0;
  text-decoration: underline wavy var(--nbaudit-low-fill) 1px;
  text-underline-offset: 3px;
  text-decoration-skip-ink: none;
}
.cm-editor .nbaudit-squiggle.nbaudit-high {
  text-decoration-color: var(--nbaudit-high-fill);
}
.cm-editor .nbaudit-line {
  background: color-mix(in srgb, var(--jp-brand-color1) 16%, transparent);
  box-shadow: inset 3px 0 0 var(--jp-brand-color1);
}
.cm-tooltip.cm-tooltip-hover:has(.nbaudit-card-body) {
  max-width: 420px;
  background: var(--jp-layout-color1);
  border: 1px solid var(--jp-border-color1);
  border-radius: 6px;
  box-shadow: var(--jp-elevation-z8, 0 4px 14px rgba(0, 0, 0, 0.25));
}
.cm-tooltip-lint:has(.nbaudit-card-body) .cm-diagnostic {
  padding: 0;
  margin: 0;
  border: none;
}
.cm-tooltip-lint:has(.nbaudit-card-body) .cm-diagnosticSource {
  display: none;
}

.jp-tocItem [data-nbaudit-phase] {
  border-left: 3px solid var(--nbaudit-phase);
  padding-left: 5px;
}

.nbaudit-report {
  background: var(--jp-layout-color1);
}
.nbaudit-report iframe {
  width: 100%;
  height: 100%;
  border: none;
}

@container nbaudit-panel (max-width: 300px) {
  .nbaudit-figures {
    flex-wrap: wrap;
    gap: 8px 4px;
  }
  .nbaudit-figures > div {
    flex-basis: 45%;
  }
  .nbaudit-matrix table {
    font-size: 10px;
  }
  .nbaudit-matrix thead th {
    width: 38px;
  }
  .nbaudit-matrix tbody th {
    padding: 0 0 0 6px;
  }
  .nbaudit-filters-head {
    gap: 2px 4px;
    padding: 2px 8px 2px 12px;
  }
  .nbaudit-filters-head select {
    margin-left: auto;
  }
  .nbaudit-group h4 {
    flex-wrap: wrap;
    gap: 0 8px;
  }
  .nbaudit-group-title {
    flex-basis: 160px;
  }
  .nbaudit-detail {
    padding-left: 12px;
  }
}
body[data-jp-theme-name*='High Contrast'] .nbaudit-badge {
  border-color: currentcolor;
}

/* Where the system sets all colours, backgrounds and shadows are gone: what they say is said by lines. */
@media (forced-colors: active) {
  .nbaudit-edge,
  .nbaudit-matrix tbody th,
  .jp-tocItem [data-nbaudit-phase],
  .nbaudit-progress::before {
    forced-color-adjust: none;
  }
  .nbaudit-matrix tbody th {
    color: CanvasText;
  }
  .jp-tocItem [data-nbaudit-phase] {
    color: inherit;
  }
  .nbaudit-view svg .jp-icon3[fill] {
    fill: CanvasText;
  }
  .nbaudit-view code,
  .nbaudit-card code,
  .nbaudit-card-body code {
    padding: 0;
  }
  .nbaudit-link,
  .nbaudit-card-foot button {
    color: LinkText !important;
    text-decoration: underline;
  }
  .nbaudit-finding,
  .nbaudit-house-match,
  .nbaudit-card-finding {
    border-left-style: dashed;
  }
  .nbaudit-finding.nbaudit-high,
  .nbaudit-house-match.nbaudit-high,
  .nbaudit-card-finding.nbaudit-high {
    border-left-style: solid;
  }
  .nbaudit-badge.nbaudit-high {
    border-width: 2px;
    line-height: 11px;
  }
  .nbaudit-badge.nbaudit-low {
    border-style: dashed;
  }
  .nbaudit-badge:hover {
    color: HighlightText;
    background: Highlight;
  }
  .cm-editor .nbaudit-squiggle:not(.nbaudit-high) {
    text-decoration-style: dotted;
  }
  .nbaudit-trail li:last-child::before {
    background: CanvasText;
  }
  .nbaudit-trail li:not(:last-child)::after {
    background: CanvasText;
  }
  .nbaudit-finding-row:hover,
  .nbaudit-trail button:hover,
  .nbaudit-row:hover,
  .nbaudit-icon-button:hover,
  .nbaudit-fold button:hover {
    outline: 1px solid Highlight;
    outline-offset: -1px;
  }
  .cm-editor .nbaudit-line {
    outline: 2px solid Highlight;
    outline-offset: -2px;
  }
  .nbaudit-matrix td button {
    outline: 1px dashed ButtonText;
    outline-offset: -1px;
  }
  .nbaudit-is-high button {
    outline: 2px solid ButtonText !important;
  }
  .nbaudit-matrix td button[aria-pressed='true'] {
    outline: 3px solid Highlight !important;
  }
  .nbaudit-view :is(button, select, input):focus-visible,
  .nbaudit-badge:focus-visible,
  .nbaudit-card button:focus-visible {
    outline: 2px solid Highlight !important;
    outline-offset: 1px;
  }
}
`,""]),i.d(a,{},{A:e})},33(t){t.exports=function(t){var a=[];return a.toString=function(){return this.map(function(a){var i="",o=void 0!==a[5];return a[4]&&(i+="@supports (".concat(a[4],") {")),a[2]&&(i+="@media ".concat(a[2]," {")),o&&(i+="@layer".concat(a[5].length>0?" ".concat(a[5]):""," {")),i+=t(a),o&&(i+="}"),a[2]&&(i+="}"),a[4]&&(i+="}"),i}).join("")},a.i=function(t,i,o,n,r){"string"==typeof t&&(t=[[null,t,void 0]]);var e={};if(o)for(var d=0;d<this.length;d++){var l=this[d][0];null!=l&&(e[l]=!0)}for(var u=0;u<t.length;u++){var b=[].concat(t[u]);o&&e[b[0]]||(void 0!==r&&(void 0===b[5]||(b[1]="@layer".concat(b[5].length>0?" ".concat(b[5]):""," {").concat(b[1],"}")),b[5]=r),i&&(b[2]&&(b[1]="@media ".concat(b[2]," {").concat(b[1],"}")),b[2]=i),n&&(b[4]?(b[1]="@supports (".concat(b[4],") {").concat(b[1],"}"),b[4]=n):b[4]="".concat(n)),a.push(b))}},a}},32(t){t.exports=function(t){return t[1]}},25(t){var a=[];function i(t){for(var i=-1,o=0;o<a.length;o++)if(a[o].identifier===t){i=o;break}return i}function o(t,o){for(var n={},r=[],e=0;e<t.length;e++){var d=t[e],l=o.base?d[0]+o.base:d[0],u=n[l]||0,b="".concat(l," ").concat(u);n[l]=u+1;var p=i(b),s={css:d[1],media:d[2],sourceMap:d[3],supports:d[4],layer:d[5]};if(-1!==p)a[p].references++,a[p].updater(s);else{var c=function(t,a){var i=a.domAPI(a);return i.update(t),function(a){a?(a.css!==t.css||a.media!==t.media||a.sourceMap!==t.sourceMap||a.supports!==t.supports||a.layer!==t.layer)&&i.update(t=a):i.remove()}}(s,o);o.byIndex=e,a.splice(e,0,{identifier:b,updater:c,references:1})}r.push(b)}return r}t.exports=function(t,n){var r=o(t=t||[],n=n||{});return function(t){t=t||[];for(var e=0;e<r.length;e++){var d=i(r[e]);a[d].references--}for(var l=o(t,n),u=0;u<r.length;u++){var b=i(r[u]);0===a[b].references&&(a[b].updater(),a.splice(b,1))}r=l}}},27(t){var a={};t.exports=function(t,i){var o=function(t){if(void 0===a[t]){var i=document.querySelector(t);if(window.HTMLIFrameElement&&i instanceof window.HTMLIFrameElement)try{i=i.contentDocument.head}catch(t){i=null}a[t]=i}return a[t]}(t);if(!o)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");o.appendChild(i)}},29(t){t.exports=function(t){var a=document.createElement("style");return t.setAttributes(a,t.attributes),t.insert(a,t.options),a}},28(t,a,i){t.exports=function(t){var a=i.nc;a&&t.setAttribute("nonce",a)}},26(t){t.exports=function(t){if("u"<typeof document)return{update:function(){},remove:function(){}};var a=t.insertStyleElement(t);return{update:function(i){var o,n,r;o="",i.supports&&(o+="@supports (".concat(i.supports,") {")),i.media&&(o+="@media ".concat(i.media," {")),(n=void 0!==i.layer)&&(o+="@layer".concat(i.layer.length>0?" ".concat(i.layer):""," {")),o+=i.css,n&&(o+="}"),i.media&&(o+="}"),i.supports&&(o+="}"),(r=i.sourceMap)&&"u">typeof btoa&&(o+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(r))))," */")),t.styleTagTransform(o,a,t.options)},remove:function(){var t;null===(t=a).parentNode||t.parentNode.removeChild(t)}}}},30(t){t.exports=function(t,a){if(a.styleSheet)a.styleSheet.cssText=t;else{for(;a.firstChild;)a.removeChild(a.firstChild);a.appendChild(document.createTextNode(t))}}},24(t,a,i){var o=i(25),n=i.n(o),r=i(26),e=i.n(r),d=i(27),l=i.n(d),u=i(28),b=i.n(u),p=i(29),s=i.n(p),c=i(30),h=i.n(c),f=i(31),g={};g.styleTagTransform=h(),g.setAttributes=b(),g.insert=l().bind(null,"head"),g.domAPI=e(),g.insertStyleElement=s(),n()(f.A,g),f.A&&f.A.locals&&f.A.locals}}]);