import { ApiError } from '../api-error.ts';

/** What a client accepts, as far as the server can give it. */
export interface Representation {
  readonly format: 'json' | 'yaml';
  /** Another form of the object that is asked for; empty for the object itself. */
  readonly as: '' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList' | 'APIGroupDiscoveryList';
  /** Of that form. */
  readonly version: string;
}

/** JSON of the object itself. */
export const plainJson: Representation = Object.freeze({ format: 'json', as: '', version: '' });

interface Clause {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

const forms: Readonly<Record<string, { as: Representation['as']; versions: readonly string[] }>> = {
  'meta.k8s.io/Table': { as: 'Table', versions: ['v1', 'v1beta1'] },
  'meta.k8s.io/PartialObjectMetadata': { as: 'PartialObjectMetadata', versions: ['v1', 'v1beta1'] },
  'meta.k8s.io/PartialObjectMetadataList': { as: 'PartialObjectMetadataList', versions: ['v1', 'v1beta1'] },
  'apidiscovery.k8s.io/APIGroupDiscoveryList': { as: 'APIGroupDiscoveryList', versions: ['v2'] },
};

const builtinTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const streamTypes = [
  ...builtinTypes,
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf;stream=watch',
];

/** What an endpoint has to offer. */
export interface Offer {
  /** Custom kinds and discovery are a little more lenient, and word their refusal in another way. */
  readonly custom: boolean;
  readonly watch: boolean;
  /** True for discovery, which has forms of its own. */
  readonly discovery: boolean;
}

/**
 * Chooses how to answer. Protobuf is never chosen: clients that like it best accept JSON as well.
 *
 * @throws ApiError 406 if nothing fits
 */
export function negotiate(accept: string | undefined, offer: Offer): Representation {
  const clauses = parseAccept(accept ?? '');
  if (!offer.custom && !offer.discovery && !clauses.some(({ type }) => isKnown(type))) {
    const available = (offer.watch ? streamTypes : builtinTypes).join(', ');
    throw notAcceptable(`406: Not Acceptable\n\nAvailable representations: ${available}`, {});
  }
  for (const clause of clauses) {
    const found = representation(clause, offer);
    if (found) return found;
  }
  throw notAcceptable(`only the following media types are accepted: ${builtinTypes.join(', ')}`);
}

export function notAcceptable(message: string, details?: Record<string, never>): ApiError {
  return new ApiError(406, 'NotAcceptable', message, details);
}

/** The media type of a header, without its parameters, in lower case. */
export function mediaTypeOf(header: string | undefined): string {
  return header?.split(';')[0]?.trim().toLowerCase() ?? '';
}

function representation({ type, parameters }: Clause, offer: Offer): Representation | undefined {
  const format = formatOf(type);
  if (format === undefined || (offer.watch && format === 'yaml')) return undefined;
  const as = parameters.get('as');
  if (as === undefined) return { format, as: '', version: '' };
  const version = parameters.get('v') ?? '';
  const form = forms[`${parameters.get('g') ?? ''}/${as}`];
  if (form === undefined || !form.versions.includes(version)) return undefined;
  if ((form.as === 'APIGroupDiscoveryList') !== offer.discovery) return undefined;
  return { format, as: form.as, version };
}

function formatOf(type: string): Representation['format'] | undefined {
  if (type === 'application/json' || type === 'application/*' || type === '*/*') return 'json';
  return type === 'application/yaml' ? 'yaml' : undefined;
}

function isKnown(type: string): boolean {
  return type === '*/*' || builtinTypes.includes(type);
}

function parseAccept(accept: string): Clause[] {
  if (accept.trim() === '') return [{ type: '*/*', parameters: new Map(), quality: 1 }];
  const clauses = accept.split(',').map(parseClause);
  return clauses.sort((left, right) => right.quality - left.quality);
}

function parseClause(text: string): Clause {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim());
  const parameters = new Map(
    rest.map((part): [string, string] => {
      const [name = '', value = ''] = part.split('=');
      return [name.trim().toLowerCase(), value.trim()];
    }),
  );
  const quality = Number(parameters.get('q') ?? '1');
  return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 0 : quality };
}
