import { z } from 'zod';

/** What a schema may carry beside its type; the CRD takes `description` and `x-kubernetes-*`, the field reference all. */
export type FieldNotes = {
  readonly description: string;
  /** What holds where the field is absent, for fields whose default the API server does not write into objects. */
  readonly 'x-fairlead-default'?: string;
};

/** The most bytes of a rule, and of any long text. */
const longText = 32_768;

/** Go durations as Kubernetes people write them (Go time.ParseDuration), without sign and fraction. */
const durationPattern = /^([0-9]+(ns|us|µs|ms|s|m|h)?)+$/;

/** Kubernetes object names (RFC 1123 subdomain, Kubernetes DNS1123Subdomain). */
const objectNamePattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Namespace names (RFC 1123 label, Kubernetes DNS1123Label). */
const namespacePattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Text of any kind, at most `maxLength` characters. */
export function text(maxLength = 4096) {
  return z.string().max(maxLength);
}

/** Text that must not be empty. */
export function requiredText(maxLength = longText) {
  return z.string().min(1).max(maxLength);
}

/** The name of a Kubernetes object. */
export function objectName() {
  return z
    .string()
    .max(253)
    .regex(
      objectNamePattern,
      'must be the name of a Kubernetes object: lower-case letters, digits, "-" and "."',
    );
}

/** The name of a namespace. */
export function namespaceName() {
  return z
    .string()
    .max(63)
    .regex(namespacePattern, 'must be the name of a namespace: lower-case letters, digits and "-"');
}

/** A port by number or by name. */
export function portReference() {
  return z.union([z.int().min(1).max(65_535), z.string().min(1).max(63)], {
    error: 'must be a port number or the name of a port',
  });
}

/** A length of time: a whole number of seconds, or text such as `1m30s`. */
export function duration() {
  const words = 'must be a number of seconds or a duration such as "500ms", "10s" or "1m30s"';
  // What fails here is not held against further checks, which would say the same again.
  const written = z.string().max(64).regex(durationPattern, { error: words, abort: true });
  return z.union([z.int().min(0, { abort: true }), written], { error: words });
}

/** A list of texts. */
export function textList(maxItems = 256, maxLength = 4096) {
  return z.array(text(maxLength)).max(maxItems);
}

/** A map from text to text, such as header names to values. */
export function textMap() {
  return z.record(z.string(), text(8192));
}

/** An object whose fields this version does not look into; what it holds is kept. */
export function anyFields() {
  return z.record(z.string(), z.unknown());
}

/** A reference to an object of a kind that the field fixes. */
export function reference(what: string) {
  return z.strictObject({
    name: objectName().meta({ description: `Name of the ${what}.` }),
    namespace: namespaceName()
      .exactOptional()
      .meta({
        description: `Namespace of the ${what}; another one than the object's own must be allowed by a ReferenceGrant there or with --allow-cross-namespace.`,
        'x-fairlead-default': 'namespace of the object',
      }),
  });
}

/** A switch that is off where it is absent. */
export function flag(description: string) {
  return z.boolean().exactOptional().meta({ description, 'x-fairlead-default': 'false' });
}

/** The notes of a field. */
export function notes(description: string, whenAbsent?: string): FieldNotes {
  return whenAbsent === undefined ? { description } : { description, 'x-fairlead-default': whenAbsent };
}
