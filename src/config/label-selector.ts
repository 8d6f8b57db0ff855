import { type Parsed, quote } from './values.ts';

/** Name of a label with its optional prefix, and value of one (Kubernetes "Labels and Selectors", syntax and character set). */
const part = '[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?';
const key = `(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/)?${part}`;
const value = `(?:${part})?`;

const requirements = [
  `!?\\s*${key}`,
  `${key}\\s*(?:==?|!=)\\s*${value}`,
  `${key}\\s*[<>]\\s*\\d+`,
  `${key}\\s+(?:in|notin)\\s*\\(\\s*${value}\\s*(?:,\\s*${value}\\s*)*\\)`,
].join('|');

const selector = new RegExp(`^\\s*(?:${requirements})\\s*(?:,\\s*(?:${requirements})\\s*)*$`);

/**
 * A label selector, as `kubectl get -l` takes it. Checked here because the API server refuses a bad one with every list and
 * watch, so that nothing would ever be served.
 */
export function parseLabelSelector(text: string): Parsed<string> {
  if (selector.test(text)) return { value: text };
  return { problem: `expected labels such as app=shop or "tier in (web,api),!old", got ${quote(text)}` };
}
