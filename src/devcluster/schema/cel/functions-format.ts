import { hasFormat } from '../formats.ts';
import {
  dns1035Label,
  dnsLabel,
  dnsSubdomain,
  labelValueRule,
  type NameRule,
  qualifiedKey,
} from '../names.ts';
import type { CelFunction } from './call.ts';
import { isKind, noOverload, type Value } from './values.ts';

/** The named formats of Kubernetes: `format.dns1123Label().validate(self)` gives what is wrong, or nothing. */
export const formatFunctions: Readonly<Record<string, CelFunction>> = {
  'format.byte': named('byte'),
  'format.date': named('date'),
  'format.datetime': named('datetime'),
  'format.dns1035Label': named('dns1035Label'),
  'format.dns1035LabelPrefix': named('dns1035LabelPrefix'),
  'format.dns1123Label': named('dns1123Label'),
  'format.dns1123LabelPrefix': named('dns1123LabelPrefix'),
  'format.dns1123Subdomain': named('dns1123Subdomain'),
  'format.dns1123SubdomainPrefix': named('dns1123SubdomainPrefix'),
  'format.labelValue': named('labelValue'),
  'format.named': ({ args: [name] }) => {
    const isKnown = typeof name === 'string' && Object.hasOwn(rules, name);
    return { kind: 'optional', value: isKnown ? { kind: 'format', name } : undefined };
  },
  'format.qualifiedName': named('qualifiedName'),
  'format.uri': named('uri'),
  'format.uuid': named('uuid'),
  validate: ({ receiver, args: [text] }) => {
    if (!isKind(receiver, 'format') || typeof text !== 'string') throw noOverload();
    const problems: Value[] = rules[receiver.name]?.(text) ?? [];
    return { kind: 'optional', value: problems.length === 0 ? undefined : problems };
  },
};

function named(name: string): CelFunction {
  return () => ({ kind: 'format', name });
}

const rules: Readonly<Record<string, NameRule>> = {
  byte: ofFormat('byte'),
  date: ofFormat('date'),
  datetime: ofFormat('date-time'),
  dns1035Label,
  dns1035LabelPrefix: prefixOf(dns1035Label),
  dns1123Label: dnsLabel,
  dns1123LabelPrefix: prefixOf(dnsLabel),
  dns1123Subdomain: dnsSubdomain,
  dns1123SubdomainPrefix: prefixOf(dnsSubdomain),
  labelValue: labelValueRule,
  qualifiedName: qualifiedKey,
  uri: ofFormat('uri'),
  uuid: ofFormat('uuid'),
};

function ofFormat(format: string): NameRule {
  return (text) => (hasFormat(format, text) ? [] : [`must be of format ${format}`]);
}

/** What goes on after the text may follow a dash. */
function prefixOf(rule: NameRule): NameRule {
  return (text) => rule(text.replace(/-$/, 'a'));
}
